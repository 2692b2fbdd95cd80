/** Averages of weights, for evaluation. */
import { tidy, type Variable } from '@tensorflow/tfjs-core';
import { assertMethods, plainOf } from '../../core/assert';
import { meanShares, movedMean } from '../../core/movingMean';
import { BELOW_1, number, readOptions } from '../../core/options';
import { sharing } from '../../host/aliasOf';

/** How weights are averaged. */
export interface Averaging {
  /** share of the former average that each step keeps, in [0, 1); e.g. 0.999 averages over about the last 1000 steps */
  readonly decay: number;
}

/** The table of these options. */
export const averagingRules = () => ({ decay: number(BELOW_1) });

/** Averages of variables, by the names of these. */
export interface Average {
  /** the averages as they are; they stay this object's */
  readonly tensors: Readonly<Record<string, Variable>>;
  /** Share of the former average that a step keeps. */
  decayAt(step: number): number;
  /** Takes in the weights that a step has left. */
  update(step: number): void;
  /** Runs work with the averages in the variables' place; the weights are back when it ends, by an error too. */
  inPlace<T>(work: () => Promise<T>): Promise<T>;
  /** Leaves the averages in the variables. */
  intoVariables(): void;
  /** frees the averages */
  dispose(): void;
}

/**
 * Share that the average keeps at a step: few steps make a short average, else it would remember the initial weights.
 *
 *   d_t = min(d, (1 + t) / (10 + t))
 */
export const decayAt = (decay: number, step: number): number => Math.min(decay, (1 + step) / (10 + step));

/**
 * Exponential moving average of variables, trainable or not (Polyak & Juditsky 1992; the decay of the first steps is
 * that of TensorFlow's `ExponentialMovingAverage`).
 *
 *   θ̄ ← d_t·θ̄ + (1 − d_t)·θ
 *
 * @param variables by name; the average begins with their values
 * @param averaging decay
 * @returns the average; the caller disposes it
 * @throws RangeError when the decay is not in [0, 1)
 * @example const average = createAverage(model.variables, { decay: 0.999 }); // for trainingSteps(model, { …, average })
 */
export function createAverage(variables: Readonly<Record<string, Variable>>, averaging: Averaging): Average {
  const { decay } = readOptions('createAverage', averaging, averagingRules());
  const named = Object.entries(plainOf('createAverage', variables, 'variables'));
  for (const [name, source] of named) assertMethods('createAverage', `variables.${name}`, source, ['assign']);
  const tensors = Object.fromEntries(named.map(([name, source]) => [name, sharing(source)]));
  const intoVariables = (): void => {
    for (const [name, source] of named) source.assign(tensors[name] as Variable);
  };
  return {
    tensors,
    decayAt: (step) => decayAt(decay, step),
    update(step) {
      const shares = meanShares(decayAt(decay, step));
      tidy(() => {
        for (const [name, source] of named) {
          const average = tensors[name] as Variable;
          average.assign(movedMean(average, source, shares));
        }
      });
    },
    async inPlace(work) {
      const weights = named.map(([, source]) => sharing(source));
      try {
        intoVariables();
        return await work();
      } finally {
        for (const [i, [, source]] of named.entries()) source.assign(weights[i] as Variable);
        for (const weight of weights) weight.dispose();
      }
    },
    intoVariables,
    dispose() {
      for (const average of Object.values(tensors)) average.dispose();
    },
  };
}
