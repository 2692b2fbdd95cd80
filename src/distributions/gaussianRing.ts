/** A prior p(z|y) of Gaussians on a ring, one for each class (Makhzani et al. 2015, §2.3). */
import {
  add,
  matMul,
  mul,
  reshape,
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

/** Where the Gaussians lie. */
export interface GaussianRingOptions {
  /** K */
  readonly classes: number;
  /** distance of each mean from 0; default 1.4 */
  readonly radius?: number;
  /** standard deviation away from 0; default 0.5 */
  readonly radialSd?: number;
  /** standard deviation along the ring; default 0.05 */
  readonly tangentialSd?: number;
}

/** How the options are read. */
export const gaussianRingRules = () => ({
  classes: number(integersFrom(1, 10_000)),
  radius: number(ABOVE_0, 1.4),
  radialSd: number(ABOVE_0, 0.5),
  tangentialSd: number(ABOVE_0, 0.05),
});

const LOG_TWO_PI = Math.log(2 * Math.PI);

/**
 * A Gaussian for each class, its mean on a ring and its long axis away from the center: the petals of a flower.
 *
 *   p(z|k) = N( R(a_k)·(radius, 0), R(a_k)·diag(radialSd², tangentialSd²)·R(a_k)ᵀ ),   a_k = 2πk/K,   R a rotation
 *
 * A code of more than two values has this density in each pair of them, so Z must be even.
 *
 * @param options classes, radius and deviations
 * @returns a prior for the option `classPrior` of `createAae`, with `sample` and `logProb`
 * @throws RangeError when classes is not an integer of at least 1, or a length is not a finite number above 0
 * @example gaussianRing({ classes: 10 }).logProb(tf.tensor2d([[1.4, 0]])).shape // [1, 10]
 */
export function gaussianRing(options: GaussianRingOptions): ClassPrior {
  const settings = readOptions('gaussianRing', options, gaussianRingRules());
  const { classes, radius, radialSd, tangentialSd } = settings;
  const angles = Array.from({ length: classes }, (_, k) => (2 * Math.PI * k) / classes);
  const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
  const scale = Math.log(radialSd) + Math.log(tangentialSd) + LOG_TWO_PI;
  return genuine<ClassPrior>({
    classes,
    spec: { kind: 'gaussianRing', ...settings },
    logProb: (z) =>
      tidy(() => {
        const points = pointsOf('classPrior.logProb', z); // [B·Z/2, 2]
        const along = matMul(points, tensor2d([...cosines, ...sines], [2, classes]));
        const across = matMul(points, tensor2d([...sines.map((s) => -s), ...cosines], [2, classes]));
        const squares = add(
          square(mul(sub(along, radius), 1 / radialSd)),
          square(mul(across, 1 / tangentialSd)),
        );
        const each = sub(mul(-0.5, squares), scale);
        return sum<Tensor2D>(reshape(each, [z.shape[0] as number, -1, classes]), 1);
      }),
    sample: (y, noise, latent = 2) =>
      tidy(() => {
        const [rows, pairs] = pairsToDraw('classPrior.sample', classes, y, noise, latent);
        const along = add(mul(noise.split('radial').normal([rows, pairs]), radialSd), radius);
        const across = mul(noise.split('tangential').normal([rows, pairs]), tangentialSd);
        const [cos, sin] = [atClass(y, cosines), atClass(y, sines)];
        const first = sub(mul(cos, along), mul(sin, across));
        const second = add(mul(sin, along), mul(cos, across));
        return reshape(stack([first, second], 2), [rows, latent]) as Tensor2D;
      }),
  });
}
