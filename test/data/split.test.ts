import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createDataset, type Dataset } from '../../src/data/dataset';
import { splitDataset } from '../../src/data/split';

const withClasses = (y: readonly number[], classes: number): Dataset =>
  createDataset({ name: 'set', x: new Uint8Array(y.length), y, shape: [1], classes });

const perClass = ({ y, classes }: Dataset, indices: Int32Array): number[] => {
  const counts = new Array<number>(classes).fill(0);
  for (const i of indices) counts[y[i] as number] = (counts[y[i] as number] as number) + 1;
  return counts;
};

const balanced = withClasses(
  Array.from({ length: 1000 }, (_, i) => (i * 7) % 10),
  10,
);

test('gives every class the same number of labels and of validation examples', () => {
  const split = splitDataset(balanced, { labeled: 100, validation: 200, seed: createNoise(0) });
  expect(perClass(balanced, split.labeled)).toEqual(new Array(10).fill(10));
  expect(perClass(balanced, split.validation)).toEqual(new Array(10).fill(20));
  expect(perClass(balanced, split.unlabeled)).toEqual(new Array(10).fill(70));
});

test('the three parts are disjoint, ascending, and make up the whole, for any set and sizes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(3), { minLength: 4, maxLength: 60 }),
      fc.nat(1000),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (extra, seed, a, b) => {
        const dataset = withClasses([0, 1, 2, 3, ...extra], 4);
        const validation = Math.floor(a * (dataset.count - 4));
        const labeled = 4 + Math.floor(b * (dataset.count - validation - 4));
        const split = splitDataset(dataset, { labeled, validation, seed: createNoise(seed) });
        expect([split.labeled.length, split.validation.length]).toEqual([labeled, validation]);
        const all = [...split.labeled, ...split.unlabeled, ...split.validation].sort((i, j) => i - j);
        expect(all).toEqual(Array.from({ length: dataset.count }, (_, i) => i));
        for (const part of [split.labeled, split.unlabeled, split.validation]) {
          expect(part).toEqual(Int32Array.from(part).sort());
        }
        // No class stays without a label, and one has fewer than another only when it has no more to give.
        const shown = perClass(dataset, split.labeled);
        const hidden = perClass(dataset, split.unlabeled);
        const most = Math.max(...shown);
        for (const k of [0, 1, 2, 3]) {
          expect(shown[k]).toBeGreaterThan(0);
          if ((shown[k] as number) < most - 1) expect(hidden[k]).toBe(0);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('examples of unknown class are unlabelled; by default all others are labelled', () => {
  const dataset = withClasses([0, -1, 1, 1, -1, 0, 0, -1], 2);
  const all = splitDataset(dataset, { seed: createNoise(0) });
  expect([[...all.labeled], [...all.unlabeled], [...all.validation]]).toEqual([
    [0, 2, 3, 5, 6],
    [1, 4, 7],
    [],
  ]);
  const some = splitDataset(dataset, { validation: 2, seed: createNoise(0) });
  expect([some.labeled.length, [...some.unlabeled], some.validation.length]).toEqual([3, [1, 4, 7], 2]);
  const few = splitDataset(dataset, { labeled: 2, seed: createNoise(0) });
  expect([few.labeled.length, few.unlabeled.length]).toEqual([2, 6]);
  expect(() => splitDataset(dataset, { labeled: 6, seed: createNoise(0) })).toThrow(
    'needed at most 5, the examples of a known class in "set"',
  );
  expect(() => splitDataset(withClasses([0, -1], 2), { seed: createNoise(0) })).toThrow(
    'splitDataset: class 1 has no known example, needed at least one of each class',
  );
});

test('the validation part keeps the proportions of unequal classes', () => {
  const dataset = withClasses(
    [...new Array(600).fill(0), ...new Array(300).fill(1), ...new Array(100).fill(2)],
    3,
  );
  const split = splitDataset(dataset, { labeled: 30, validation: 100, seed: createNoise(1) });
  expect(perClass(dataset, split.validation)).toEqual([60, 30, 10]);
  expect(perClass(dataset, split.labeled)).toEqual([10, 10, 10]);
});

test('is fixed by the seed, and another seed chooses others', () => {
  const choose = (seed: number) => splitDataset(balanced, { labeled: 100, seed: createNoise(seed) });
  expect(choose(3)).toEqual(choose(3));
  expect(choose(3).labeled).not.toEqual(choose(4).labeled);
});

test('more labels contain the fewer, and a validation part does not move them', () => {
  const choose = (labeled: number, validation = 0) =>
    splitDataset(balanced, { labeled, validation, seed: createNoise(5) }).labeled;
  const many = new Set(choose(137));
  expect(choose(100).every((i) => many.has(i))).toBe(true);
  expect(choose(100, 300)).toEqual(choose(100));
});

test('every example is chosen about equally often', () => {
  const dataset = withClasses(
    Array.from({ length: 20 }, (_, i) => i % 2),
    2,
  );
  const hits = new Array<number>(20).fill(0);
  for (let seed = 0; seed < 2000; seed++) {
    for (const i of splitDataset(dataset, { labeled: 4, seed: createNoise(seed) }).labeled)
      hits[i] = (hits[i] ?? 0) + 1;
  }
  // Expected 400, standard deviation √(2000·0.2·0.8) = 18: six of them either way.
  for (const count of hits) expect(Math.abs(count - 400)).toBeLessThan(108);
});

test.each([
  [{ labeled: 9 }, 'splitDataset: labeled is 9, needed at least 10, one for each class'],
  [{ labeled: 1001 }, 'splitDataset: labeled is 1001, needed at most 1000, the examples of "set"'],
  [{ labeled: 900, validation: 101 }, 'splitDataset: labeled + validation is 900 + 101, needed at most 1000'],
  [{ labeled: 10.5 }, 'splitDataset: labeled is 10.5, needed an integer of at least 0'],
  [{ labeled: 10, validation: -1 }, 'splitDataset: validation is -1, needed an integer of at least 0'],
])('refuses %j', (options, message) => {
  expect(() => splitDataset(balanced, { ...options, seed: createNoise(0) })).toThrow(message);
});

const fewLabels = withClasses(
  [...Array.from({ length: 20 }, (_, i) => i % 10), ...new Array(80).fill(-1)],
  10,
);

test.each([
  [
    { validation: 50 },
    'splitDataset: validation is 50, needed at most 10: the examples of a known class in "set" are 20, and one of each of 10 classes is to be labeled',
  ],
  [
    { validation: 50, everyClass: false },
    'splitDataset: validation is 50, needed at most 20: the examples of a known class in "set" are 20',
  ],
  [{ labeled: 30 }, 'splitDataset: labeled is 30, needed at most 20, the examples of a known class in "set"'],
  [
    { labeled: 15, validation: 6 },
    'splitDataset: labeled + validation is 15 + 6, needed at most 20, the examples of a known class in "set"',
  ],
  [
    { labeled: 5 },
    'splitDataset: labeled is 5, needed at least 10, one for each class, or everyClass: false',
  ],
  [{ everyClass: 'no' as never }, 'splitDataset: everyClass is "no", needed one of true, false'],
])('says what cannot be, of %j, in the words that were given', (options, message) => {
  expect(() => splitDataset(fewLabels, { ...options, seed: createNoise(0) })).toThrow(
    new RangeError(message),
  );
});

test('with everyClass: false, classes may be without a label, or without an example', () => {
  const seven = withClasses([...Array.from({ length: 70 }, (_, i) => i % 7), ...new Array(30).fill(-1)], 10);
  expect(() => splitDataset(seven, { labeled: 70, seed: createNoise(0) })).toThrow(
    'splitDataset: class 7 has no known example, needed at least one of each class, or everyClass: false',
  );
  const choose = (labeled?: number, validation = 0, dataset = seven) =>
    splitDataset(dataset, {
      ...(labeled !== undefined && { labeled }),
      validation,
      everyClass: false,
      seed: createNoise(0),
    });
  expect(perClass(seven, choose(70).labeled)).toEqual([10, 10, 10, 10, 10, 10, 10, 0, 0, 0]);
  expect(choose().labeled.length).toBe(70);
  expect(perClass(seven, choose(35, 14).validation)).toEqual([2, 2, 2, 2, 2, 2, 2, 0, 0, 0]);
  // Fewer labels than classes: one each, as far as they go.
  expect(perClass(seven, choose(5).labeled).sort()).toEqual([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]);
  // All known examples held back: none is left to be labelled, and none is lost.
  const held = choose(0, 70);
  expect([held.labeled.length, held.unlabeled.length, held.validation.length]).toEqual([0, 30, 70]);
  const none = choose(undefined, 0, withClasses([-1, -1, -1], 2));
  expect([[...none.labeled], [...none.unlabeled]]).toEqual([[], [0, 1, 2]]);
  // Labels from 1 to 26, as of letters, in 27 classes.
  const letters = withClasses(
    Array.from({ length: 260 }, (_, i) => 1 + (i % 26)),
    27,
  );
  expect(perClass(letters, choose(52, 26, letters).labeled)).toEqual([0, ...new Array(26).fill(2)]);
});

test('refuses a class without examples', () => {
  expect(() => splitDataset(withClasses([0, 0, 2], 3), { labeled: 3, seed: createNoise(0) })).toThrow(
    'splitDataset: class 1 has no example, needed at least one of each class',
  );
});

test('splits sets of any size', () => {
  const large = withClasses(
    Array.from({ length: 400_000 }, (_, i) => i % 2),
    2,
  );
  const split = splitDataset(large, { labeled: 250_000, validation: 140_000, seed: createNoise(0) });
  expect([split.labeled, split.unlabeled, split.validation].map(({ length }) => length)).toEqual([
    250_000, 10_000, 140_000,
  ]);
});
