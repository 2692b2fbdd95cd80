/** Damage done to bytes and to JSON, drawn from a seeded stream: what a parser of files must survive. */
import type { Noise } from '../../src/core/noise';

/** A number of a file that says how much of it there is. */
export interface SizeField {
  readonly at: number;
  readonly bytes: number;
}

/** An integer from 0 to below `count`. */
export const below = (noise: Noise, count: number): number => Math.floor(noise.next() * count);

/** One of a list. */
export const pick = <T>(noise: Noise, list: readonly T[]): T => list[below(noise, list.length)] as T;

/** Bytes of any value. */
const randomBytes = (noise: Noise, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => below(noise, 256));

/** A piece of the bytes, seldom long: [from, to). */
const pieceOf = (noise: Noise, length: number): readonly [number, number] => {
  const from = below(noise, length + 1);
  return [from, Math.min(length, from + 1 + below(noise, pick(noise, [1, 8, 64, 4096])))];
};

type Mutation = (noise: Noise, bytes: Uint8Array) => Uint8Array;

const spliced = (bytes: Uint8Array, from: number, to: number, between: Uint8Array): Uint8Array =>
  new Uint8Array([...bytes.subarray(0, from), ...between, ...bytes.subarray(to)]);

const mutations: readonly Mutation[] = [
  function flipBits(noise, bytes) {
    const flipped = bytes.slice();
    for (let i = below(noise, 8); i >= 0 && bytes.length > 0; i--) {
      const at = below(noise, bytes.length);
      flipped[at] = (flipped[at] as number) ^ (1 << below(noise, 8));
    }
    return flipped;
  },
  function truncate(noise, bytes) {
    return bytes.slice(0, below(noise, bytes.length + 1));
  },
  function cutOut(noise, bytes) {
    return spliced(bytes, ...pieceOf(noise, bytes.length), new Uint8Array());
  },
  function insert(noise, bytes) {
    const at = below(noise, bytes.length + 1);
    return spliced(bytes, at, at, randomBytes(noise, 1 + below(noise, 64)));
  },
  function overwrite(noise, bytes) {
    const [from, to] = pieceOf(noise, bytes.length);
    return bytes.slice().fill(pick(noise, [0, 255, below(noise, 256)]), from, to);
  },
  function repeat(noise, bytes) {
    const [from, to] = pieceOf(noise, bytes.length);
    return spliced(bytes, to, to, bytes.subarray(from, to));
  },
];

const extremes = [
  [0x00, 0x00],
  [0xff, 0xff],
  [0x7f, 0xff],
  [0x80, 0x00],
] as const;

/** Sets a size to an extreme, from either end of its bytes, or to any value. */
const setSize = (noise: Noise, bytes: Uint8Array, fields: readonly SizeField[]): Uint8Array => {
  const { at, bytes: width } = pick(noise, fields);
  const [first, rest] = pick(noise, extremes);
  const value = new Uint8Array(width).fill(rest).fill(first, 0, 1);
  const chosen = pick(noise, [value, value.slice().reverse(), randomBytes(noise, width)]);
  const changed = bytes.slice();
  for (const [i, byte] of chosen.entries()) if (at + i < changed.length) changed[at + i] = byte;
  return changed;
};

/**
 * Bytes after one to three faults: flipped bits, pieces cut off, cut out, put in, overwritten, doubled, sizes that are
 * extreme.
 *
 * @param noise what happens, and where
 * @param bytes a valid file, left as it is
 * @param fields where sizes stand in it
 */
export function mutate(noise: Noise, bytes: Uint8Array, fields: readonly SizeField[] = []): Uint8Array {
  let changed = bytes;
  for (let i = below(noise, 3); i >= 0; i--) {
    if (fields.length > 0 && noise.next() < 0.3) changed = setSize(noise, changed, fields);
    else changed = pick(noise, mutations)(noise, changed);
  }
  return changed;
}

// Deeper than JSON.stringify can write: a text that stands for it until it is written.
const nested = (depth: number): string => `nested ${depth} deep`;

/** The JSON text of what {@link mutateJson} made, whose values may be nested deeper than JSON.stringify could write. */
export const writeJson = (json: unknown): string =>
  (JSON.stringify(json) ?? '').replaceAll(
    /"nested (\d+) deep"/g,
    (_, depth) => '['.repeat(Number(depth)) + ']'.repeat(Number(depth)),
  );

const strangers: readonly ((noise: Noise, value: unknown) => unknown)[] = [
  () => null,
  () => true,
  () => '',
  () => 'x\ny',
  () => [],
  () => ({}),
  () => 0,
  () => -1,
  () => 0.5,
  () => 1e308,
  () => 2 ** 31,
  () => Number.MAX_SAFE_INTEGER,
  (noise) => below(noise, 1000),
  (noise) => pick(noise, ['F64', 'U8', 'I32', 'BF16', 'constructor', '__proto__']),
  (_, value) => [value],
  (_, value) => ({ value }),
  (_, value) => (Array.isArray(value) ? [...value, ...value] : `${value}`),
  () => Array.from({ length: 300 }, () => 4_294_967_295),
  (noise) => nested(pick(noise, [3, 200, 20_000])),
];

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/**
 * JSON after one fault at any depth: a value that is another, is lacking, or stands under many names.
 *
 * @param noise what happens, and where
 * @param json changed in place
 */
export function mutateJson(noise: Noise, json: Record<string, unknown>): void {
  let parent = json;
  for (;;) {
    const keys = Object.keys(parent);
    const key = keys.length === 0 ? 'new' : pick(noise, keys);
    const value = parent[key];
    if (isContainer(value) && noise.next() < 0.7) {
      parent = value;
      continue;
    }
    const kind = noise.next();
    if (kind < 0.15) delete parent[key];
    else if (kind < 0.25) for (let i = below(noise, 1000); i > 0; i--) parent[`${key}${i}`] = value;
    else if (kind < 0.3 && !Array.isArray(parent))
      Object.defineProperty(parent, pick(noise, ['__proto__', 'constructor', '', 'length']), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else parent[key] = pick(noise, strangers)(noise, value);
    return;
  }
}
