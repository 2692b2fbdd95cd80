import { expect, test } from 'vitest';
import { assertWithin, FINITE, type Support } from '../../src/core/support';

const UNIT: Support = { min: 0, max: 1 };
const check = (values: ArrayLike<number>, support = UNIT) => assertWithin('train', 'x', values, support);

test.each<[string, number[], string]>([
  [
    'bytes',
    [0, 17, 255],
    'x[1] is 17, needed a number from 0 to 1; the values go from 0 to 255: divide by 255, or hand over the bytes',
  ],
  [
    'steps of grey',
    [0, 7, 16],
    'x[1] is 7, needed a number from 0 to 1; the values go from 0 to 16: divide by 16',
  ],
  [
    'one value, which tells nothing of a scale',
    [7, 7],
    'x[0] is 7, needed a number from 0 to 1; all values are 7',
  ],
  ['one value below 0', [-1, -1], 'x[0] is -1, needed a number from 0 to 1; all values are -1'],
  [
    'values around 0',
    [0.5, -1, 1],
    'x[1] is -1, needed a number from 0 to 1; the values go from -1 to 1: add 1 and divide by 2',
  ],
  [
    'columns of a table',
    [13.2, 1.5, 1285],
    'x[0] is 13.2, needed a number from 0 to 1; the values go from 1.5 to 1285: scale them to 0 … 1, or use gaussianObservation on columns of mean 0 and deviation 1',
  ],
  [
    'what a resize leaves',
    [0.5, 1 + 2 ** -22, 0],
    'x[1] is 1.000000238418579, needed a number from 0 to 1; the values go from 0 to 1.000000238418579, which is rounding: clamp them, Math.min(1, Math.max(0, value))',
  ],
  ['a NaN', [0.5, Number.NaN, 7], 'x[1] is NaN, needed a number from 0 to 1'],
])('says what values outside [0, 1] look like, and what to do: %s', (_, values, message) => {
  expect(() => check(values)).toThrow(new RangeError(`train: ${message}`));
});

test('says how far values go if nothing else is known', () => {
  expect(() => check([3, -2], { min: 0, max: Number.POSITIVE_INFINITY })).toThrow(
    new RangeError('train: x[1] is -2, needed a finite number of at least 0; the values go from -2 to 3'),
  );
  expect(() => check([0, 1e39], FINITE)).toThrow(
    new RangeError('train: x[1] is 1e+39, needed a finite number'),
  );
});

test('takes a value by the float32 that it becomes', () => {
  check([1 + 1e-9, -1e-60]);
  check(Float32Array.of(0.3), { min: 0, max: 0.3 });
  expect(() => check(Float32Array.of(0.3), { min: 0, max: 0.29 })).toThrow('x[0] is 0.30000001192092896');
});

test('looks through as many values as there may be', () => {
  const many = new Float32Array(1_000_000).fill(2);
  expect(() => check(many)).toThrow('all values are 2');
});

const COUNTS: Support = { min: 0, max: Number.POSITIVE_INFINITY, integers: true };

test.each<[string, ArrayLike<number>, Support, string]>([
  [
    'a fraction',
    [3, 0.5],
    COUNTS,
    'x[1] is 0.5, needed an integer of at least 0; the values go from 0.5 to 3: hand over counts as they are, neither scaled nor averaged',
  ],
  [
    'an integer outside',
    [3, 9],
    { min: 0, max: 8, integers: true },
    'x[1] is 9, needed an integer from 0 to 8; the values go from 3 to 9',
  ],
  ['an infinity', [Number.POSITIVE_INFINITY], COUNTS, 'x[0] is Infinity, needed an integer of at least 0'],
  [
    'a byte that stands for its 255th part',
    Uint8Array.of(0, 255, 51),
    COUNTS,
    'x[2] is 0.2, needed an integer of at least 0',
  ],
])('refuses %s where integers are needed', (_, values, support, message) => {
  expect(() => check(values, support)).toThrow(new RangeError(`train: ${message}`));
});

test('takes integers, and bytes as counts', () => {
  check([0, 3, 1e6], COUNTS);
  assertWithin('train', 'x', Uint8Array.of(0, 7, 255), COUNTS, { bytes: 'counts' });
  expect(() =>
    assertWithin('train', 'x', Uint8Array.of(0, 7), { ...COUNTS, max: 6 }, { bytes: 'counts' }),
  ).toThrow('x[1] is 7, needed an integer from 0 to 6');
});

const LEVELS: Support = { min: 0, max: 1, levels: 256 };

test('takes equally spaced values, and bytes where the values are theirs', () => {
  const grid = Array.from({ length: 256 }, (_, i) => i / 255);
  check(grid, LEVELS);
  check(Float32Array.from(grid), LEVELS);
  check(Uint8Array.of(0, 7, 255), LEVELS);
  check([-1, -0.5, 1], { min: -1, max: 1, levels: 5 });
  check(Uint8Array.of(0, 255), { min: 0, max: 1, levels: 2 });
  const binary = 'train: x[1] is 0.027450980392156862, needed one of 2 equally spaced values from 0 to 1';
  expect(() => check(Uint8Array.of(0, 7, 255), { min: 0, max: 1, levels: 2 })).toThrow(binary);
});

test('refuses values between the levels, and says what to do', () => {
  expect(() => check([0, 0.5, 1], LEVELS)).toThrow(
    new RangeError(
      'train: x[1] is 0.5, needed one of 256 equally spaced values from 0 to 1; the values go from 0 to 1: round them to the levels, or choose the number of levels that they have',
    ),
  );
  expect(() => check([0, 2], LEVELS)).toThrow('x[1] is 2, needed one of 256 equally spaced values');
});
