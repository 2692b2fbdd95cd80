/**
 * Handwriting-like digits, drawn from stroke skeletons: a set with the structure of MNIST that needs no download.
 *
 * Within a class images vary smoothly (slant, proportions, a bending of the plane, the pen) and in a few styles,
 * so that a few labels say little and many inputs without labels say a lot.
 */
import { assertSize } from '../core/assert';
import { namesOf } from '../core/classNames';
import type { Noise } from '../core/noise';
import { integersFrom, number, readOptions, seedStream } from '../core/options';
import { createDataset, type Dataset } from './dataset';
import { digitStyles, type Stroke } from './digitStrokes';

/** Which digits are drawn. */
export interface DigitsOptions {
  /** number of images; the classes differ by one at most */
  readonly count: number;
  /** seed of the images: image i depends on the seed and on i alone, so test images need another seed */
  readonly seed: number | Noise;
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;
const HEIGHT = 19;
const WIDTH = 16;
const CURVE_STEPS = 4;

type Warp = (x: number, y: number) => readonly [x: number, y: number];

const spread = (noise: Noise, range: number): number => range * (2 * noise.next() - 1);

// Two plane waves per coordinate, of about one period over the digit: joints of strokes stay joined.
const bend = (noise: Noise, strength: number): Warp => {
  const waves = Array.from({ length: 4 }, () => {
    const direction = 2 * Math.PI * noise.next();
    const frequency = Math.PI * (0.8 + 1.2 * noise.next());
    return {
      amplitude: spread(noise, strength),
      phase: 2 * Math.PI * noise.next(),
      x: frequency * Math.cos(direction),
      y: frequency * Math.sin(direction),
    };
  });
  return (x, y) => {
    const [a = 0, b = 0, c = 0, d = 0] = waves.map(
      (w) => w.amplitude * Math.sin(w.x * x + w.y * y + w.phase),
    );
    return [x + a + b, y + c + d];
  };
};

// From the digit's box to pixels: proportions, shear, rotation, position.
const place = (noise: Noise): Warp => {
  const angle = spread(noise, 0.2);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const shear = spread(noise, 0.35);
  const width = WIDTH * (1 + spread(noise, 0.25));
  const height = HEIGHT * (1 + spread(noise, 0.15));
  const left = SIDE / 2 - 0.5 + spread(noise, 1);
  const top = SIDE / 2 - 0.5 + spread(noise, 1);
  return (x, y) => {
    const v = (y - 0.5) * height;
    const u = (x - 0.5) * width - shear * v;
    return [left + cos * u - sin * v, top + sin * u + cos * v];
  };
};

// Catmull–Rom: passes through every point, tangents from the neighbors.
const spline = (a: number, b: number, c: number, d: number, t: number): number =>
  b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));

const toPath = ({ kind, points }: Stroke, warp: Warp, noise: Noise, jitter: number): number[] => {
  const moved = points.map(([x, y]) => warp(x + spread(noise, jitter), y + spread(noise, jitter)));
  if (kind === 'line') return moved.flat();
  const at = (i: number) => moved[Math.min(Math.max(i, 0), moved.length - 1)] ?? [0, 0];
  const path = [...at(0)];
  for (let i = 0; i + 1 < moved.length; i++) {
    const [[ax, ay], [bx, by], [cx, cy], [dx, dy]] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let step = 1; step <= CURVE_STEPS; step++) {
      const t = step / CURVE_STEPS;
      path.push(spline(ax, bx, cx, dx, t), spline(ay, by, cy, dy, t));
    }
  }
  return path;
};

const clamp = (value: number): number => Math.min(Math.max(Math.round(value), 0), SIDE - 1);

// Lowers `nearest` (squared distances) to that from a path, for pixels closer than `reach`.
const measure = (nearest: Float64Array, path: readonly number[], reach: number): void => {
  for (let i = 0; i + 3 < path.length; i += 2) {
    const [ax = 0, ay = 0, bx = 0, by = 0] = [path[i], path[i + 1], path[i + 2], path[i + 3]];
    const [dx, dy] = [bx - ax, by - ay];
    const inverse = 1 / Math.max(dx * dx + dy * dy, 1e-12);
    const [left, right] = [clamp(Math.min(ax, bx) - reach), clamp(Math.max(ax, bx) + reach)];
    const [top, bottom] = [clamp(Math.min(ay, by) - reach), clamp(Math.max(ay, by) + reach)];
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) * inverse, 0), 1);
        const [u, v] = [x - ax - along * dx, y - ay - along * dy];
        const squared = u * u + v * v;
        if (squared < (nearest[y * SIDE + x] as number)) nearest[y * SIDE + x] = squared;
      }
    }
  }
};

const draw = (image: Uint8Array, digit: number, noise: Noise, nearest: Float64Array): void => {
  const styles = digitStyles[digit] ?? [];
  const strokes = styles[Math.floor(noise.next() * styles.length)] ?? [];
  const [placed, bent] = [place(noise), bend(noise, 0.08)];
  const warp: Warp = (x, y) => placed(...bent(x, y));
  const radius = 0.8 + 0.9 * noise.next();
  const blur = 0.4 + 0.5 * noise.next();
  const grain = 0.3 * noise.next();
  nearest.fill(Number.POSITIVE_INFINITY);
  for (const stroke of strokes) measure(nearest, toPath(stroke, warp, noise, 0.03), radius + blur + 0.5);
  for (let i = 0; i < PIXELS; i++) {
    const edge = radius + blur - Math.sqrt(nearest[i] as number);
    if (edge <= 0) continue;
    image[i] = Math.round(255 * Math.min(1, edge / (2 * blur)) * (1 - grain * noise.next()));
  }
};

/**
 * Draws digits.
 *
 * Each image: a style of its digit; the plane bent by waves; rotation up to 0.2 rad, shear up to 0.35, width and
 * height off by up to 25 % and 15 %, position by up to 1 pixel; every point of a stroke displaced; the pen's
 * radius, blur and grain.
 *
 * @param options count and seed
 * @returns shape [28, 28, 1] in bytes, ink bright on black; ten classes in turn: example i shows the digit i mod 10
 * @throws RangeError when `count` is not an integer of at least 1
 * @example digits({ count: 1000, seed: 1 }).shape // [28, 28, 1]
 */
export function digits(options: DigitsOptions): Dataset {
  const { count, seed: noise } = readOptions('digits', options, {
    count: number(integersFrom(1)),
    seed: seedStream(),
  });
  assertSize('digits', 'count × 784', count * PIXELS);
  const x = new Uint8Array(count * PIXELS);
  const y = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const nearest = new Float64Array(PIXELS);
  for (let i = 0; i < count; i++) {
    draw(x.subarray(i * PIXELS, (i + 1) * PIXELS), i % 10, noise.split(i), nearest);
  }
  return createDataset({
    name: 'digits',
    x,
    y,
    shape: [SIDE, SIDE, 1],
    classes: 10,
    classNames: namesOf(10),
  });
}
