/**
 * Schedules: pure functions of the step.
 *
 * Nothing counts calls, so a validation pass or a second look at the loss never moves a warm-up.
 */
import { assertNumber } from './assert';
import { describe, oneLine } from './describe';
import { assertNotAsync } from './notAsync';
import {
  ABOVE_0,
  AT_LEAST_0,
  FINITE_NUMBER,
  type NumberRange,
  number,
  type Rule,
  readOptions,
} from './options';
import { specOf } from './spec';
import { assertNoMaker, maker } from './uncalled';

/**
 * A value that depends on the training step (0, 1, 2, …) alone. It must answer for steps beyond the run too: two schedules are
 * compared by their values at the first thousand steps and, from there, at every hundredth part, up to a million.
 */
export type Schedule = (step: number) => number;

/** Wherever a weight, temperature or rate is taken: a number, or a schedule of it. */
export type ScalarOrSchedule = number | Schedule;

// Beyond float32 the difference of two numbers could be infinite, and times 0 be none.
const FLOAT32: NumberRange = {
  needed: 'a finite float32 number',
  holds: (value) => Number.isFinite(Math.fround(value)),
};

/**
 * The value of a number or schedule at a step.
 *
 * @throws RangeError when a schedule returns anything but a finite number; `name` is named
 * @example valueAt(0.5, 10) // 0.5
 */
export function valueAt(value: ScalarOrSchedule, step: number, name = 'value'): number {
  return finiteAt('valueAt', value, step, name);
}

/** {@link valueAt}, by the name of the calling function. */
export function finiteAt(where: string, value: ScalarOrSchedule, step: number, name: string): number {
  if (typeof name !== 'string') throw new TypeError(`${where}: name is ${describe(name)}, needed a text`);
  assertNumber(where, 'step', step, FINITE_NUMBER.needed, FINITE_NUMBER.holds);
  const now = typeof value === 'function' ? value(step) : value;
  assertNotAsync(where, oneLine(name), now);
  return number(FINITE_NUMBER)(where, `${oneLine(name)} at step ${step}`, now);
}

/** What a schedule gives at step 0, if it answers there: a loop may begin later. */
const firstOf = (schedule: Schedule): unknown => {
  try {
    return schedule(0);
  } catch {
    return undefined;
  }
};

/**
 * A number or schedule that stays in its range: a number outside is refused at once, a value of a schedule at its step.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param value what came
 * @param needed the range in words; default a finite number of at least 0
 * @param holds whether a number is in that range
 * @returns the number; or a schedule of the same values, which throws where one is outside. Its `spec` is that of the
 *   schedule that came: runs are compared by it, and it may leave its range at steps that no run reaches
 * @throws RangeError naming function, argument, what came and what was needed
 */
function inRange(
  where: string,
  name: string,
  value: ScalarOrSchedule,
  needed = AT_LEAST_0.needed,
  holds = AT_LEAST_0.holds,
): ScalarOrSchedule {
  if (typeof value !== 'function') {
    assertNumber(where, name, value, `a schedule or ${needed}`, holds);
    return value;
  }
  assertNoMaker(where, name, value);
  assertNotAsync(where, name, firstOf(value));
  const within: Schedule = (step) => {
    const now = value(step);
    assertNotAsync(where, name, now);
    assertNumber(where, `${name} at step ${step}`, now, needed, holds);
    return now;
  };
  return Object.defineProperty(within, 'spec', { get: () => specOf(value) });
}

/** Options that {@link inRange} checks: a number or schedule of a range. */
export const schedule =
  ({ needed, holds }: NumberRange, fallback?: ScalarOrSchedule): Rule<ScalarOrSchedule> =>
  (where, name, value = fallback) =>
    inRange(where, name, value as ScalarOrSchedule, needed, holds);

/** From one value to another, which the two ends are exactly: from + (to − from) need not be `to`. */
const between = (from: number, to: number, share: number): number =>
  share <= 0 ? from : share >= 1 ? to : from + (to - from) * share;

/**
 * The same value at every step.
 *
 *   f(t) = v
 *
 * @example constant(0.5)(100) // 0.5
 */
export const constant = /* @__PURE__ */ maker('constant(0.5)', (value: number): Schedule => {
  number(FLOAT32)('constant', 'value', value);
  return () => value;
});

/** Span of a warm-up. */
export interface WarmupOptions {
  /** value at step 0 (for the sigmoid: its lower asymptote, reached exactly there); default 0 */
  readonly from?: number;
  /** value from step `steps` on; default 1 */
  readonly to?: number;
  /** length of the warm-up, in steps */
  readonly steps: number;
}

/**
 * Linear warm-up, then constant. Used for the KL weight by Bowman et al. 2016 and Sønderby et al. 2016.
 *
 *   f(t) = from + (to − from) · min(1, t / steps)
 *
 * @throws RangeError when `steps` is not above 0
 * @example linearWarmup({ steps: 100 })(25) // 0.25
 */
export const linearWarmup = /* @__PURE__ */ maker(
  'linearWarmup({ … })',
  (options: WarmupOptions): Schedule => {
    const { from, to, steps } = readOptions('linearWarmup', options, warmupRules());
    return (step) => between(from, to, step / steps);
  },
);

