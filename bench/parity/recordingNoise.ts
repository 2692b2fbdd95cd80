/** A stream of random numbers that writes down what it gave. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { StoredArray } from '../../src/files/safetensors';
import type { Noise } from '../../src/index';

/** Draws by the names that their streams were split by, e.g. `trainingSteps/objective/0/labeled/latent`. */
export type Draws = Record<string, StoredArray>;

/**
 * A stream like `noise`, whose tensors are written to `draws`.
 *
 * @throws Error when two draws come under one name
 */
export function recordNoise(noise: Noise, draws: Draws, path: readonly (string | number)[] = []): Noise {
  const record = (values: Tensor): Tensor => {
    const name = path.join('/');
    if (name in draws) throw new Error(`recordNoise: "${name}" was drawn twice, needed a name for each draw`);
    draws[name] = { shape: values.shape, data: Float32Array.from(values.dataSync()) };
    return values;
  };
  return {
    split: (name) => recordNoise(noise.split(name), draws, [...path, name]),
    uniform: (shape) => record(noise.uniform(shape)),
    normal: (shape) => record(noise.normal(shape)),
    gumbel: (shape) => record(noise.gumbel(shape)),
    next: () => noise.next(),
    normals: (count) => noise.normals(count),
    uniforms: (count) => noise.uniforms(count),
    permutation: (count) => noise.permutation(count),
    get state() {
      return noise.state;
    },
  };
}
