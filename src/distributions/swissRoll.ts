/** A prior p(z|y) along a spiral, a part of it for each class (Makhzani et al. 2015, §2.3). */
import {
  add,
  cos,
  logSumExp,
  matMul,
  maximum,
  mul,
  reshape,
  sin,
  sqrt,
  square,
  stack,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { ABOVE_0, integersFrom, number, readOptions } from '../core/options';
import { atClass, type ClassPrior, pairsToDraw, pointsOf } from './classPrior';
import { genuine } from './genuine';

/** How the spiral runs. */
export interface SwissRollOptions {
  /** K */
  readonly classes: number;
  /** distance of its outer end from 0; default 3 */
  readonly radius?: number;
  /** how often it winds around 0; default 2 */
  readonly turns?: number;
  /** standard deviation around the line; default 0.05 */
  readonly sd?: number;
}

/** How the options are read. */
export const swissRollRules = () => ({
  classes: number(integersFrom(1, 10_000)),
  radius: number(ABOVE_0, 3),
  turns: number(ABOVE_0, 2),
  sd: number(ABOVE_0, 0.05),
});

/** Points at least that the part of each class is integrated over. */
const FEWEST_POINTS = 48;

/** Points on a piece of the line as long as sd: no gap shows between two. */
const POINTS_IN_SD = 1.25;

/** A thinner line would take too many points. */
const LONGEST = 100_000;

/**
 * A spiral that is cut into K parts of the same probability, from the center outward, one for each class.
 *
 *   z = r·(cos a, sin a) + sd·ε,   r = radius·√u,   a = 2π·turns·√u,   u ~ U(k/K, (k+1)/K),   ε ~ N(0, I)
 *
 * `logProb` takes the integral over u as a sum over points, 48 for each class or more, which lie closer than sd but for the first few at
 * the center. At draws of the prior it is off by 0.001 nats in the mean, and by up to 0.2 next to the center. A code of more than two values
 * has this density in each pair of them, so Z must be even.
 *
 * @param options classes, radius, turns and deviation
 * @returns a prior for the option `classPrior` of `createAae`, with `sample` and `logProb`
 * @throws RangeError when classes is not an integer of at least 1, another option is not a finite number above 0, or sd is below
 *   radius·turns / 100,000
 * @example swissRoll({ classes: 10 }).logProb(tf.zeros([1, 2])).shape // [1, 10]
 */
export function swissRoll(options: SwissRollOptions): ClassPrior {
  const settings = readOptions('swissRoll', options, swissRollRules());
  const { classes, radius, turns, sd } = settings;
  if (sd < (radius * turns) / LONGEST)
    throw new RangeError(
      `swissRoll: sd is ${sd}, needed at least ${(radius * turns) / LONGEST}, radius · turns / 100,000`,
    );
  const winding = 2 * Math.PI * turns;
  const outerSpeed = (radius * winding) / 2; // |dz/du| at u = 1
  const each = Math.max(FEWEST_POINTS, Math.ceil((POINTS_IN_SD * outerSpeed) / (classes * sd))); // points of a class
  const points = (): number[] =>
    Array.from({ length: classes * each }, (_, i) => {
      const root = Math.sqrt((i + 0.5) / (classes * each));
      return [radius * root * Math.cos(winding * root), radius * root * Math.sin(winding * root)];
    }).flat();
  return genuine<ClassPrior>({
    classes,
    spec: { kind: 'swissRoll', ...settings },
    logProb: (z) =>
      tidy(() => {
        const at = pointsOf('classPrior.logProb', z); // [B·Z/2, 2]
        const on = tensor2d(points(), [classes * each, 2]);
        const norms = add(sum(square(at), 1, true), reshape(sum(square(on), 1), [1, -1]));
        const distances = maximum(sub(norms, mul(2, matMul(at, on, false, true))), 0); // squared, [B·Z/2, K·points]
        const exponents = reshape(mul(distances, -0.5 / sd ** 2), [-1, classes, each]);
        const logMean = sub(logSumExp(exponents, 2), Math.log(each) + Math.log(2 * Math.PI * sd ** 2));
        return sum<Tensor2D>(reshape(logMean, [z.shape[0] as number, -1, classes]), 1);
      }),
    sample: (y, noise, latent = 2) =>
      tidy(() => {
        const [rows, pairs] = pairsToDraw('classPrior.sample', classes, y, noise, latent);
        const start = atClass(
          y,
          Array.from({ length: classes }, (_, k) => k),
        );
        const u = mul(add(noise.split('place').uniform([rows, pairs]), start), 1 / classes);
        const root = sqrt(u);
        const [r, a] = [mul(root, radius), mul(root, winding)];
        const line = reshape(stack([mul(r, cos(a)), mul(r, sin(a))], 2), [rows, latent]);
        return add<Tensor2D>(line, mul(noise.split('offset').normal([rows, latent]), sd));
      }),
  });
}
