import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createNoise, type Noise } from '../../src/core/noise';
import { affine } from '../../src/data/affine';
import { cropAndFlip } from '../../src/data/cropAndFlip';
import { backendTraits } from '../../src/host/backendTraits';

/** Noise whose uniforms are given, so that a test decides what is drawn: u in (0, 1), one row for each image. */
const drawing = (...rows: readonly number[][]): Noise => ({
  ...createNoise(0),
  uniform: (shape) => tf.tensor(rows.flat(), [...shape]),
  uniforms: () => Float32Array.from(rows.flat()),
});

/** u that makes an amount of this share of its largest. */
const share = (s: number): number => (s + 1) / 2;

// An odd shape and two different images, so that swapped axes and shared maps show.
const [B, H, W, C] = [3, 5, 7, 2] as const;
const pixels = createNoise(3).uniforms(B * H * W * C);
const at = (b: number, y: number, x: number, c: number): number =>
  y < 0 || y >= H || x < 0 || x >= W ? 0 : (pixels[((b * H + y) * W + x) * C + c] as number);

const bilinear = (b: number, y: number, x: number, c: number): number => {
  const [top, left] = [Math.floor(y), Math.floor(x)];
  const [v, u] = [y - top, x - left];
  return (
    (1 - v) * ((1 - u) * at(b, top, left, c) + u * at(b, top, left + 1, c)) +
    v * ((1 - u) * at(b, top + 1, left, c) + u * at(b, top + 1, left + 1, c))
  );
};

const everyPixel = (value: (b: number, y: number, x: number, c: number) => number): number[] => {
  const values: number[] = [];
  for (let b = 0; b < B; b++)
    for (let y = 0; y < H; y++)
      for (let x = 0; x < W; x++) for (let c = 0; c < C; c++) values.push(value(b, y, x, c));
  return values;
};

const apply = async (augment: ReturnType<typeof affine>, noise: Noise): Promise<number[]> => {
  const x = tf.tensor4d(pixels, [B, H, W, C]);
  const before = tf.memory().numTensors;
  const changed = augment(x, noise);
  expect(tf.memory().numTensors).toBe(before + 1);
  expect(changed.shape).toEqual([B, H, W, C]);
  const values = Array.from(await changed.data());
  tf.dispose([x, changed]);
  return values;
};

const expectClose = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual.length).toBe(expected.length);
  // Coordinates reach 7 in float32, so weights are off by a few 1e-6 at most; drivers of GPUs have sines and cosines of
  // their own, to 2⁻¹¹ (WGSL, §15.7.4).
  const tolerance = backendTraits().exactFunctions ? 1e-5 : 2 ** -9;
  for (const [i, value] of expected.entries())
    expect(Math.abs((actual[i] as number) - value)).toBeLessThan(tolerance);
};

test('an affine change looks up out(p) = in(c + A⁻¹(p − c − t)), bilinearly, each image with its own A and t', async () => {
  const options = { rotation: 0.6, scale: 0.3, shear: 0.4, shift: 1.5 };
  const shares = [
    [0.7, -0.5, 0.3, 0.9, -0.4],
    [-1, 0.8, -0.6, -0.2, 0.5],
    [0.1, 0.2, 0.9, 0.6, 0.7],
  ];
  const expected = everyPixel((b, y, x, c) => {
    const [r = 0, s = 0, h = 0, tx = 0, ty = 0] = shares[b] ?? [];
    const [angle, size, slant] = [0.6 * r, 1 + 0.3 * s, 0.4 * h];
    // A = s·R·[[1, h], [0, 1]], inverted by the rule for 2 × 2 matrices.
    const [a00, a01] = [size * Math.cos(angle), size * (slant * Math.cos(angle) - Math.sin(angle))];
    const [a10, a11] = [size * Math.sin(angle), size * (slant * Math.sin(angle) + Math.cos(angle))];
    const determinant = a00 * a11 - a01 * a10;
    const [dx, dy] = [x - (W - 1) / 2 - 1.5 * tx, y - (H - 1) / 2 - 1.5 * ty];
    const [u, v] = [(a11 * dx - a01 * dy) / determinant, (a00 * dy - a10 * dx) / determinant];
    return bilinear(b, v + (H - 1) / 2, u + (W - 1) / 2, c);
  });
  expectClose(await apply(affine(options), drawing(...shares.map((row) => row.map(share)))), expected);
});

test('a shift moves the content right and down, and black comes in', async () => {
  const right = [0, 0, 0, 1, 0].map(share);
  const down = [0, 0, 0, 0, 1].map(share);
  const none = [0, 0, 0, 0, 0].map(share);
  expectClose(
    await apply(affine({ shift: 2 }), drawing(right, down, none)),
    everyPixel((b, y, x, c) => at(b, b === 1 ? y - 2 : y, b === 0 ? x - 2 : x, c)),
  );
});

