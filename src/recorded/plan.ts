/** What a step is, as several trials agree on it: operations, and where every value from outside comes from. */
import type { Operation, Source } from './operations';
import type { Declared, Trial } from './trial';
import { Unrecordable } from './unrecordable';

/** A number that changes from step to step. */
export interface NumberFeed {
  readonly kind: 'number';
  /** what it is made of */
  readonly of: readonly Declared[];
  /** how it is made of their values */
  readonly from: (values: readonly number[]) => number;
}

/** What a source of the step is fed with. */
export type Feed =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'batch'; readonly name: string }
  | { readonly kind: 'noise'; readonly index: number }
  | NumberFeed
  | { readonly kind: 'constant'; readonly values: ArrayLike<number> };

/** A step that can be run as a graph. */
export interface StepPlan {
  /** the trial that names, shapes and results are taken from */
  readonly trial: Trial;
  /** for each source of the trial */
  readonly feeds: readonly Feed[];
}

/** A number that somebody wrote has few digits, where float32 left us seven. */
const written = (value: number, digits: number): number => Number(value.toPrecision(digits));

type Relation = (values: readonly number[]) => number;

/** Ways in which a host number may be made of one declared number, given the first trial of it and the last. */
const ofOne = (standIns: readonly number[], found: readonly number[]): Relation[] => {
  const [s0 = 0, s1 = 0] = [standIns[0], standIns.at(-1)];
  const [c0 = 0, c1 = 0] = [found[0], found.at(-1)];
  const [times, over] = [written(c0 / s0, 6), written(c0 * s0, 6)];
  const slope = written((c0 - c1) / (s0 - s1), 5);
  const offset = written(c0 - slope * s0, 6);
  return [([s = 0]) => times * s, ([s = 0]) => over / s, ([s = 0]) => offset + slope * s];
};

/** Ways in which it may be made of two. */
const ofTwo: readonly Relation[] = [
  ([a = 0, b = 0]) => a - b,
  ([a = 0, b = 0]) => a + b,
  ([a = 0, b = 0]) => a * b,
  ([a = 0, b = 0]) => -a * b,
];

/** How a host number is made of declared ones, where one way holds in every trial, to the bit. */
const relationOf = (trials: readonly Trial[], found: readonly number[]): NumberFeed | undefined => {
  const { declared } = trials[0] as Trial;
  const standIns = declared.map((_, i) => trials.map((trial) => trial.declared[i]?.stoodFor ?? 0));
  const changing = [...declared.keys()].filter((i) => standIns[i]?.[0] !== 0);
  const holds = (which: readonly number[], from: Relation): boolean =>
    found.every((value, t) => Math.fround(from(which.map((i) => standIns[i]?.[t] as number))) === value);
  const feed = (which: readonly number[], from: Relation): NumberFeed => ({
    kind: 'number',
    of: which.map((i) => declared[i] as Declared),
    from: (values) => Math.fround(from(values)),
  });
  for (const i of changing) {
    const from = ofOne(standIns[i] as number[], found).find((one) => holds([i], one));
    if (from) return feed([i], from);
  }
  for (const i of changing) {
    for (const j of changing) {
      const from = i === j ? undefined : ofTwo.find((one) => holds([i, j], one));
      if (from) return feed([i, j], from);
    }
  }
  return undefined;
};

/** Where a source is used first, for messages. */
const userOf = (operations: readonly Operation[], source: number): string =>
  operations.find(({ inputs }) => inputs.some((ref) => 'source' in ref && ref.source === source))?.name ??
  'the end';

const sameValues = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
};

/** Refuses trials that did not do the same. */
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
          : `${a[i]?.name ?? 'nothing'} stands where ${b[i]?.name ?? 'nothing'} does`;
      throw new Unrecordable(`operation ${i} of the step differs from step to step: ${which}`);
    }
    if (text(first.draws) !== text(other.draws))
      throw new Unrecordable('what is drawn from the noise differs from step to step');
    if (text(first.declared.map(({ name }) => name)) !== text(other.declared.map(({ name }) => name)))
      throw new Unrecordable('the schedules that are read differ from step to step');
    for (const part of ['loss', 'terms', 'gradients', 'gradientNorm', 'applied', 'moved'] as const)
      if (text(first[part]) !== text(other[part]))
        throw new Unrecordable(`the ${part} of the step come of other operations from step to step`);
  }
};

const feedOf = (trials: readonly Trial[], source: number): Feed => {
  const [first] = trials as [Trial];
  const found = trials.map(({ recorded }) => recorded.sources[source] as Source);
  const origins = trials.map((trial, i) => trial.originOf((found[i] as Source).dataId));
  const [origin] = origins;
  const { shape, dtype } = found[0] as Source;
  const user = userOf(first.recorded.operations, source);
  if (origins.some((other) => JSON.stringify(other) !== JSON.stringify(origin)))
    throw new Unrecordable(`an input of ${user} comes from elsewhere from step to step`);
  if (origin?.from === 'variable') return { kind: 'variable', name: origin.name };
  if (origin?.from === 'batch') return { kind: 'batch', name: origin.name };
  if (origin?.from === 'noise') return { kind: 'noise', index: origin.index };
  const values = found.map((one) => one.values as ArrayLike<number>);
  const [constant] = values as [ArrayLike<number>];
  if (values.every((other) => sameValues(other, constant))) return { kind: 'constant', values: constant };
  if (constant.length === 1 && dtype === 'float32') {
    const numbers = values.map((one) => one[0] as number);
    const feed = relationOf(trials, numbers);
    if (feed) return feed;
  }
  throw new Unrecordable(
    `a value of shape [${shape}] that ${user} takes from the host differs from step to step (${constant[0]} and ${values.find((other) => !sameValues(other, constant))?.[0]}): read schedules by scheduled(context, …), and draw from context.noise`,
  );
};

/**
 * What trials agree on.
 *
 * @param trials of one step, at several steps and on other examples
 * @throws Unrecordable where they differ by anything that was not declared: which is named
 */
export function planOf(trials: readonly Trial[]): StepPlan {
  assertAlike(trials);
  const [trial] = trials as [Trial];
  return { trial, feeds: trial.recorded.sources.map((_, source) => feedOf(trials, source)) };
}
