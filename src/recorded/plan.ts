/** The plan of a step's graph: what several trials agree on, operations and the origin of every value from outside. */
import { type Schedule, valueAt } from '../core/schedules';
import { scheduleOf } from '../models/objectives/objective';
import type { Operation, Source } from './operations';
import type { Trial } from './trial';
import { Unrecordable } from './unrecordable';

/** A value that a schedule gives at each step. */
export interface ScheduleFeed {
  readonly kind: 'schedule';
  /** for messages */
  readonly name: string;
  readonly schedule: Schedule;
}

/** What a source of the step is fed with. */
export type Feed =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'batch'; readonly name: string }
  | { readonly kind: 'noise'; readonly index: number }
  | ScheduleFeed
  | { readonly kind: 'constant'; readonly values: ArrayLike<number> };

/** A step that can run as a graph. */
export interface StepPlan {
  /** the trial that names, shapes and results are taken from */
  readonly trial: Trial;
  /** for each source of the trial */
  readonly feeds: readonly Feed[];
}

/** The operation that uses a source first, for messages. */
const userOf = (operations: readonly Operation[], source: number): string =>
  operations.find(({ inputs }) => inputs.some((ref) => 'source' in ref && ref.source === source))?.name ??
  'the end';

const sameValues = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
};

/** Refuses trials that did different things. */
const assertAlike = (trials: readonly Trial[]): void => {
  const [first, ...others] = trials as [Trial, ...Trial[]];
  const text = (value: unknown): string => JSON.stringify(value);
  for (const other of others) {
    const [a, b] = [first.recorded.operations, other.recorded.operations];
    const count = Math.max(a.length, b.length);
    for (let i = 0; i < count; i++) {
      if (text(a[i]) === text(b[i])) continue;
      const which =
        a[i]?.name === b[i]?.name
          ? `${a[i]?.name} has other inputs or attributes`
          : `${a[i]?.name ?? 'nothing'} and ${b[i]?.name ?? 'nothing'} are in the same place`;
      throw new Unrecordable(`operation ${i} of the step differs from step to step: ${which}`);
    }
    if (text(first.draws) !== text(other.draws))
      throw new Unrecordable('the draws from the noise differ from step to step');
    for (const part of ['loss', 'terms', 'gradients', 'gradientNorm', 'applied', 'moved'] as const)
      if (text(first[part]) !== text(other[part]))
        throw new Unrecordable(`the ${part} of the step come from other operations from step to step`);
  }
};

/** The schedule of the first trial, where each trial's value is the one that it gives at that trial's step. */
const scheduleFeed = (trials: readonly Trial[], found: readonly Source[]): ScheduleFeed => {
  const feed = { kind: 'schedule', ...(scheduleOf((found[0] as Source).dataId) as ReadSchedule) } as const;
  for (const [i, { scheduleStep }] of trials.entries()) {
    const value = found[i]?.values?.[0];
    const expected = Math.fround(feed.schedule(scheduleStep));
    if (value !== expected)
      throw new Unrecordable(
        `the schedule ${feed.name} is another function from step to step: at step ${scheduleStep} it gives ${expected} and ${value}`,
      );
  }
  return feed;
};

type ReadSchedule = NonNullable<ReturnType<typeof scheduleOf>>;

const feedOf = (trials: readonly Trial[], source: number): Feed => {
  const [first] = trials as [Trial];
  const found = trials.map(({ recorded }) => recorded.sources[source] as Source);
  const origins = trials.map((trial, i) => trial.originOf((found[i] as Source).dataId));
  const [origin] = origins;
  const user = userOf(first.recorded.operations, source);
  if (origins.some((other) => JSON.stringify(other) !== JSON.stringify(origin)))
    throw new Unrecordable(`an input of ${user} comes from elsewhere from step to step`);
  if (origin?.from === 'variable') return { kind: 'variable', name: origin.name };
  if (origin?.from === 'batch') return { kind: 'batch', name: origin.name };
  if (origin?.from === 'noise') return { kind: 'noise', index: origin.index };
  if (origin?.from === 'schedule') return scheduleFeed(trials, found);
  const values = found.map((one) => one.values as ArrayLike<number>);
  const [constant] = values as [ArrayLike<number>];
  const other = values.find((one) => !sameValues(one, constant));
  if (!other) return { kind: 'constant', values: constant };
  throw new Unrecordable(
    `a value of shape [${first.recorded.sources[source]?.shape}] that ${user} takes from the host differs from step to step (${constant[0]} and ${other[0]}): read schedules by scheduled(context, …), and draw from context.noise`,
  );
};

/** The numbers that a step's graph is fed with: the value of each schedule at the step. */
export const numbersOf = ({ feeds }: StepPlan, step: number): number[] =>
  feeds.flatMap((feed) => (feed.kind === 'schedule' ? [valueAt(feed.schedule, step, feed.name)] : []));

/**
 * What trials agree on.
 *
 * @param trials of one step, at several steps and on other examples
 * @throws Unrecordable where they differ by anything but variables, batch, noise and schedules; the message names it
 */
export function planOf(trials: readonly Trial[]): StepPlan {
  assertAlike(trials);
  const [trial] = trials as [Trial];
  return { trial, feeds: trial.recorded.sources.map((_, source) => feedOf(trials, source)) };
}