test('a quarter turn carries what lies right of the centre below it', async () => {
  const quarter = [1, 0, 0, 0, 0].map(share);
  expectClose(
    await apply(affine({ rotation: Math.PI / 2 }), drawing(quarter, quarter, quarter)),
    everyPixel((b, y, x, c) => at(b, (H - 1) / 2 - (x - (W - 1) / 2), (W - 1) / 2 + (y - (H - 1) / 2), c)),
  );
});

test('no change gives the image back', async () => {
  expectClose(await apply(affine({}), createNoise(1)), Array.from(pixels));
});

test('amounts stay within what was allowed and spread over it, for each image anew', async () => {
  const [count, side] = [400, 9];
  const spot = tf.buffer([count, side, side, 1]);
  for (let b = 0; b < count; b++) spot.set(1, b, 4, 4, 0);
  const x = spot.toTensor();
  const moved = affine({ shift: 2 })(x, createNoise(2));
  const values = await moved.data();
  tf.dispose([x, moved]);
  // The centre of mass of a bilinear spot is where it was moved to.
  const shifts = Array.from({ length: count }, (_, b) => {
    let sum = 0;
    for (let i = 0; i < side * side; i++) sum += (values[b * side * side + i] as number) * ((i % side) - 4);
    return sum;
  });
  expect(Math.max(...shifts.map(Math.abs))).toBeLessThanOrEqual(2 + 1e-4);
  const mean = shifts.reduce((a, b) => a + b, 0) / count;
  const variance = shifts.reduce((a, b) => a + b * b, 0) / count;
  // U(−2, 2): mean 0 ± 5 · 1.155/20, variance 4/3 ± 5 · 1.19/20.
  expect(Math.abs(mean)).toBeLessThan(0.29);
  expect(Math.abs(variance - 4 / 3)).toBeLessThan(0.3);
});

test('a crop moves pixels by whole steps and mirrors, exactly', async () => {
  // u = 0, ½, 1 − 2⁻²⁴ are offsets −2, 0, 2 of padding 2; below ½ in the third place mirrors.
  const [least, none, most] = [1e-7, 0.5, 1 - 2 ** -24];
  const noise = drawing([least, most, 0.9], [none, none, 0.1], [most, least, 0.1]);
  const source = [
    (y: number, x: number) => [y + 2, x - 2],
    (y: number, x: number) => [y, W - 1 - x],
    (y: number, x: number) => [y - 2, W - 1 - x + 2],
  ];
  const expected = everyPixel((b, y, x, c) => {
    const [inY = 0, inX = 0] = source[b]?.(y, x) ?? [];
    return at(b, inY, inX, c);
  });
  expect(await apply(cropAndFlip({ padding: 2 }), noise)).toEqual(expected);
});

test('without padding and mirroring nothing moves', async () => {
  expect(await apply(cropAndFlip({ padding: 0, flip: false }), createNoise(5))).toEqual(Array.from(pixels));
});

test('all offsets and both sides come about equally often', async () => {
  const [count, side] = [2000, 9];
  const spot = tf.buffer([count, side, side, 1]);
  for (let b = 0; b < count; b++) spot.set(1, b, 4, 4, 0);
  const x = spot.toTensor();
  const moved = cropAndFlip({ padding: 1 })(x, createNoise(9));
  const total = Array.from(await tf.sum(moved, 0).data());
  tf.dispose([x, moved]);
  for (let y = 0; y < side; y++) {
    for (let column = 0; column < side; column++) {
      const hits = total[y * side + column] as number;
      if (Math.abs(y - 4) > 1 || Math.abs(column - 4) > 1) expect(hits).toBe(0);
      // 2000/9 = 222, standard deviation 14: five of them.
      else expect(Math.abs(hits - 2000 / 9)).toBeLessThan(70);
    }
  }
});

test('refuses images without channels and amounts that make no sense', () => {
  const flat = tf.zeros([2, 784]);
  expect(() => affine({})(flat, createNoise(0))).toThrow('affine: x has shape [2,784], needed [B,H,W,C]');
  expect(() => cropAndFlip()(flat, createNoise(0))).toThrow(
    'cropAndFlip: x has shape [2,784], needed [B,H,W,C]',
  );
  flat.dispose();
  expect(() => affine({ scale: 1 })).toThrow('affine: scale is 1, needed a number in [0, 1)');
  expect(() => affine({ shift: -1 })).toThrow('affine: shift is -1, needed a number from 0 to 1000000');
  expect(() => cropAndFlip({ padding: 0.5 })).toThrow(
    'cropAndFlip: padding is 0.5, needed an integer of at least 0',
  );
});
