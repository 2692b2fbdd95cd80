import { expect, test } from 'vitest';
import { UNKNOWN_CLASS } from '../../src/core/labels';
import { createDataset } from '../../src/data/dataset';
import { gatherInputs, gatherLabels, subset } from '../../src/data/gather';

const one = { name: 'one', x: new Uint8Array(4), y: [0], shape: [4], classes: 2 };

test.each([
  [
    'two labels for one example',
    { y: [0, 1] },
    'createDataset: x has 4 values, needed 8 = 2 labels × shape [4]',
  ],
  [
    'a label that is no class',
    { y: [2] },
    'createDataset: y[0] is 2, needed an integer from 0 to 1, or -1 for an unknown class',
  ],
  [
    'a label between classes',
    { y: [0.5] },
    'createDataset: y[0] is 0.5, needed an integer from 0 to 1, or -1 for an unknown class',
  ],
  [
    'a negative label',
    { y: [-2] },
    'createDataset: y[0] is -2, needed an integer from 0 to 1, or -1 for an unknown class',
  ],
  [
    'part of an example',
    { x: new Uint8Array(5), y: undefined },
    'createDataset: x has 5 values, needed a multiple of 4 for examples [4]',
  ],
  [
    'nothing at all',
    { x: new Uint8Array(0), y: undefined },
    'createDataset: x is empty, needed at least one example',
  ],
  ['no example', { x: new Uint8Array(0), y: [] }, 'createDataset: y is empty, needed at least one example'],
  ['a NaN', { x: Float32Array.of(0, 1, Number.NaN, 0) }, 'createDataset: x[2] is NaN, needed finite numbers'],
  [
    'an infinity',
    { x: Float32Array.of(0, Infinity, 0, 0) },
    'createDataset: x[1] is Infinity, needed finite numbers',
  ],
  ['an empty axis', { shape: [0] }, 'createDataset: shape[0] is 0, needed an integer of at least 1'],
  ['too many classes', { classes: 256 }, 'createDataset: classes is 256, needed an integer from 1 to 255'],
])('refuses %s, by name', (_, wrong, message) => {
  expect(() => createDataset({ ...one, ...wrong })).toThrow(new RangeError(message));
});

test('a class may be unknown: −1, what a byte makes of it, or no class at all', () => {
  const x = new Uint8Array(3);
  const set = { name: 'set', x, shape: [1], classes: 2 };
  for (const y of [[0, -1, 1], Uint8Array.of(0, UNKNOWN_CLASS, 1), Int8Array.of(0, -1, 1)])
    expect([...createDataset({ ...set, y }).y]).toEqual([0, UNKNOWN_CLASS, 1]);
  const none = createDataset(set);
  expect([none.count, ...none.y]).toEqual([3, UNKNOWN_CLASS, UNKNOWN_CLASS, UNKNOWN_CLASS]);
  expect(createDataset(none)).toEqual(none);
  expect([...subset(createDataset({ ...set, y: [0, -1, 1] }), [1, 2]).y]).toEqual([UNKNOWN_CLASS, 1]);
  expect(() => gatherLabels(none, [1])).toThrow(
    'gatherLabels: indices[0] is 1, needed an example whose class is known',
  );
});

test('labels of any array of integers are taken, 64-bit ones too', () => {
  const x = new Uint8Array(3);
  const set = { name: 'set', x, shape: [1], classes: 2 };
  for (const y of [
    BigInt64Array.of(0n, -1n, 1n),
    [0n, 255n, 1n],
    BigUint64Array.of(0n, 255n, 1n),
    Float32Array.of(0, -1, 1),
    Float64Array.of(0, 255, 1),
    Int16Array.of(0, -1, 1),
    { length: 3, 0: 0, 1: -1, 2: 1 },
  ])
    expect([...createDataset({ ...set, y }).y]).toEqual([0, UNKNOWN_CLASS, 1]);
});

