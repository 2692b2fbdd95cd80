/** Numbers that every backend must agree on: computed in the page, and in Node for reference. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { bernoulli, categorical, gaussianKl, mutualInformation } from 'ssvae';

/** Values by name. */
export type Measurements = Record<string, number[]>;

// Drawn on the host: drivers have a sine of their own.
const wave = (shape: number[], step: number): tf.Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 2 * Math.sin(step * (i + 1))),
    shape,
  );
};

/** Primitives and gradients at fixed arguments, on the backend in use. */
export async function measure(): Promise<Measurements> {
  const tensors = tf.tidy(() => {
    const logits = wave([6, 5], 0.7) as tf.Tensor2D;
    const image = wave([2, 8, 8, 3], 0.3) as tf.Tensor4D;
    const filter = wave([3, 3, 3, 9], 0.9) as tf.Tensor4D;
    const convolved = tf.grads((x, w) =>
      tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'))),
    )([image, filter]);
    const dense = tf.grads((a, b) => tf.sum(tf.square(tf.matMul(a, b))))([
      wave([7, 11], 0.2),
      wave([11, 4], 0.6),
    ]);
    return {
      gaussianKl: gaussianKl({
        mean: wave([4, 3], 0.5) as tf.Tensor2D,
        logVar: wave([4, 3], 1.1) as tf.Tensor2D,
      }),
      bernoulliLogProb: bernoulli.logProb(wave([4, 6], 0.8), tf.sigmoid(wave([4, 6], 1.3))),
      entropy: categorical.entropy(logits),
      mutualInformation: mutualInformation(logits),
      convolutionInputGradient: convolved[0] as tf.Tensor,
      convolutionFilterGradient: convolved[1] as tf.Tensor,
      denseInputGradient: dense[0] as tf.Tensor,
      denseWeightGradient: dense[1] as tf.Tensor,
    };
  });
  const measurements: Measurements = {};
  for (const [name, tensor] of Object.entries(tensors)) measurements[name] = [...(await tensor.data())];
  tf.dispose(tensors);
  return measurements;
}
