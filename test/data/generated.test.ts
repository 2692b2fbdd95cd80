import { expect, test } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { digitStyles } from '../../src/data/digitStrokes';
import { digits } from '../../src/data/digits';
import { twoMoons } from '../../src/data/moons';

const image = (x: ArrayLike<number>, i: number): number[] =>
  Array.from({ length: 784 }, (_, p) => x[i * 784 + p] as number);

test('digits are 28 × 28 × 1 bytes, ten classes in turn', () => {
  const set = digits({ count: 25, seed: createNoise(1) });
  expect([set.shape, set.classes, set.count, set.x.constructor]).toEqual([[28, 28, 1], 10, 25, Uint8Array]);
  expect(Array.from(set.y)).toEqual(Array.from({ length: 25 }, (_, i) => i % 10));
});

test('digits are fixed by the seed, image by image', () => {
  const few = digits({ count: 30, seed: createNoise(1) });
  const many = digits({ count: 60, seed: createNoise(1) });
  expect(many.x.subarray(0, few.x.length)).toEqual(few.x);
  expect(digits({ count: 30, seed: createNoise(2) }).x).not.toEqual(few.x);
  expect(image(few.x, 0)).not.toEqual(image(few.x, 10));
});

test('every digit is ink on black: some of the image, saturated in places, never at the border alone', () => {
  const { x } = digits({ count: 500, seed: createNoise(4) });
  for (let i = 0; i < 500; i++) {
    const pixels = image(x, i);
    const inked = pixels.filter((v) => v > 0).length;
    expect(inked).toBeGreaterThan(25);
    expect(inked).toBeLessThan(400);
    expect(Math.max(...pixels)).toBeGreaterThan(170);
    const centre = pixels.reduce((sum, v, p) => sum + v * (p % 28), 0) / pixels.reduce((a, b) => a + b, 0);
    expect(Math.abs(centre - 13.5)).toBeLessThan(6);
  }
});

test('there are styles for all ten digits, inside their box', () => {
  expect(digitStyles.length).toBe(10);
  for (const { points } of digitStyles.flat(2)) {
    for (const coordinate of points.flat()) expect(coordinate).toBeGreaterThanOrEqual(0);
    for (const coordinate of points.flat()) expect(coordinate).toBeLessThanOrEqual(1);
  }
});

test('a digit is told from its nearest neighbour far more often with 4,000 labels than with 100', () => {
  const train = digits({ count: 4000, seed: createNoise(6).split('train') });
  const test = digits({ count: 200, seed: createNoise(6).split('test') });
  const accuracy = (labels: number): number => {
    let right = 0;
    for (let i = 0; i < test.count; i++) {
      let [best, nearest] = [Number.POSITIVE_INFINITY, -1];
      for (let j = 0; j < labels; j++) {
        let distance = 0;
        for (let p = 0; p < 784 && distance < best; p++) {
          distance += ((test.x[i * 784 + p] as number) - (train.x[j * 784 + p] as number)) ** 2;
        }
        if (distance < best) [best, nearest] = [distance, j];
      }
      if (train.y[nearest] === test.y[i]) right++;
    }
    return right / test.count;
  };
  const [few, many] = [accuracy(100), accuracy(4000)];
  // On 2,000 test digits of this seed: 0.745 and 0.973; the standard error of 200 is 0.03 at most.
  expect(few).toBeGreaterThan(0.6);
  expect(few).toBeLessThan(0.88);
  expect(many).toBeGreaterThan(0.93);
});

test('two moons without noise lie on their half circles', () => {
  const { x, y, shape, classes } = twoMoons({ count: 101, sd: 0, seed: createNoise(1) });
  expect([shape, classes]).toEqual([[2], 2]);
  for (let i = 0; i < 101; i++) {
    const [u, v] = [x[2 * i] as number, x[2 * i + 1] as number];
    expect(y[i]).toBe(i % 2);
    if (y[i] === 0) {
      expect(Math.hypot(u, v)).toBeCloseTo(1, 6);
      expect(v).toBeGreaterThanOrEqual(0);
    } else {
      expect(Math.hypot(u - 1, v - 0.5)).toBeCloseTo(1, 6);
      expect(v).toBeLessThanOrEqual(0.5);
    }
  }
});

test('the noise of two moons has the standard deviation asked for', () => {
  const [exact, noisy] = [0, 0.3].map((sd) => twoMoons({ count: 5000, sd, seed: createNoise(2) }));
  const squares = Array.from(noisy?.x ?? [], (v, i) => (v - (exact?.x[i] as number)) ** 2);
  // Variance of 10,000 squares: 0.09·√(2/10⁴) = 0.0013; five of them.
  expect(Math.abs(squares.reduce((a, b) => a + b, 0) / squares.length - 0.09)).toBeLessThan(0.0065);
});

test('generated sets refuse counts that make no sense', () => {
  const noise = createNoise(0);
  expect(() => digits({ count: 0, seed: noise })).toThrow(
    'digits: count is 0, needed an integer of at least 1',
  );
  expect(() => twoMoons({ count: 1, seed: noise })).toThrow(
    'twoMoons: count is 1, needed an integer of at least 2',
  );
  expect(() => twoMoons({ count: 9, sd: -1, seed: noise })).toThrow(
    'twoMoons: sd is -1, needed a finite number of at least 0',
  );
});