test.each<[string, ArrayLike<unknown>, string]>([
  ['texts', ['0', '1', '-1'], 'y[0] is "0"'],
  ['an empty text', [0, '', 1], 'y[1] is ""'],
  ['null', [0, null, 1], 'y[1] is null'],
  ['undefined', [0, undefined, 1], 'y[1] is undefined'],
  ['a hole', { length: 3, 0: 0, 2: 1 }, 'y[1] is undefined'],
  ['NaN', [0, Number.NaN, 1], 'y[1] is NaN'],
  ['NaN of floats', Float32Array.of(0, Number.NaN, 1), 'y[1] is NaN'],
  ['a truth value', [0, true, 1], 'y[1] is true'],
  ['-1 that was stored without a sign', Uint16Array.of(0, 65535, 1), 'y[1] is 65535'],
  ['-1 that was stored as 64 bits without a sign', BigUint64Array.of(0n, 2n ** 64n - 1n, 1n), 'y[1] is 1844'],
  ['names', ['cat', 'dog', ''], 'y[0] is "cat"'],
])('labels that are %s are refused by name, with the way to leave one unknown', (_, y, message) => {
  const given = { name: 'set', x: new Uint8Array(3), y: y as never, shape: [1], classes: 2 };
  const refusal = (make: () => unknown): string => {
    try {
      make();
    } catch (error) {
      return (error as Error).message;
    }
    return 'taken';
  };
  const needed = 'needed an integer from 0 to 1, or -1 for an unknown class';
  const line = refusal(() => createDataset(given));
  expect([line.startsWith(`createDataset: ${message}`), line.endsWith(needed)]).toEqual([true, true]);
});

test('the pixels of a canvas are bytes, without a copy', async () => {
  const pixels = Uint8ClampedArray.from({ length: 32 }, (_, i) => 8 * i);
  const drawn = createDataset({ name: 'drawn', x: pixels, y: [0, 1], shape: [2, 2, 4], classes: 2 });
  expect([drawn.x.constructor, drawn.x.buffer]).toEqual([Uint8Array, pixels.buffer]);
  const x = gatherInputs(drawn, [1]);
  expect(await x.data()).toEqual(Float32Array.from(pixels.subarray(16), (byte) => byte / 255));
  x.dispose();
});

test('pixels with alpha are not taken for four examples', () => {
  const make = (x: Uint8Array | Uint8ClampedArray, shape: number[], y?: number[]) =>
    createDataset({ name: 'drawn', x, shape, classes: 2, ...(y && { y }) });
  const grey = Uint8ClampedArray.from({ length: 256 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
  const message =
    'createDataset: x holds red, green, blue and alpha of each pixel, as a canvas gives them (256 values), needed 1 × [8,8,1]';
  expect(() => make(grey, [8, 8, 1])).toThrow(message);
  expect(() => make(Uint8Array.from(grey), [8, 8, 1])).toThrow(message);
  expect(() => make(grey, [8, 8])).toThrow('needed 1 × [8,8]');
  expect(() => make(grey, [64])).toThrow('needed 1 × [64]');
  expect(() => make(grey, [8, 8, 1], [0])).toThrow(
    'createDataset: x has 256 values, needed 64 = 1 labels × shape [8,8,1]; a canvas gives red, green, blue and alpha of each pixel: take the channels that you need',
  );
  expect(() => make(grey, [8, 8, 3])).toThrow(
    'needed 1 × [8,8,3]: Uint8Array.from(x.filter((_, i) => i % 4 < 3))',
  );
  // What is told to be four examples, or looks like nothing else, is.
  expect(make(grey, [8, 8, 1], [0, 1, 0, 1]).count).toBe(4);
  expect(
    make(
      Uint8Array.from({ length: 256 }, (_, i) => (i * 37) % 256),
      [8, 8, 1],
    ).count,
  ).toBe(4);
  for (const value of [0, 255]) expect(make(new Uint8Array(256).fill(value), [8, 8, 1]).count).toBe(4);
  expect(make(grey.slice(0, 64), [8, 8, 1]).count).toBe(1);
  expect(make(grey, [8, 8, 4]).count).toBe(1);
});

test('other arrays of numbers are refused with what makes them inputs', () => {
  const make = (x: unknown) => createDataset({ ...one, x: x as never });
  for (const [x, name] of [
    [new Float64Array(4), 'Float64Array'],
    [new Int32Array(4), 'Int32Array'],
    [new BigInt64Array(4), 'BigInt64Array'],
    [[0, 1, 2, 3], 'an array of 4'],
  ] as const)
    expect(() => make(x)).toThrow(
      new TypeError(
        `createDataset: x is ${name}, needed a Uint8Array or a Float32Array: Float32Array.from(x, Number), divided by 255 where they are bytes`,
      ),
    );
});
