/** How many latent dimensions a model uses. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { NOT_BELOW_0, number, readOptions } from '../core/options';
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
  /** their indices, rising */
  readonly units: readonly number[];
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
 * @returns the number of active units, their indices, and each variance (over N, not N − 1)
 * @throws RangeError when the means are not [N, Z], there is none, or one is not finite
 * @example await activeUnits(tf.tensor2d([[1, 0], [-1, 0]])) // { active: 1, units: [0], variances: [1, 0] }
 */
export async function activeUnits(means: Tensor, options: ActiveUnitsOptions = {}): Promise<ActiveUnits> {
  const where = 'activeUnits';
  const { threshold } = readOptions(where, options, { threshold: number(NOT_BELOW_0, 0.01) });
  const { N = 0, Z = 0 } = assertShapes(where, { means: [means, 'N Z'] });
  const values = await means.data();
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new RangeError(
      `${where}: means[${Math.floor(bad / Z)}][${bad % Z}] is ${values[bad]}, needed finite numbers`,
    );
  const variances = Array.from({ length: Z }, (_, d) => {
    let mean = 0;
    for (let n = 0; n < N; n++) mean += (values[n * Z + d] ?? 0) / N;
    let variance = 0;
    for (let n = 0; n < N; n++) variance += ((values[n * Z + d] ?? 0) - mean) ** 2 / N;
    return variance;
  });
  const units = variances.flatMap((variance, d) => (variance > threshold ? [d] : []));
  return { active: units.length, units, variances };
}
