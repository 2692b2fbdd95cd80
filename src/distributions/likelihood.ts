/** What a decoder's output means: the contract of p(x|z,y). */

import type { Tensor, Tensor1D, Variable } from '@tensorflow/tfjs-core';
import type { ByteMeaning } from '../core/byteValues';
import type { Noise } from '../core/noise';
import { readOptions, unchecked } from '../core/options';
import { assertShapes } from '../core/shape';
import type { Supports } from '../core/support';
import type { Json } from '../files/json';

/** What a number of a decoder's output is: a log-odds, a mean, or the logarithm of a variance, a scale, a mean or a dispersion. */
export type ParameterKind = 'logit' | 'mean' | 'logVar' | 'logScale' | 'logMean' | 'logDispersion';

/** What a log-likelihood depends on beside parameters and values. */
export interface LogProbOptions {
  /** 1 where a value is known and 0 where it is missing, in the shape of x; default all are known */
  readonly observed?: Tensor;
}

/** What a log-likelihood depends on in a training pass, where it has statistics of the batch */
export interface TrainingLogProbOptions extends LogProbOptions {
  /** whether the pass moves the running statistics; default `true` */
  readonly updateStatistics?: boolean;
  /** how much each row counts in the statistics, [R] or [B, K]; default: rows count alike */
  readonly rowWeights?: Tensor;
}

/**
 * The option `observed` of a log-likelihood, once it and the other arguments fit each other.
 *
 * @param where name of the calling function, for the message
 * @param options what came
 * @param others the other arguments, as {@link assertShapes} takes them
 * @param pattern shape of x, which it must have too
 * @returns the tensor; nothing where it is left out
 * @throws TypeError or RangeError when the options are not a record, hold another name, or a shape does not fit
 */
export const observedIn = (
  where: string,
  options: LogProbOptions | undefined,
  others: Parameters<typeof assertShapes>[1],
  pattern = 'B ...',
): Tensor | undefined => {
  const { observed } =
    options === undefined ? {} : readOptions(where, options, { observed: unchecked<Tensor | undefined>() });
  assertShapes(where, {
    ...others,
    ...(observed !== undefined && { observed: [observed, pattern, 'float32'] as const }),
  });
  return observed;
};

/**
 * A distribution of observed values given the decoder's output.
 *
 * A record of functions, so that `bernoulli`, `gaussianObservation(…)` and your own plug in alike. `parameterShape` says
 * which shape a decoder has to give for examples of a shape.
 */
export interface Likelihood {
  /** what rebuilds one of the library's own from a saved model; your own has none and is handed in again */
  readonly spec?: {
    /** name of the likelihood in its registry */
    readonly kind: string;
    readonly [choice: string]: Json;
  };
  /**
   * shape of the parameters of one example, without the batch axis: [H, W, C] for the logits of images [H, W, C], and
   * [H, W, 2C] for means and log-variances. Throws a RangeError where the likelihood has no examples of that shape
   *
   * @param valueShape shape of one example
   */
  parameterShape(valueShape: readonly number[]): readonly number[];
  /**
   * what each block of the decoder's output is; the blocks are of equal width and divide its last axis. Nets of your own
   * that end in an activation that cannot give it are then refused, as a sigmoid cannot give logits. Without it nothing is
   * refused
   */
  readonly parameterKinds?: readonly ParameterKind[];
  /**
   * the values that x may have: training and evaluation refuse others before they begin. Without it nothing is checked;
   * `{ min: -Infinity, max: Infinity }` asks for finite ones, `{ min: 0, max: Infinity, integers: true }` for
   * counts. A list has one for each place of the last axis, such as the columns of a table
   */
  readonly support?: Supports;
  /**
   * what a byte of the inputs stands for: value / 255, or the number that it is. Data sets whose bytes stand for the other
   * are refused. Default `'unit'`
   */
  readonly bytes?: ByteMeaning;
  /**
   * what is learned in it, by name, such as a dispersion: trained, averaged, saved and resumed with the model, under
   * `likelihood/<name>`. A running statistic is a variable that is not trainable. The model does not dispose them, but for
   * those of a likelihood that `loadModel` makes of a spec. A likelihood with variables is of one model at a time
   */
  readonly variables?: Readonly<Record<string, Variable>>;
  /**
   * what the encoder and the classifier of a model see of x, in the shape of x: log(1 + x), say, for counts of a long tail.
   * `logProb` takes x itself. Default: x as it is
   */
  netInput?(x: Tensor): Tensor;
  /** whether `logProb` leaves out values that are not observed; without it, data with missing values are refused */
  readonly takesObserved?: boolean;
  /**
   * log p(x | parameters) per example, [B], in nats; with `observed` (1 or 0, in the shape of x), of the observed values alone
   */
  logProb(parameters: Tensor, x: Tensor, options?: LogProbOptions): Tensor1D;
  /**
   * the same in a training pass, where it has statistics of the batch, such as a variance of all its values; it moves their
   * running means, which `logProb` reads. Default: `logProb`
   */
  trainingLogProb?(parameters: Tensor, x: Tensor, options?: TrainingLogProbOptions): Tensor1D;
  /** E[x | parameters], in the shape of x */
  mean(parameters: Tensor): Tensor;
  /** a draw of x */
  sample(parameters: Tensor, noise: Noise): Tensor;
}

/** How one of the library's likelihoods is rebuilt from its spec. */
export interface ReadyLikelihood<Spec extends { readonly kind: string }> {
  /** the spec in a file; throws a RangeError naming the first entry that is not what it must be */
  parse(where: string, spec: unknown): Spec;
  /** columns of x that a spec claims, 0 where it claims none: a file with more than it holds values for is refused */
  columnsOf(spec: Spec): number;
  /** makes it; the model that it is made for frees its variables */
  create(spec: Spec): Likelihood;
}
