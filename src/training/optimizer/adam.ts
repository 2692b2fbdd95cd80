/** Adam, with decoupled weight decay. */
import { tidy, type Variable } from '@tensorflow/tfjs-core';
import { describe } from '../../core/describe';
import { ABOVE_0, BELOW_1, FLOAT32_AT_LEAST_0, number, readOptions, withDefaults } from '../../core/options';
import { type ScalarOrSchedule, schedule } from '../../core/schedules';
import { specOf } from '../../core/spec';
import { own } from '../../files/json';
import { createMoments, type Moments } from './adamMoments';
import { type AdamNumbers, moveVariable, numbersOf, ratesAt } from './adamUpdate';
import type { Optimizer } from './optimizer';

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

const adamRules = () => ({
  learningRate: schedule(FLOAT32_AT_LEAST_0, 1e-3),
  beta1: number(BELOW_1, 0.9),
  beta2: number(BELOW_1, 0.999),
  epsilon: number(ABOVE_0, 1e-8),
  weightDecay: schedule(FLOAT32_AT_LEAST_0, 0),
});

/** Parts of Adam, for an executor that runs the update as an operation of its own. */
export interface AdamUpdate {
  /** β₁ */
  readonly beta1: number;
  /** β₂ */
  readonly beta2: number;
  /** moments of a variable, zeros at its first update */
  momentsOf(name: string, variable: Variable): Pick<Moments, 'first' | 'second'>;
  /** updates of a variable so far */
  updatesOf(name: string): number;
  /** numbers of the next update of a variable at a step */
  numbersOf(name: string, variable: Variable, step: number): AdamNumbers;
  /** counts an update of each variable */
  count(names: readonly string[]): void;
  /** Refuses variables that the moments are not of, and an optimizer that was disposed. */
  assertFit(variables: Readonly<Record<string, Variable>>): void;
}

/** Key of an optimizer's `AdamUpdate`; the same in each copy of the library. */
const ADAM = Symbol.for('ssvae.adam');

/**
 * The update of an optimizer that `createAdam` made. `{ ...optimizer, apply }` is another optimizer, which may move variables
 * in any way.
 */
export const adamOf = (optimizer: Optimizer): AdamUpdate | undefined =>
  (optimizer as { readonly [ADAM]?: AdamUpdate })[ADAM];

/** An optimizer whose update is Adam's. */
export const withAdam = (optimizer: Optimizer, adam: AdamUpdate): Optimizer =>
  Object.defineProperty(optimizer, ADAM, { value: adam });

/**
 * Adam (Kingma & Ba 2015, Algorithm 1), decoupled weight decay after Loshchilov & Hutter 2019.
 *
 *   m ← β₁·m + (1 − β₁)·g      v ← β₂·v + (1 − β₂)·g²
 *   θ ← θ − η·λ·θ − η · m̂ / (√v̂ + ε̂),   m̂ = m/(1 − β₁ᵗ),   v̂ = v/(1 − β₂ᵗ)
 *
 * The stock optimizer matches its state by position, takes another ε on WebGL and cannot be resumed to the bit;
 * this one names its moments after the variables and counts updates of each, so a variable whose gradient comes
 * late starts with the right bias correction. It belongs to the variables that it first moves: those of another model are
 * refused, until a state is restored.
 *
 * @param options rates and decay
 * @returns an optimizer; dispose it when you are done
 * @throws RangeError when a setting lies outside its range; of a schedule, at the step at which it does
 * @example createAdam({ learningRate: cosineDecay({ from: 1e-3, steps: 10_000 }) })
 */
export function createAdam(options: AdamOptions = {}): Optimizer {
  const settings = readOptions('createAdam', options, adamRules());
  const { beta1, beta2 } = settings;
  const moments = createMoments();
  const updatesOf = (name: string): number => moments.find(name)?.updates ?? 0;
  const optimizer: Optimizer = {
    // Two runs are compared by the schedules as given, which may leave their range at steps that no run reaches.
    spec: specOf({ optimizer: 'adam', ...withDefaults(options, adamRules()) }),
    apply(variables, gradients, step, applied) {
      tidy(() => {
        const rates = ratesAt(settings, step, applied);
        moments.assertFit(variables, Object.keys(gradients));
        for (const [name, gradient] of Object.entries(gradients)) {
          const target = own(variables, name);
          if (target === undefined)
            throw new RangeError(`adam.apply: gradient ${describe(name)} belongs to no variable`);
          const state = moments.of(name, target);
          state.updates += 1;
          moveVariable(settings, rates, target, gradient, state);
        }
      });
    },
    get state() {
      return moments.state;
    },
    restore: moments.restore,
    dispose: moments.dispose,
    get isDisposed() {
      return moments.isDisposed;
    },
  };
  return withAdam(optimizer, {
    beta1,
    beta2,
    momentsOf: moments.of,
    updatesOf,
    numbersOf: (name, variable, step) => numbersOf(settings, variable, step, updatesOf(name) + 1),
    count(names) {
      for (const name of names) {
        const state = moments.find(name);
        if (state) state.updates += 1;
      }
    },
    assertFit: (variables) => moments.assertFit(variables, Object.keys(variables)),
  });
}
