/** Noise that is known beforehand, by the name of its stream. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Noise } from '../../src/core/noise';
import { fixedNoise } from './fixedNoise';

/** A stream whose splits give known draws by their names, and keep to them however deep they are split. */
export function noiseByName(draws: Readonly<Record<string, Tensor>>): Noise {
  const [any] = Object.values(draws) as [Tensor];
  return {
    ...fixedNoise(any),
    split: (name) => (name in draws ? fixedNoise(draws[name] as Tensor) : noiseByName(draws)),
  };
}
