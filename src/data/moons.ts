/** Two interleaved half circles: the smallest set that few labels and many inputs can learn. */
import { assertSize } from '../core/assert';
import type { Noise } from '../core/noise';
import { AT_LEAST_0, integersFrom, number, readOptions, seedStream } from '../core/options';
import { createDataset, type Dataset } from './dataset';

/** Which moons are drawn. */
export interface TwoMoonsOptions {
  /** number of points; the classes differ by one at most */
  readonly count: number;
  /** standard deviation of the Gaussian noise on both coordinates; default 0.1 */
  readonly sd?: number;
  /** seed of the points: test points need another one */
  readonly seed: number | Noise;
}

// Ten deviations from the mean are float32 numbers too.
const DEVIATION = { ...AT_LEAST_0, holds: (sd: number) => sd >= 0 && Number.isFinite(Math.fround(10 * sd)) };

/**
 * Two moons in the plane (the set of scikit-learn's `make_moons`, with random positions along the arcs).
 *
 *   class 0: (cos t, sin t),   class 1: (1 − cos t, ½ − sin t),   t ~ U(0, π),   plus N(0, sd²) on each coordinate
 *
 * @param options count, sd, seed
 * @returns shape [2], two classes in turn: example i is of class i mod 2
 * @throws RangeError when `count` is not an integer of at least 2, or `sd` is negative or not finite
 * @example twoMoons({ count: 500, seed: 1 }).shape // [2]
 */
export function twoMoons(options: TwoMoonsOptions): Dataset {
  const {
    count,
    sd,
    seed: noise,
  } = readOptions('twoMoons', options, {
    count: number(integersFrom(2)),
    sd: number(DEVIATION, 0.1),
    seed: seedStream(),
  });
  assertSize('twoMoons', 'count × 2', 2 * count);
  const angles = noise.split('angles');
  const x = noise
    .split('offsets')
    .normals(2 * count)
    .map((offset) => sd * offset);
  const y = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const t = Math.PI * angles.next();
    const inner = i % 2;
    y[i] = inner;
    x[2 * i] = (x[2 * i] as number) + (inner ? 1 - Math.cos(t) : Math.cos(t));
    x[2 * i + 1] = (x[2 * i + 1] as number) + (inner ? 0.5 - Math.sin(t) : Math.sin(t));
  }
  return createDataset({ name: 'two moons', x, y, shape: [2], classes: 2 });
}
