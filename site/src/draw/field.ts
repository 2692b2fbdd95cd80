/** Decision regions as pixels: the color of the class, paler where the model is less sure. */
import { PALETTE, type Rgb } from '../colors';

/** Points along a side of the grid on which models are asked for q(y|x). */
export const SIDE = 44;

/** The grid's points over the square of half side `reach`, coordinates in turn; the first row is the top. */
export function gridPoints(reach: number): Float32Array {
  const points = new Float32Array(2 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    points[2 * i] = reach * ((2 * ((i % SIDE) + 0.5)) / SIDE - 1);
    points[2 * i + 1] = reach * (1 - (2 * (Math.floor(i / SIDE) + 0.5)) / SIDE);
  }
  return points;
}

/** Share of white at the surest point. */
const LIGHTEST = 0.5;

/** The pixels of a field q(y|x), red, green, blue and opacity. */
export function fieldPixels(field: ArrayLike<number>, classes: number): Uint8ClampedArray<ArrayBuffer> {
  const pixels = new Uint8ClampedArray(4 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const color: [number, number, number] = [0, 0, 0];
    let most = 0;
    for (let k = 0; k < classes; k++) {
      const q = field[i * classes + k] as number;
      most = Math.max(most, q);
      const part = PALETTE[k] as Rgb;
      for (const c of [0, 1, 2] as const) color[c] += q * part[c];
    }
    const sure = (most - 1 / classes) / (1 - 1 / classes);
    const white = 1 - (1 - LIGHTEST) * sure;
    for (const c of [0, 1, 2] as const) pixels[4 * i + c] = white * 255 + (1 - white) * color[c];
    pixels[4 * i + 3] = 255;
  }
  return pixels;
}

/** p − the largest other p of a class at every point of the grid: 0 where the decision changes. */
export function marginOf(field: ArrayLike<number>, classes: number, label: number): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    let other = 0;
    for (let k = 0; k < classes; k++)
      if (k !== label) other = Math.max(other, field[i * classes + k] as number);
    return (field[i * classes + label] as number) - other;
  });
}
