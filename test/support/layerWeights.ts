/** Weights of a tfjs-layers layer as arguments, so that gradients in them can be asked for. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { layers } from '@tensorflow/tfjs-layers';

/** Makes a built layer compute with other weights than its own: with these, in the layer's order. */
export function lendWeights(layer: InstanceType<typeof layers.Layer>, weights: readonly Tensor[]): void {
  for (const [i, weight] of weights.entries()) {
    const own = layer.weights[i];
    if (own) own.read = () => weight as ReturnType<typeof own.read>;
  }
}
