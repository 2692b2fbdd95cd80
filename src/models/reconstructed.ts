/** What `reconstruct` of a model takes. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';
import { assertInputs } from './living';
import type { Model } from './model';

/** The labels that `reconstruct` takes, and what they are called. */
interface Labels {
  /** K, or K + 1 with a label for none */
  readonly classes: number;
  /** name of the label of x; default y */
  readonly name?: string;
  /** the label of x, [B, K] */
  readonly y: Tensor | undefined;
  /** the label instead, [R, K], R a multiple of B */
  readonly as: Tensor | undefined;
}

/**
 * Refuses a disposed model, and inputs and labels of other shapes than it reconstructs, labels that it would not read among
 * them.
 *
 * @throws RangeError or TypeError in the name of `reconstruct`
 */
export function assertReconstructs(model: Model, x: Tensor, { classes, name = 'y', y, as }: Labels): void {
  const where = 'reconstruct';
  assertInputs(where, model, x);
  const rows = x.shape[0] as number;
  if (y !== undefined) assertShapes(where, { [name]: [y, `${rows} ${classes}`] });
  if (as === undefined) return;
  const { R = 0 } = assertShapes(where, { as: [as, `R ${classes}`] });
  if (R === 0 || R % rows !== 0)
    throw new RangeError(`${where}: as has ${R} rows, needed a multiple of the ${rows} rows of x`);
}
