/** JSON that rebuilds stacked M1+M2. */
import { specOf } from '../../core/spec';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import {
  isCount,
  isFiniteNumber,
  isListOf,
  isRecord,
  isString,
  type Json,
  parse,
  parseRecord,
} from '../../files/json';
import type { M2 } from '../m2/model';
import { type M2Preset, parsePreset } from '../m2/nets';
import { parseVaeSpec, type VaeSpec } from '../vae/spec';
import type { StackedSettings } from './options';

/** What a file holds of stacked M1+M2; `null` marks what you pass to `loadModel` again. */
export interface StackedSpec {
  readonly m1: VaeSpec;
  readonly dimensions: readonly number[];
  readonly classes: number;
  /** where the classes have names */
  readonly classNames?: readonly string[] | undefined;
  readonly latent: number;
  readonly labelPrior: readonly number[];
  /** those of M2 */
  readonly nets: M2Preset | null;
  /** where the model has one */
  readonly temperature?: number | undefined;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function stackedSpec(
  { m1, dimensions, classes, classNames, latent, temperature }: StackedSettings,
  m2: M2,
): Json {
  const { nets } = isRecord(m2.spec) ? m2.spec : {};
  return specOf({
    model: 'stackedM2',
    m1: m1.spec,
    dimensions,
    classes,
    classNames,
    latent,
    labelPrior: m2.labelPrior,
    nets,
    temperature,
  });
}

/** Names of all entries. */
const ENTRIES = [
  'model',
  'm1',
  'dimensions',
  'classes',
  'classNames',
  'latent',
  'labelPrior',
  'nets',
  'temperature',
] as const satisfies readonly ('model' | keyof StackedSpec)[];

/** A spec with what M1 has of the model: shape of x, and its likelihood. */
export interface ReadStackedSpec extends StackedSpec {
  readonly inputShape: readonly number[];
  readonly likelihood: LikelihoodSpec | null;
}

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 * @throws TypeError where M1 has nets of the user's own
 */
export function parseStackedSpec(where: string, value: unknown): ReadStackedSpec {
  const {
    m1: ofM1,
    dimensions,
    classes,
    classNames,
    latent,
    labelPrior,
    nets,
    temperature,
  } = parseRecord(where, 'spec', value, ENTRIES);
  const m1 = parseVaeSpec(`${where}: m1`, ofM1);
  if (m1.nets === null)
    throw new TypeError(
      `${where}: M1 was made with nets of its own, needed loadVariables into a model of createStackedM2 with such an M1`,
    );
  const isIndex = (index: unknown): index is number => index === 0 || isCount(index);
  return {
    m1,
    inputShape: m1.inputShape,
    likelihood: m1.likelihood,
    dimensions: parse(where, 'dimensions', dimensions, 'indices', isListOf(isIndex)),
    classes: parse(where, 'classes', classes, 'a count', isCount),
    ...(classNames !== undefined && {
      classNames: parse(where, 'classNames', classNames, 'names', isListOf(isString)),
    }),
    latent: parse(where, 'latent', latent, 'a count', isCount),
    labelPrior: parse(where, 'labelPrior', labelPrior, 'probabilities', isListOf(isFiniteNumber)),
    nets: nets === null ? null : parsePreset(where, nets),
    ...(temperature !== undefined && {
      temperature: parse(where, 'temperature', temperature, 'a number', isFiniteNumber),
    }),
  };
}