const warmupRules = () => ({ from: number(FLOAT32, 0), to: number(FLOAT32, 1), steps: number(ABOVE_0) });

/** Span and slope of a sigmoid warm-up. */
export interface SigmoidWarmupOptions extends WarmupOptions {
  /** slope of the logistic over the unit span; default 12 */
  readonly steepness?: number;
}

// Flatter ones are straight lines, and their ends too near each other to be told apart.
const STEEPNESS: NumberRange = {
  needed: 'a finite number of at least 1e-6',
  holds: (value) => value >= 1e-6 && Number.isFinite(value),
};

/**
 * Sigmoid warm-up (Bowman et al. 2016), rescaled so that it starts at `from` and ends at `to` exactly.
 *
 *   s(u) = 1 / (1 + e^{−k(u − ½)}),   f(t) = from + (to − from) · (s(u) − s(0)) / (s(1) − s(0)),   u = min(1, t / steps)
 *
 * @throws RangeError when `steps` is not above 0, or `steepness` is below 1e-6
 * @example sigmoidWarmup({ steps: 100 })(50) // 0.5
 */
export const sigmoidWarmup = /* @__PURE__ */ maker(
  'sigmoidWarmup({ … })',
  (options: SigmoidWarmupOptions): Schedule => {
    const { from, to, steps, steepness } = readOptions('sigmoidWarmup', options, {
      ...warmupRules(),
      steepness: number(STEEPNESS, 12),
    });
    const logistic = (u: number): number => 1 / (1 + Math.exp(-steepness * (u - 0.5)));
    const [low, high] = [logistic(0), logistic(1)];
    return (step) => between(from, to, (logistic(Math.min(1, step / steps)) - low) / (high - low));
  },
);

/** Shape of a cyclical schedule. */
export interface CyclicalOptions {
  /** value at the start of each cycle; default 0 */
  readonly from?: number;
  /** value that each cycle rises to and holds; default 1 */
  readonly to?: number;
  /** length of one cycle, in steps */
  readonly period: number;
  /** share of a cycle spent rising, in (0, 1]; default 0.5 */
  readonly rise?: number;
}

const RISE: NumberRange = { needed: 'a number in (0, 1]', holds: (value) => value > 0 && value <= 1 };

/**
 * Cyclical annealing: linear rise, plateau, restart (Fu et al. 2019, Eq. 6–7).
 *
 *   u = (t mod period) / period,   f(t) = from + (to − from) · min(1, u / rise)
 *
 * @throws RangeError when `period` is not above 0 or `rise` lies outside (0, 1]
 * @example cyclical({ period: 100 })(125) // 0.5
 */
export const cyclical = /* @__PURE__ */ maker('cyclical({ … })', (options: CyclicalOptions): Schedule => {
  const { from, to, period, rise } = readOptions('cyclical', options, {
    from: number(FLOAT32, 0),
    to: number(FLOAT32, 1),
    period: number(ABOVE_0),
    rise: number(RISE, 0.5),
  });
  return (step) => between(from, to, (step % period) / period / rise);
});

/** Shape of an exponential decay. */
export interface ExponentialDecayOptions {
  /** value at step 0; default 1 */
  readonly from?: number;
  /** decay per step, r in e^{−r t} */
  readonly rate: number;
  /** the value never falls below this; default 0 */
  readonly floor?: number;
}

/**
 * Exponential decay with a floor: the temperature schedule of Jang et al. 2017 (§4.3: floor 0.5, rate 1e-5…1e-4).
 *
 *   f(t) = max(floor, from · e^{−rate · t})
 *
 * @throws RangeError when `rate` is not above 0
 * @example exponentialDecay({ rate: 1e-4, floor: 0.5 })(1000) // 0.9048374180359595
 */
export const exponentialDecay = /* @__PURE__ */ maker(
  'exponentialDecay({ … })',
  (options: ExponentialDecayOptions): Schedule => {
    const { from, rate, floor } = readOptions('exponentialDecay', options, {
      from: number(FLOAT32, 1),
      rate: number(ABOVE_0),
      floor: number(FLOAT32, 0),
    });
    return (step) => Math.max(floor, from * Math.exp(-rate * step));
  },
);

/** Shape of a cosine decay. */
export interface CosineDecayOptions {
  /** value at step 0; default 1 */
  readonly from?: number;
  /** value from step `steps` on; default 0 */
  readonly to?: number;
  /** length of the decay, in steps */
  readonly steps: number;
}

/**
 * Half a cosine from one value to another, then constant (Loshchilov & Hutter 2017, Eq. 5, without restarts).
 *
 *   f(t) = to + ½ (from − to) (1 + cos(π · min(1, t / steps)))
 *
 * @throws RangeError when `steps` is not above 0
 * @example cosineDecay({ from: 1e-3, steps: 100 })(50) // 0.0005
 */
export const cosineDecay = /* @__PURE__ */ maker(
  'cosineDecay({ … })',
  (options: CosineDecayOptions): Schedule => {
    const { from, to, steps } = readOptions('cosineDecay', options, {
      from: number(FLOAT32, 1),
      to: number(FLOAT32, 0),
      steps: number(ABOVE_0),
    });
    return (step) => between(to, from, 0.5 * (1 + Math.cos(Math.PI * Math.min(1, step / steps))));
  },
);
