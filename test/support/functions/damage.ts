/** Damage done to arguments: what a caller without types, or without care, could pass. */
import type { DataType } from '@tensorflow/tfjs-core';
import type { Noise } from '../../../src/core/noise';
import { sizeOf } from '../../../src/core/shape';
import { hostileValues } from '../hostile';
import { below, pick } from '../mutations';
import { DrawnTensor, isContainer, Opaque } from './drawn';

// Sizes above 2³¹ are nobody's, and refused; those of some thousands and millions would only take time.
const numbers = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ...[-1, 0, -0, 0.5, 1, 2, 3, 7, 1e-45, -1e-300, 1e38, -1e38, 1e308, -1e308],
  ...[2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53)],
];

const floats = [0, -0, 60, -60, 1e-45, -1e-45, 1e38, -1e38, Number.NaN, Infinity, -Infinity];

const shapes = [
  [],
  [0],
  [1],
  [3],
  [0, 3],
  [3, 0],
  [1, 3],
  [2, 1],
  [2, 3],
  [2, 3, 4],
  [1, 2, 2, 1],
  [1, 1, 2, 1, 2],
];

const typed = [Uint8Array, Float32Array, Int32Array, Float64Array];

const filled = (noise: Noise, shape: readonly number[], dtype: DataType): DrawnTensor => {
  const values = Array.from({ length: sizeOf(shape) }, () =>
    pick(noise, dtype === 'float32' ? floats : [0, 1]),
  );
  return new DrawnTensor(shape, dtype === 'string' ? values.map(String) : values, dtype, noise.next() < 0.1);
};

const anyTensor = (noise: Noise): DrawnTensor =>
  filled(noise, pick(noise, shapes), pick(noise, ['float32', 'float32', 'int32', 'bool', 'string']));

const hostile = (noise: Noise): Opaque => {
  const [name, make] = pick(noise, hostileValues);
  return new Opaque(make, name);
};

/** Anything at all. */
const stranger = (noise: Noise): unknown => {
  const kinds: readonly (() => unknown)[] = [
    () => pick(noise, numbers),
    () => pick(noise, numbers),
    () => pick(noise, [undefined, null, true, false, '', 'text', 'none', 5n]),
    () => pick(noise, [[], {}, [1, 2], [Number.NaN], [[]], [null], ['a', 'b'], { length: 2 }, { a: 1 }]),
    () => hostile(noise),
    () => hostile(noise),
    () => anyTensor(noise),
    () => new (pick(noise, typed))(below(noise, 3)),
    () => new Opaque(() => () => pick(noise, numbers), 'a function that gives a number'),
    () => new Opaque(() => () => undefined, 'a function that gives nothing'),
    () => new Opaque(() => new Date(0), 'a date'),
    () => new Opaque(() => new Map([[1, 2]]), 'a map'),
  ];
  return pick(noise, kinds)();
};

const ofTensor = (noise: Noise, { shape, values, dtype }: DrawnTensor): unknown => {
  const kinds: readonly (() => unknown)[] = [
    () => new DrawnTensor(shape, values, dtype, true),
    () => filled(noise, shape, pick(noise, ['int32', 'bool', 'string'])),
    () => filled(noise, shape, 'float32'),
    () => filled(noise, shape, 'float32'),
    () => new DrawnTensor(shape, values.map(() => pick(noise, floats)), 'float32'), // biome-ignore format: one kind per line
    () => filled(noise, [...shape, 1], dtype),
    () => filled(noise, shape.slice(1), dtype),
    () => filled(noise, [(shape[0] ?? 0) + 1, ...shape.slice(1)], dtype),
    () => filled(noise, [...shape.slice(0, -1), 0], dtype),
    () => new DrawnTensor(shape, values, dtype === 'int32' ? 'float32' : 'int32'),
    () => anyTensor(noise),
  ];
  return shape.length === 0 ? anyTensor(noise) : pick(noise, kinds)();
};

const ofArray = (noise: Noise, list: readonly unknown[]): unknown[] => {
  const at = below(noise, list.length);
  const kinds: readonly (() => unknown[])[] = [
    () => [],
    () => list.slice(0, -1),
    () => [...list, ...list],
    () => [...list, stranger(noise)],
    () => list.map((item, i) => (i === at ? damaged(noise, item) : item)),
    () => list.map((item, i) => (i === at ? damaged(noise, item) : item)),
    () => list.map((item, i) => (i === at ? damaged(noise, item) : item)),
  ];
  return pick(noise, kinds)();
};

const ofTyped = (noise: Noise, list: Uint8Array): unknown => {
  const changed = list.slice();
  if (changed.length > 0) changed[below(noise, changed.length)] = pick(noise, numbers);
  return pick(noise, [
    changed,
    changed,
    list.slice(1),
    list.slice(0, 0),
    new (pick(noise, typed))(list),
    new (pick(noise, typed))(list.length + 1),
    Array.from(list),
  ]);
};

const ofRecord = (noise: Noise, record: Record<string, unknown>): unknown => {
  const name = pick(noise, [...Object.keys(record), 'unknown']);
  if (noise.next() < 0.1)
    return Object.fromEntries(Object.entries(record).filter(([other]) => other !== name));
  return { ...record, [name]: damaged(noise, record[name]) };
};

/** A value after one fault at any depth. */
function damaged(noise: Noise, value: unknown): unknown {
  if (noise.next() < 0.25) return stranger(noise);
  if (value instanceof DrawnTensor) return ofTensor(noise, value);
  if (Array.isArray(value)) return ofArray(noise, value);
  if (isContainer(value)) return ofRecord(noise, value as Record<string, unknown>);
  if (ArrayBuffer.isView(value)) return ofTyped(noise, value as Uint8Array);
  return typeof value === 'number' ? pick(noise, numbers) : stranger(noise);
}

/** Arguments after one or two faults; or fewer of them. */
export function damagedArguments(noise: Noise, drawn: readonly unknown[]): readonly unknown[] {
  if (noise.next() < 0.03) return drawn.slice(0, below(noise, drawn.length + 1));
  let changed = [...drawn];
  for (let faults = noise.next() < 0.8 ? 1 : 2; faults > 0; faults--) {
    const at = below(noise, Math.max(1, changed.length));
    changed = Object.assign([...changed], { [at]: damaged(noise, changed[at]) });
  }
  return changed;
}
