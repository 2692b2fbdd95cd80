/** Options of stacked M1+M2, their defaults, and what is refused. */
import { assertMethods, assertNumbers } from '../../core/assert';
import { describe } from '../../core/describe';
import type { Noise } from '../../core/noise';
import {
  checked,
  integersFrom,
  number,
  optional,
  readOptions,
  seedStream,
  unchecked,
} from '../../core/options';
import { assertInitializer, type Initializer } from '../../nets/initializer';
import { classesOf, type ModelData, modelData } from '../data';
import { assertSameInputs, hasToken } from '../fits';
import { assertLiving } from '../living';
import type { M2NetsOption } from '../m2/nets';
import { TEMPERATURE } from '../temperature';
import type { GaussianVae } from '../vae/model';

/** What stacked M1+M2 is made from. */
export interface StackedM2Options {
  /** a trained VAE, as `createVae` makes it. It is frozen: its variables no longer train. It stays yours: you dispose it */
  readonly m1: GaussianVae;
  /**
   * the dimensions of M1's code that M2 sees, by index: the `units` that {@link activeUnits} finds. A collapsed one is N(0, I) noise
   * for every example, and hides the others
   */
  readonly dimensions: readonly number[];
  /** the data set that the model is for: what you leave out of `classes` and `classNames` is then the data's. It is not kept */
  readonly data?: ModelData;
  /** K, at least 2; default the data's */
  readonly classes?: number;
  /** what the classes are called, a name for each; default the data's, or none: `predict` then gives their indices */
  readonly classNames?: readonly string[];
  /** π of p(y); default uniform (Kingma 2014, §2) */
  readonly labelPrior?: readonly number[];
  /** width of z2; default 50 (Kingma 2014, §4.3) */
  readonly latent?: number;
  /** the nets of M2, as `createM2` takes them, of inputs as wide as `dimensions`; default `'mlp'` */
  readonly nets?: M2NetsOption;
  /** how the weights of M2 start; default `'glorot-uniform'` */
  readonly initializer?: Initializer;
  /** seed of the weights of M2; default 0 */
  readonly seed?: number | Noise;
  /** T, what `predict` and evaluation divide logits by; default 1. `calibrate` chooses it from held-out labels */
  readonly temperature?: number;
}

/** Refuses anything but a living VAE whose prior is N(0, I). */
const assertM1 = (where: string, name: string, m1: GaussianVae): void => {
  assertMethods(where, name, m1, ['encode', 'decode', 'bound']);
  assertLiving(where, m1);
  if (hasToken(m1))
    throw new RangeError(
      `${where}: ${name} is a conditional VAE, whose prior is p(z|c), needed N(0, I), as createVae has`,
    );
  if (m1.prior !== undefined)
    throw new RangeError(
      `${where}: ${name} has a prior of its own, needed N(0, I), as the dimensions that M2 leaves out have`,
    );
};

/** Refuses a list that is empty, or holds an index twice or one that M1 does not have. */
const assertDimensions = (where: string, dimensions: readonly number[], { latent }: GaussianVae): void => {
  if (dimensions.length === 0)
    throw new RangeError(
      `${where}: dimensions are empty, needed one at least: an M1 without active units has learned nothing`,
    );
  for (const [i, dimension] of dimensions.entries())
    if (!(Number.isInteger(dimension) && dimension >= 0 && dimension < latent))
      throw new RangeError(
        `${where}: dimensions[${i}] is ${describe(dimension)}, needed an integer from 0 to ${latent - 1}`,
      );
    else if (dimensions.indexOf(dimension) < i)
      throw new RangeError(`${where}: dimensions[${i}] is ${dimension} once more, needed each once`);
};

const stackedRules = () => ({
  m1: checked<GaussianVae>((where, name, m1) => assertM1(where, name, m1 as GaussianVae)),
  dimensions: checked<readonly number[]>((where, name, list) => assertNumbers(where, name, list)),
  data: modelData(),
  // Looked at together with the data, by `classesOf`.
  classes: unchecked<number | undefined>(),
  classNames: unchecked<readonly string[] | undefined>(),
  // Looked at by `createM2`.
  labelPrior: unchecked<readonly number[] | undefined>(),
  latent: number(integersFrom(1), 50),
  nets: unchecked<M2NetsOption>('mlp'),
  initializer: checked<Initializer>((where, _, start) => assertInitializer(where, start), 'glorot-uniform'),
  seed: seedStream(0),
  temperature: optional(number(TEMPERATURE)),
});

/**
 * The options with their defaults.
 *
 * @throws RangeError or TypeError naming the option, its value and what was needed
 */
export function stackedSettings(options: StackedM2Options) {
  const where = 'createStackedM2';
  const { data, dimensions, ...read } = readOptions(where, options, stackedRules());
  assertDimensions(where, dimensions, read.m1);
  if (data) assertSameInputs(where, read.m1, data.shape);
  return { ...read, ...classesOf(where, data, read), dimensions: [...dimensions] };
}

/** Every option of stacked M1+M2, resolved. */
export type StackedSettings = ReturnType<typeof stackedSettings>;
