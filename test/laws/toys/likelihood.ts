/** A likelihood that the library lacks: log p(x | m) = −Σ |x − m| / scale − D·log 2·scale. */
import * as tf from '@tensorflow/tfjs-core';
import type { Likelihood, ReadyLikelihood } from '../../../src/distributions/likelihood';
import { isFiniteNumber, parse, parseRecord } from '../../../src/files/json';

/** JSON that rebuilds it. */
interface ToySpec {
  readonly kind: 'toy';
  readonly scale: number;
}

/** Laplace(m, scale). */
export const toyLikelihood = (scale: number): Likelihood => ({
  spec: { kind: 'toy', scale },
  parameterShape: (valueShape) => valueShape,
  logProb: (mean, x) =>
    tf.tidy(() => {
      const distance = tf.reshape(tf.abs(tf.sub(x, mean)), [x.shape[0] ?? 0, -1]);
      return tf.sum<tf.Tensor1D>(tf.sub(tf.mul(-1 / scale, distance), Math.log(2 * scale)), 1);
    }),
  mean: (mean) => tf.clone(mean),
  sample: (mean, noise) => tf.tidy(() => tf.add(mean, noise.normal(mean.shape))),
});

/** {@link toyLikelihood}, from a spec. */
export const TOY_LIKELIHOOD: ReadyLikelihood<ToySpec> = {
  parse(where, spec) {
    const { scale } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'scale']);
    return { kind: 'toy', scale: parse(where, 'scale', scale, 'a number', isFiniteNumber) };
  },
  columnsOf: () => 0,
  create: ({ scale }) => toyLikelihood(scale),
};
