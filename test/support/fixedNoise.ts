/** Noise that is known beforehand, so that a draw can be compared with a number. */
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { createNoise, type Noise } from '../../src/core/noise';

/** A stream whose normal, uniform and Gumbel draws are all `values`, whatever shape is asked for. */
export function fixedNoise(values: Tensor): Noise {
  const draw = (): Tensor => clone(values);
  const stream = createNoise(0);
  return {
    split: () => fixedNoise(values),
    normal: draw,
    uniform: draw,
    gumbel: draw,
    next: () => stream.next(),
    normals: (count) => stream.normals(count),
    uniforms: (count) => stream.uniforms(count),
    permutation: (count) => stream.permutation(count),
    state: stream.state,
  };
}
