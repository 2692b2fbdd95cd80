/** How a net is run. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import { assertSpelling } from '../core/spelling';

/**
 * Whether a pass trains or evaluates; it matters to batch norm and to layers that draw noise alone.
 *
 * Every layer of a net is called with it, as the second argument of `call`.
 */
export interface Pass {
  /** batch statistics and noise on; default `false`, evaluation */
  readonly training?: boolean;
  /**
   * Whether a training pass moves the running statistics of batch norm; default `true`. {@link BatchNorm} lists what the
   * library's passes say.
   */
  readonly updateStatistics?: boolean;
  /**
   * How many examples the rows are of; default: each row is one. Rows of one example at each label are of one example, and
   * batch norm has no statistics of one.
   */
  readonly examples?: number;
  /**
   * How much each row counts in batch statistics, at least 0 and not 0 everywhere; only the ratios matter. Default: rows count
   * alike. Values are in the order of the rows, [R] or [B, K]. A layer with fewer rows gives each row the sum of its labels'
   * weights. Where labels are enumerated, the library's objectives give q(y|x) to the nets that see y.
   */
  readonly rowWeights?: Tensor;
  /**
   * Stream of the layers that draw; each takes a split of it by its own name. The library's objectives give one to
   * every training pass, another each step and for either part of the batch; evaluation has none.
   */
  readonly noise?: Noise;
}

/** What a pass may hold. */
const PASS_NAMES = [
  'training',
  'updateStatistics',
  'examples',
  'rowWeights',
  'noise',
] as const satisfies readonly (keyof Pass)[];

/** Refuses a misspelled name in a pass: it would run as an evaluation. */
export const assertPass = (where: string, pass: Pass | undefined): void =>
  assertSpelling(where, 'pass', pass ?? {}, { known: PASS_NAMES, what: 'a part of a pass' });
