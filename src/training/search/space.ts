/** What a search turns: settings, the values that each may take, and draws of them. */
import { plainOf } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import type { Noise } from '../../core/noise';
import {
  ABOVE_0,
  AT_LEAST_0,
  checked,
  flag,
  integersFrom,
  type NumberRange,
  number,
  oneOf,
  optional,
  type Rule,
  readOptions,
} from '../../core/options';
import { canonical, isRecord } from '../../files/json';
import type { MlpOptions } from '../../nets/mlp';
import { assertWidths } from '../../nets/semiSupervisedNets';

/** SearchSettings of a model and its training. What is left out is as `createM2` and `recipeOf` have it. */
export interface SearchSettings {
  /** Z, size of the code */
  readonly latent?: number;
  /** σ of a Gaussian likelihood, in the unit of x, or `'learned'`, one that the decoder gives */
  readonly sigma?: number | 'learned';
  /** hidden layers of the nets of `mlpNets` */
  readonly widths?: readonly number[];
  /** activation of these layers */
  readonly activation?: NonNullable<MlpOptions['activation']>;
  /** normalization in these layers */
  readonly norm?: NonNullable<MlpOptions['norm']>;
  /** weight of the bound in the objective */
  readonly boundWeight?: number;
  /** the report's γ, weight of Î(y; x) */
  readonly mutualInformationWeight?: number;
  /** the report's β, weight of −H(q(y|x)) */
  readonly entropyPenalty?: number;
  /** weight of interpolation consistency */
  readonly consistency?: number;
  /** α, weight of the cross-entropy */
  readonly alpha?: number;
  /** Adam's rate at the first step, from where it falls to 0 along a cosine */
  readonly learningRate?: number;
  /** steps of a training run */
  readonly steps?: number;
}

/** Numbers from one to another. */
export interface SearchRange {
  /** the smallest value */
  readonly from: number;
  /** the largest value */
  readonly to: number;
  /** whether the logarithm is drawn evenly, and not the number itself; default `false` */
  readonly log?: boolean;
}

/** The values of each setting that a search tries: a list, or for numbers a range. */
export type SearchSpace = {
  readonly [Name in keyof SearchSettings]: readonly NonNullable<SearchSettings[Name]>[] | SearchRange;
};

/** How a setting is read, and what a draw of a range is made to. */
interface Reading {
  readonly rule: Rule<unknown>;
  readonly ranges?: 'real' | 'integer';
}

const real = (range: NumberRange): Reading => ({ rule: number(range), ranges: 'real' });
const integer: Reading = { rule: number(integersFrom(1)), ranges: 'integer' };

const sigma: Rule<number | 'learned'> = checked((where, name, value) => {
  if (value === 'learned') return;
  if (typeof value !== 'number' || !ABOVE_0.holds(value))
    throw new RangeError(`${where}: ${name} is ${describe(value)}, needed ${ABOVE_0.needed} or "learned"`);
});

/** Every setting. */
const SETTINGS: Readonly<Record<keyof SearchSettings, Reading>> = {
  latent: integer,
  sigma: { rule: sigma, ranges: 'real' },
  widths: { rule: checked(assertWidths) },
  activation: { rule: oneOf(['relu', 'softplus']) },
  norm: { rule: oneOf(['batch', 'layer', 'none']) },
  boundWeight: real(AT_LEAST_0),
  mutualInformationWeight: real(AT_LEAST_0),
  entropyPenalty: real(AT_LEAST_0),
  consistency: real(AT_LEAST_0),
  alpha: real(AT_LEAST_0),
  learningRate: real(ABOVE_0),
  steps: integer,
};

type Name = keyof SearchSettings;

