/**
 * Noise: the only source of randomness of the library.
 *
 * A stream is seeded, split by name, and its position is plain JSON. TensorFlow.js has no global seed, treats
 * seed 0 as none, repeats the same numbers at every step when one is fixed, and its uniform can return exactly
 * 1; none of that is usable here, so numbers are drawn on the host and uploaded in bulk.
 *
 * Two kinds of functions draw.
 *
 * - A function that makes data, splits, batches, models, runs, measurements or samples takes `seed: number | Noise` and
 *   splits it by its own name ({@link streamOf}). The same seed everywhere is right: no two functions draw the same numbers,
 *   and one function draws the same numbers again.
 * - A function that draws within such a computation (distributions, layers, bounds, augmentation, `initializeNet`) takes
 *   `noise: Noise` and draws from that stream itself. The caller splits it by name.
 *
 * A stream's key is a hash of its seed and of the names it was split by, so splitting neither reads nor moves the parent's
 * position.
 */
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { assertBackend } from '../host/backendTraits';
import { assertInteger, assertNumber, assertSize } from './assert';
import { describe } from './describe';
import { awaitHint } from './hints';
import { deriveKey, type Key, nextWord, ROOT_KEY } from './randomWords';
import { sizeOf } from './shape';
import { assertNoFunction } from './uncalled';

/** Position of a stream: its key and its generator's state, four unsigned 32-bit words each. */
export interface NoiseState {
  /** hash of the seed and of the names split by: what further splits depend on */
  readonly key: readonly number[];
  /** the generator's state: what the next draw depends on */
  readonly words: readonly number[];
}

/** A seeded stream of random numbers. */
export interface Noise {
  /**
   * An independent stream, fixed by this stream's seed and `name` alone: drawing from one never moves the
   * other, and the same name gives the same stream again.
   */
  split(name: string | number): Noise;
  /** Uniform on the open interval (0, 1): multiples of 2⁻²³ off by half a step, so neither 0 nor 1 can come. */
  uniform(shape: readonly number[]): Tensor;
  /** Standard normal, N(0, 1). */
  normal(shape: readonly number[]): Tensor;
  /** Standard Gumbel, −log(−log u). */
  gumbel(shape: readonly number[]): Tensor;
  /** One uniform number on (0, 1), drawn with 32 bits. */
  next(): number;
  /** `count` standard normal numbers on the host. */
  normals(count: number): Float32Array;
  /** `count` uniform numbers on the open interval (0, 1), on the host. */
  uniforms(count: number): Float32Array;
  /** The integers 0 … count − 1 in random order (Fisher–Yates). */
  permutation(count: number): Int32Array;
  /** Where the stream stands; {@link restoreNoise} goes on from there. */
  readonly state: NoiseState;
}

const UNIT = 2 ** -32;

const assertCount = (count: number): void => {
  assertInteger('noise', 'count', count, 0);
  assertSize('noise', 'count', count);
};

/** Number of values in a shape that was asked for. */
const countOf = (shape: readonly number[]): number => {
  if (!Array.isArray(shape))
    throw new TypeError(`noise: shape is ${describe(shape)}, needed an array of sizes`);
  for (const axis of shape as readonly number[]) assertInteger('noise', 'an axis of shape', axis, 0);
  const count = sizeOf(shape);
  assertSize('noise', 'the size of shape', count);
  return count;
};

const tensorOf = (values: Float32Array, shape: readonly number[]): Tensor => {
  assertBackend('noise');
  return tensor(values, [...shape], 'float32');
};

class Stream implements Noise {
  readonly #key: Key;
  readonly #words: Int32Array;

