/** How many latent dimensions a model uses. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertNumber, optionsOf } from '../core/assert';
import { assertShapes } from '../core/shape';

/** When a unit counts as active. */
export interface ActiveUnitsOptions {
  /** variance above which it does; default 0.01 (Burda et al. 2016, §5.2) */
  readonly threshold?: number;
}

/** What {@link activeUnits} finds. */
export interface ActiveUnits {
  /** number of active units, 0 to Z */
  readonly active: number;
  /** A_d, one for each unit */
  readonly variances: readonly number[];
}

/**
 * Active units (Burda et al. 2016, §5.2): the dimensions whose posterior mean depends on the input.
 *
 *   A_d = Var_x( E_{q(z|x)}[z_d] ),   active where A_d > 0.01
 *
 * @param means posterior means of many inputs, [N, Z]: `model.encode(x).mean`
 * @param options the threshold
 * @returns the number of active units, and each variance (over N, not N − 1)
 * @throws RangeError when the means are not [N, Z], there is none, or one is not finite
 * @example await activeUnits(tf.tensor2d([[1, 0], [-1, 0]])) // { active: 1, variances: [1, 0] }
 */
export async function activeUnits(means: Tensor, options: ActiveUnitsOptions = {}): Promise<ActiveUnits> {
  const { threshold = 0.01 } = optionsOf('activeUnits', options, { threshold: true });
  const { N = 0, Z = 0 } = assertShapes('activeUnits', { means: [means, 'N Z'] });
  assertNumber('activeUnits', 'threshold', threshold, 'a number of at least 0', (t) => t >= 0);
  const values = await means.data();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `activeUnits: means[${Math.floor(bad / Z)}][${bad % Z}] is ${values[bad]}, needed finite numbers`,
    );
  const variances = Array.from({ length: Z }, (_, d) => {
    let mean = 0;
    for (let n = 0; n < N; n++) mean += (values[n * Z + d] ?? 0) / N;
    let variance = 0;
    for (let n = 0; n < N; n++) variance += ((values[n * Z + d] ?? 0) - mean) ** 2 / N;
    return variance;
  });
  return { active: variances.filter((variance) => variance > threshold).length, variances };
}
