/** Examples that a model draws at labels: what `generate` and `sampleMean` of models with labels share. */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertAsked, oneHotLabels } from '../core/labels';
import { type Noise, streamOf } from '../core/noise';
import { assertShapes } from '../core/shape';
import { meanOf } from './codeBound';
import { assertContext, assertLiving } from './living';
import type { BoundContext, GenerativeClassifier } from './model';

/**
 * E[x|z,y] at one draw of the latents for each label.
 *
 * @param labels class indices, N of them
 * @param seed of `generate`
 * @param draw parameters of p(x|·) at a draw of the process, of one-hot labels [N, K] and a stream of noise
 * @returns [N, …]
 * @throws RangeError or TypeError in the name of `generate`
 */
export function generated(
  model: GenerativeClassifier,
  labels: ArrayLike<number>,
  seed: number | Noise,
  draw: (y: Tensor2D, noise: Noise) => Tensor,
): Tensor {
  assertAsked('generate', labels);
  const noise = streamOf('generate', seed);
  assertLiving('generate', model);
  return tidy(() => meanOf('generate', model, draw(oneHotLabels('generate', labels, model.classes), noise)));
}

/**
 * Refuses a disposed model, and labels and contexts that `sampleMean` does not take.
 *
 * @throws RangeError or TypeError in the name of `sampleMean`
 */
export function assertSamples(model: GenerativeClassifier, y: Tensor, context: BoundContext): void {
  assertLiving('sampleMean', model);
  assertContext('sampleMean', context);
  assertShapes('sampleMean', { y: [y, `R ${model.classes}`] });
}