const assertRange = (where: string, name: string, given: object, { rule, ranges }: Reading): void => {
  const { from, to, log = false, ...others } = plainOf(where, given as SearchRange, name);
  const [surplus] = Object.keys(others);
  if (surplus !== undefined)
    throw new RangeError(`${where}: ${name}.${oneLine(surplus)} is not an option, needed from, to, log`);
  if (ranges === undefined)
    throw new RangeError(`${where}: ${name} is a range, needed a list of values: it is not a number`);
  for (const [end, value] of Object.entries({ from, to })) {
    number({ needed: 'a finite number', holds: Number.isFinite })(where, `${name}.${end}`, value);
    rule(where, `${name}.${end}`, value);
  }
  if (from >= to) throw new RangeError(`${where}: ${name}.from is ${from}, needed a number below to, ${to}`);
  flag()(where, `${name}.log`, log);
  if (log && from <= 0)
    throw new RangeError(`${where}: ${name}.from is ${from}, needed a number above 0, as log is true`);
};

/**
 * The rule of settings: each may be left out.
 *
 * @throws TypeError or RangeError naming the setting, its value and what was needed
 */
export const settingsRule: Rule<SearchSettings> = (where, name, given) =>
  readOptions(
    where,
    given as Record<string, unknown>,
    Object.fromEntries(Object.entries(SETTINGS).map(([setting, { rule }]) => [setting, optional(rule)])),
    name,
  ) as SearchSettings;

/**
 * Refuses a space that names other settings, is empty, or has values that a setting cannot take.
 *
 * @throws TypeError or RangeError naming the setting, its value and what was needed
 */
export function assertSpace(where: string, space: SearchSpace): void {
  const given = Object.entries(plainOf(where, space, 'space'));
  if (given.length === 0)
    throw new RangeError(`${where}: space is empty, needed one of ${Object.keys(SETTINGS).join(', ')}`);
  for (const [setting, values] of given) {
    const name = `space.${oneLine(setting)}`;
    if (!Object.hasOwn(SETTINGS, setting))
      throw new RangeError(`${where}: ${name} is not a setting, needed ${Object.keys(SETTINGS).join(', ')}`);
    const reading = SETTINGS[setting as Name];
    if (Array.isArray(values)) {
      if (values.length === 0)
        throw new RangeError(`${where}: ${name} is an empty list, needed one value at least`);
      for (const [i, value] of values.entries()) {
        if (value === undefined)
          throw new TypeError(`${where}: ${name}[${i}] is undefined, needed a value: leave the setting out`);
        reading.rule(where, `${name}[${i}]`, value);
      }
    } else if (isRecord(values)) assertRange(where, name, values, reading);
    else
      throw new TypeError(
        `${where}: ${name} is ${describe(values)}, needed a list of values or a range { from, to }`,
      );
  }
}

const drawOf = (noise: Noise, values: readonly unknown[] | SearchRange, { ranges }: Reading): unknown => {
  const u = noise.next();
  if (!('from' in values)) return values[Math.floor(u * values.length)];
  const { from, to, log = false } = values;
  const value = log ? from * (to / from) ** u : from + (to - from) * u;
  // Three digits are enough to tell trials apart, and to read.
  return ranges === 'integer' ? Math.round(value) : Number(value.toPrecision(3));
};

/** Draws for each trial, until one is new. */
const ATTEMPTS = 20;

/**
 * Draws different settings. Those of a trial depend on the seed, its number and the values of the space, not on the number of
 * trials.
 *
 * @param space of {@link assertSpace}
 * @param count trials; there are fewer where the space has fewer points
 */
export function drawSettings(space: SearchSpace, count: number, noise: Noise): readonly SearchSettings[] {
  const drawn = new Map<string, SearchSettings>();
  for (let i = 0; i < count * ATTEMPTS && drawn.size < count; i++) {
    const own = noise.split(i);
    const settings: SearchSettings = Object.fromEntries(
      Object.entries(space).map(([name, values]) => [
        name,
        drawOf(own.split(name), values, SETTINGS[name as Name]),
      ]),
    );
    const text = canonical(settings);
    if (!drawn.has(text)) drawn.set(text, settings);
  }
  return [...drawn.values()];
}
