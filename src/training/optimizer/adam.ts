/** Adam, with decoupled weight decay. */
import {
  add,
  div,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { assertNumber, type OptionNames, optionsOf } from '../../core/assert';
import { describe, formatShape } from '../../core/describe';
import { type MeanShares, meanShares, movedMean, movesFromFormer } from '../../core/movingMean';
import { inRange, type ScalarOrSchedule, valueAt } from '../../core/schedules';

import { sameShape } from '../../core/shape';
import { specOf } from '../../core/spec';
import { own } from '../../files/json';
import { runFused } from '../../host/fusedKernel';
import type { AdamMoments, AdamNumbers, AdamUpdate, Optimizer } from './optimizer';

/** Settings of Adam; Kingma & Ba 2015 is the source of every default but the weight decay. */
export interface AdamOptions {
  /** default 0.001 */
  readonly learningRate?: ScalarOrSchedule;
  /** default 0.9 */
  readonly beta1?: number;
  /** default 0.999 */
  readonly beta2?: number;
  /** ε̂, added to the root of the bias-corrected second moment; default 1e-8, the same on every backend */
  readonly epsilon?: number;
  /** decoupled decay of variables of two axes and more (Loshchilov & Hutter 2019, Algorithm 2); default 0 */
  readonly weightDecay?: ScalarOrSchedule;
}

const NAMES: OptionNames<AdamOptions> = {
  learningRate: true,
  beta1: true,
  beta2: true,
  epsilon: true,
  weightDecay: true,
};

interface Moments extends AdamMoments {
  updates: number;
}

/** Rates of one step; factors are 0 where the step is not applied. */
interface Rates {
  readonly rate: number;
  /** what is left of a decayed variable; 1 where nothing decays */
  readonly kept: Tensor | number;
  readonly times: (factor: number) => Tensor | number;
  readonly first: MeanShares;
  readonly second: MeanShares;
}

/** Rates as numbers, unless the device decides on one of them. */
const hostRates = (rates: Readonly<Record<string, Tensor | number>>): Record<string, number> | undefined =>
  Object.values(rates).every((rate) => typeof rate === 'number')
    ? (rates as Record<string, number>)
    : undefined;

/**
 * Adam (Kingma & Ba 2015, Algorithm 1), decoupled weight decay after Loshchilov & Hutter 2019.
 *
 *   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²
 *   θ ← θ − η·λ·θ − η · m̂ / (√v̂ + ε̂),   m̂ = m/(1 − β₁ᵗ),   v̂ = v/(1 − β₂ᵗ)
 *
 * The stock optimizer matches its state by position, takes another ε on WebGL and cannot be resumed to the bit;
 * this one names its moments after the variables and counts updates of each, so a variable whose gradient comes
 * late starts with the right bias correction.
 *
 * @param options rates and decay
 * @returns an optimizer; whoever made it disposes it
 * @throws RangeError when a setting lies outside its range; of a schedule, at the step at which it does
 * @example createAdam({ learningRate: cosineDecay({ from: 1e-3, steps: 10_000 }) })
 */
export function createAdam(options: AdamOptions = {}): Optimizer {
  const {
    learningRate = 1e-3,
    beta1 = 0.9,
    beta2 = 0.999,
    epsilon = 1e-8,
    weightDecay = 0,
  } = optionsOf('createAdam', options, NAMES);
  for (const [name, beta] of Object.entries({ beta1, beta2 })) {
    assertNumber('createAdam', name, beta, 'a number in [0, 1)', (b) => b >= 0 && b < 1);
  }
  assertNumber(
    'createAdam',
    'epsilon',
    epsilon,
    'a finite number above 0',
    (e) => e > 0 && Number.isFinite(e),
  );
  const rateAt = inRange('createAdam', 'learningRate', learningRate);
  const decayAt = inRange('createAdam', 'weightDecay', weightDecay);
  const moments = new Map<string, Moments>();

  const momentsOf = (name: string, like: Tensor): Moments => {
    const known = moments.get(name);
    if (known) return known;
    // `variable` takes hold of the very tensor it is given, so each moment needs zeros of its own.
    const fresh = tidy(() => ({
      first: variable(zerosLike(like), false),
      second: variable(zerosLike(like), false),
      updates: 0,
    }));
    moments.set(name, fresh);
    return fresh;
  };

  // A backend's own operation moves both means from their former values.
  const fuses = movesFromFormer(beta1) && movesFromFormer(beta2);

  /** Bias corrections folded into two numbers: η·m̂/(√v̂ + ε̂) = size·m / (√v + epsilon). */
  const corrected = (rate: number, updates: number): Pick<AdamNumbers, 'size' | 'epsilon'> => {
    const root = Math.sqrt(1 - beta2 ** updates);
    return { size: (rate * root) / (1 - beta1 ** updates), epsilon: epsilon * root };
  };

  const update = (name: string, target: Variable, gradient: Tensor, rates: Rates): void => {
    const state = momentsOf(name, target);
    state.updates += 1;
    const { first, second, updates } = state;
    const bias = corrected(rates.rate, updates);
    const kept = target.rank >= 2 ? rates.kept : 1;
    const numbers = fuses
      ? hostRates({ firstRate: rates.first.taken, secondRate: rates.second.taken, kept, ...bias })
      : undefined;
    const fused = numbers && runFused('SsvaeAdam', { value: target, first, second, gradient }, numbers);
    if (fused !== undefined) {
      for (const [i, variable] of [target, first, second].entries()) variable.assign(fused[i] as Tensor);
      return;
    }
    first.assign(movedMean(first, gradient, rates.first));
    second.assign(movedMean(second, square(gradient), rates.second));
    const shrunk = kept !== 1 ? mul(target, kept) : target;
    target.assign(sub(shrunk, div(mul(first, rates.times(bias.size)), add(sqrt(second), bias.epsilon))));
  };

  const forget = (): void => {
    for (const { first, second } of moments.values()) {
      first.dispose();
      second.dispose();
    }
    moments.clear();
  };

  const assertFits = (variables: Readonly<Record<string, Variable>>, names: readonly string[]): void => {
    for (const name of names) {
      const [moment, target] = [moments.get(name)?.first, own(variables, name)];
      if (moment && target && !sameShape(moment.shape, target.shape))
        throw new RangeError(
          `adam.apply: the moments of ${describe(name)} are ${formatShape(moment.shape)}, the variable ${formatShape(target.shape)}; needed an optimizer for each model`,
        );
    }
  };

  const adam: AdamUpdate = {
    beta1,
    beta2,
    momentsOf,
    updatesOf: (name) => moments.get(name)?.updates ?? 0,
    numbersOf(name, { rank }, step) {
      const updates = adam.updatesOf(name) + 1;
      const rate = valueAt(rateAt, step, 'learningRate');
      return {
        kept: rank >= 2 ? 1 - rate * valueAt(decayAt, step, 'weightDecay') : 1,
        ...corrected(rate, updates),
      };
    },
    count(names) {
      for (const name of names) {
        const state = moments.get(name);
        if (state) state.updates += 1;
      }
    },
    assertFits: (variables) => assertFits(variables, Object.keys(variables)),
  };

  return {
    adam,
    spec: specOf({ optimizer: 'adam', learningRate, beta1, beta2, epsilon, weightDecay }),
    apply(variables, gradients, step, applied) {
      const rate = valueAt(rateAt, step, 'learningRate');
      const decay = valueAt(decayAt, step, 'weightDecay');
      tidy(() => {
        const times = (factor: number) => (applied ? mul(applied, factor) : factor);
        // On the host where it can be: a kernel a step is spent only where the device decides.
        const kept = decay === 0 || !applied ? 1 - rate * decay : sub(1, mul(applied, rate * decay));
        const [first, second] = [meanShares(beta1, applied), meanShares(beta2, applied)];
        const rates = { rate, kept, times, first, second };
        assertFits(variables, Object.keys(gradients));
        for (const [name, gradient] of Object.entries(gradients)) {
          const target = own(variables, name);
          if (target === undefined)
            throw new RangeError(`adam.apply: gradient ${describe(name)} belongs to no variable`);
          update(name, target, gradient, rates);
        }
      });
    },
    get state() {
      const entries = [...moments].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        tensors: Object.fromEntries(
          entries.flatMap(([name, { first, second }]) => [
            [`first/${name}`, first],
            [`second/${name}`, second],
          ]),
        ),
        counts: Object.fromEntries(entries.map(([name, { updates }]) => [name, updates])),
      };
    },
    restore({ tensors, counts }, variables) {
      const restored = Object.entries(counts).map(([name, updates]) => {
        const [first, second] = [tensors[`first/${name}`], tensors[`second/${name}`]];
        if (first === undefined || second === undefined) {
          throw new RangeError(
            `adam.restore: moments of ${describe(name)} are ${describe(first)} and ${describe(second)}, needed both`,
          );
        }
        const { shape } = variables === undefined ? first : (own(variables, name) ?? { shape: undefined });
        for (const moment of [first, second])
          if (shape === undefined || formatShape(moment.shape) !== formatShape(shape))
            throw new RangeError(
              `adam.restore: a moment of ${describe(name)} is ${formatShape(moment.shape)}, needed ${shape ? formatShape(shape) : 'a variable of the model'}`,
            );
        return { name, first, second, updates };
      });
      if (Object.keys(tensors).length !== 2 * restored.length)
        throw new RangeError(
          `adam.restore: there are ${Object.keys(tensors).length} moments, needed two for each of ${restored.length} counts`,
        );
      const none = restored.find(({ updates }) => updates < 1);
      if (none)
        throw new RangeError(
          `adam.restore: ${describe(none.name)} has ${none.updates} updates, needed at least 1`,
        );
      // Copied before the former state goes, which the given one may be.
      const copies = new Map<string, Moments>();
      tidy(() => {
        for (const { name, first, second, updates } of restored) {
          const copy = (moment: Tensor): Variable => variable(moment.clone(), false);
          copies.set(name, { first: copy(first), second: copy(second), updates });
        }
      });
      forget();
      for (const [name, copy] of copies) moments.set(name, copy);
    },
    dispose: forget,
  };
}
