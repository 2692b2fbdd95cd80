/** Adam's update of one variable. */
import { add, div, mul, sqrt, square, sub, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { type MeanShares, meanShares, movedMean, movesFromFormer } from '../../core/movingMean';
import { type ScalarOrSchedule, valueAt } from '../../core/schedules';
import { runFused } from '../../host/fusedKernel';
import type { Moments } from './adamMoments';

/** Settings of Adam, complete and checked. */
export interface AdamSettings {
  readonly learningRate: ScalarOrSchedule;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: ScalarOrSchedule;
}

/** Numbers of one update of a variable: θ ← kept · θ − size · m / (√v + epsilon). */
export interface AdamNumbers {
  /** factor of a decayed variable; 1 without decay */
  readonly kept: number;
  /** η √(1 − β₂ᵗ) / (1 − β₁ᵗ) */
  readonly size: number;
  /** ε̂ √(1 − β₂ᵗ) */
  readonly epsilon: number;
}

/** Rates of one step; factors are 0 if the step is skipped. */
interface Rates {
  readonly rate: number;
  /** η·λ, what a decayed variable loses of itself */
  readonly decay: number;
  /** scalar, 1 or 0, where the device decides whether the step applies */
  readonly applied: Tensor | undefined;
  /** factor of a decayed variable; 1 without decay */
  readonly kept: Tensor | number;
  readonly times: (factor: number) => Tensor | number;
  readonly first: MeanShares;
  readonly second: MeanShares;
}

/** Bias corrections folded into two numbers: η·m̂/(√v̂ + ε̂) = size·m / (√v + epsilon). */
const corrected = (
  { beta1, beta2, epsilon }: AdamSettings,
  rate: number,
  updates: number,
): Pick<AdamNumbers, 'size' | 'epsilon'> => {
  const root = Math.sqrt(1 - beta2 ** updates);
  return { size: (rate * root) / (1 - beta1 ** updates), epsilon: epsilon * root };
};

const scheduledAt = ({ learningRate, weightDecay }: AdamSettings, step: number) => {
  const rate = valueAt(learningRate, step, 'learningRate');
  const decay = valueAt(weightDecay, step, 'weightDecay');
  if (!Number.isFinite(Math.fround(rate * decay)))
    throw new RangeError(
      `createAdam: learningRate · weightDecay at step ${step} is ${rate * decay}, needed a finite float32 number`,
    );
  return { rate, decay: rate * decay };
};

/** Numbers of a variable's nth update, at the rates of its step. */
const numbersAt = (
  settings: AdamSettings,
  { rank }: Variable,
  { rate, decay }: Pick<Rates, 'rate' | 'decay'>,
  updates: number,
): AdamNumbers => ({ kept: rank >= 2 ? 1 - decay : 1, ...corrected(settings, rate, updates) });

/** Numbers of a variable's nth update, at a step. */
export const numbersOf = (
  settings: AdamSettings,
  variable: Variable,
  step: number,
  updates: number,
): AdamNumbers => numbersAt(settings, variable, scheduledAt(settings, step), updates);

/** Rates of a step, the same for every variable. */
export const ratesAt = (settings: AdamSettings, step: number, applied: Tensor | undefined): Rates => {
  const { rate, decay } = scheduledAt(settings, step);
  return {
    rate,
    decay,
    applied,
    // Computed on the host unless the device decides whether the step applies: that saves a kernel a step.
    kept: decay === 0 || !applied ? 1 - decay : sub(1, mul(applied, decay)),
    times: (factor) => (applied ? mul(applied, factor) : factor),
    first: meanShares(settings.beta1, applied),
    second: meanShares(settings.beta2, applied),
  };
};

/** The update in one operation of the backend, where it has one: new values of the variable and of its moments. */
function fusedUpdate(
  { beta1, beta2 }: AdamSettings,
  inputs: Readonly<Record<'value' | 'first' | 'second' | 'gradient', Tensor>>,
  numbers: AdamNumbers,
  applied: Tensor | undefined,
): readonly Tensor[] | undefined {
  // It moves both means from their former values.
  if (!movesFromFormer(beta1) || !movesFromFormer(beta2)) return undefined;
  const all = { firstRate: 1 - beta1, secondRate: 1 - beta2, ...numbers };
  return applied
    ? runFused('SsvaeGuardedAdam', { ...inputs, applied }, all)
    : runFused('SsvaeAdam', inputs, all);
}

/** Moves a variable and its moments; its update has been counted. */
export function moveVariable(
  settings: AdamSettings,
  rates: Rates,
  target: Variable,
  gradient: Tensor,
  { first, second, updates }: Moments,
): void {
  const numbers = numbersAt(settings, target, rates, updates);
  const inputs = { value: target, first, second, gradient };
  const fused = fusedUpdate(settings, inputs, numbers, rates.applied);
  if (fused !== undefined) {
    for (const [i, variable] of [target, first, second].entries()) variable.assign(fused[i] as Tensor);
    return;
  }
  const kept = target.rank >= 2 ? rates.kept : 1;
  first.assign(movedMean(first, gradient, rates.first));
  second.assign(movedMean(second, square(gradient), rates.second));
  const shrunk = kept !== 1 ? mul(target, kept) : target;
  target.assign(sub(shrunk, div(mul(first, rates.times(numbers.size)), add(sqrt(second), numbers.epsilon))));
}