  constructor({ key, words }: NoiseState) {
    this.#key = [...(key as Key)];
    this.#words = Int32Array.from(words, (word) => word | 0);
    // The all-zero state is the generator's one fixed point.
    if (this.#words.every((word) => word === 0)) this.#words[0] = 1;
  }

  get state(): NoiseState {
    return { key: this.#key.map((word) => word >>> 0), words: Array.from(this.#words, (word) => word >>> 0) };
  }

  split(name: string | number): Noise {
    if (typeof name !== 'string' && (typeof name !== 'number' || Number.isNaN(name)))
      throw new TypeError(`noise: the name of a split is ${describe(name)}, needed a text or a number`);
    const key = deriveKey(this.#key, name);
    return new Stream({ key, words: key });
  }

  uniform(shape: readonly number[]): Tensor {
    return tensorOf(this.uniforms(countOf(shape)), shape);
  }

  normal(shape: readonly number[]): Tensor {
    return tensorOf(this.normals(countOf(shape)), shape);
  }

  gumbel(shape: readonly number[]): Tensor {
    const values = new Float32Array(countOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = -Math.log(-Math.log(this.next()));
    return tensorOf(values, shape);
  }

  next(): number {
    return (nextWord(this.#words) + 0.5) * UNIT;
  }

  uniforms(count: number): Float32Array {
    assertCount(count);
    const values = new Float32Array(count);
    // 23 bits and a half: 1 − 2⁻²⁴ is the largest, and float32 holds it; with more bits it would round to 1.
    for (let i = 0; i < count; i++) values[i] = ((nextWord(this.#words) >>> 9) + 0.5) * 2 ** -23;
    return values;
  }

  normals(count: number): Float32Array {
    assertCount(count);
    const values = new Float32Array(count);
    for (let i = 0; i < count; i += 2) {
      // Box & Muller 1958, in float64 before rounding.
      const radius = Math.sqrt(-2 * Math.log(this.next()));
      const angle = 2 * Math.PI * this.next();
      values[i] = radius * Math.cos(angle);
      if (i + 1 < count) values[i + 1] = radius * Math.sin(angle);
    }
    return values;
  }

  permutation(count: number): Int32Array {
    assertCount(count);
    // A loop: `from` calls a function for each, and takes ten times as long.
    const order = new Int32Array(count);
    for (let i = 0; i < count; i++) order[i] = i;
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(this.next() * (i + 1));
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
    return order;
  }
}

const METHODS = [
  'split',
  'uniform',
  'normal',
  'gumbel',
  'next',
  'normals',
  'uniforms',
  'permutation',
] as const;

/** Whether a value has the functions of a stream; a text has a split too. */
const isStream = (value: unknown): value is Noise =>
  typeof value === 'object' &&
  value !== null &&
  METHODS.every((name) => typeof (value as Partial<Noise>)[name] === 'function');

/**
 * Refuses anything but a stream: callers without types forget it.
 *
 * @param where name of the calling function, for the message
 * @param noise what came
 * @throws TypeError naming function, argument, what came and what was needed
 */
export function assertNoise(where: string, noise: Noise | undefined): asserts noise is Noise {
  assertNoFunction(where, 'noise', noise);
  if (!isStream(noise))
    throw new TypeError(`${where}: noise is ${describe(noise)}, needed a stream, as createNoise(seed) makes`);
}

/**
 * A stream from a seed.
 *
 * @param seed a number that is a safe integer: 0, negative ones and those beyond 32 bits are seeds like any other; texts and
 *   bigints are not taken for numbers
 * @throws RangeError when the seed is not a safe integer
 * @example createNoise(0).split('weights').next() // 0.3387823178200051
 */
export function createNoise(seed: number): Noise {
  if (!Number.isSafeInteger(seed))
    throw new RangeError(`createNoise: seed is ${describe(seed)}, needed a safe integer`);
  const key = deriveKey(ROOT_KEY, seed);
  return new Stream({ key, words: key });
}

/**
 * The stream of one function: that of a seed, split by the function's name.
 *
 *   streamOf('createBatches', 1)  =  createNoise(1).split('createBatches')
 *
 * Use it in functions of your own that take a seed, such as `generate` of your own model.
 *
 * @param where name of the function that draws
 * @param seed a safe integer, or a stream, whose position does not matter
 * @returns the same stream at each call
 * @throws RangeError when the seed is a number but not a safe integer
 * @throws TypeError when it is neither a number nor a stream
 * @example streamOf('generate', 1).next() // 0.18330218351911753
 */
export function streamOf(where: string, seed: number | Noise): Noise {
  if (typeof where !== 'string')
    throw new TypeError(`streamOf: where is ${describe(where)}, needed the name of a function`);
  const needed = 'needed a safe integer or a stream of createNoise';
  if (typeof seed === 'number') {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`${where}: seed is ${seed}, ${needed}`);
    return createNoise(seed).split(where);
  }
  assertNoFunction(where, 'seed', seed);
  // A text has a split too.
  if (typeof seed !== 'object' || typeof seed?.split !== 'function')
    throw new TypeError(`${where}: seed is ${describe(seed)}, ${needed}${awaitHint(seed)}`);
  const stream = seed.split(where);
  if (!isStream(stream))
    throw new TypeError(
      `${where}: split() of seed gives ${describe(stream)}, needed a stream, as createNoise(seed) makes`,
    );
  return stream;
}

/**
 * A stream that goes on from a recorded position.
 *
 * @throws RangeError when the state is not two lists of four unsigned 32-bit words
 */
export function restoreNoise(state: NoiseState): Noise {
  for (const part of ['key', 'words'] as const) {
    const words = state?.[part];
    if (!Array.isArray(words) || words.length !== 4) {
      throw new RangeError(
        `restoreNoise: state.${part} is ${describe(words)}, needed four unsigned 32-bit words`,
      );
    }
    for (const word of words as readonly number[]) {
      // `>>> 0` leaves unsigned 32-bit integers, and only those, as they are.
      assertNumber(
        'restoreNoise',
        `a word of state.${part}`,
        word,
        'an unsigned 32-bit integer',
        (w) => w >>> 0 === w,
      );
    }
  }
  return new Stream(state);
}
