/** Kullback–Leibler divergence by sampling, where no closed form exists. */
import { add, div, sub, type Tensor, type Tensor1D, tidy } from '@tensorflow/tfjs-core';
import type { Noise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import { callable, integersFrom, noiseStream, number, readOptions } from '../core/options';
import { assertShapes } from '../core/shape';

/** How a divergence is estimated. */
export interface MonteCarloKlOptions {
  /** draws z ~ q, [B, …] */
  readonly sample: (noise: Noise) => Tensor;
  /** log q(z), [B] */
  readonly logQ: (z: Tensor) => Tensor1D;
  /** log p(z), [B] */
  readonly logP: (z: Tensor) => Tensor1D;
  /** S, the number of draws averaged per example; default 1 */
  readonly samples?: number;
  /** stream that the draws come from */
  readonly noise: Noise;
}

/**
 * Monte-Carlo estimate of KL(q‖p), per example.
 *
 *   KL ≈ (1/S) Σ_s log q(z_s) − log p(z_s),   z_s ~ q
 *
 * @returns [B], nats; unbiased, and negative at times although the divergence never is
 * @throws RangeError when samples is not an integer of at least 1, or a log-density is not one number per example
 * @example monteCarloKl({ sample: (n) => gaussian.sample(q, n), logQ: (z) => gaussian.logProb(q, z), logP: (z) => gaussian.logProb(q, z), noise }) // [0]
 */
export function monteCarloKl(options: MonteCarloKlOptions): Tensor1D {
  const { sample, logQ, logP, samples, noise } = readOptions('monteCarloKl', options, {
    sample: callable(),
    logQ: callable(),
    logP: callable(),
    samples: number(integersFrom(1), 1),
    noise: noiseStream(),
  });
  return tidy(() => {
    let total: Tensor | undefined;
    for (let s = 0; s < samples; s++) {
      const z = atOnce('monteCarloKl', 'sample', sample(noise));
      assertShapes('monteCarloKl', { sample: [z, 'B ...'] });
      const ofQ = atOnce('monteCarloKl', 'logQ', logQ(z));
      const ofP = atOnce('monteCarloKl', 'logP', logP(z));
      assertShapes('monteCarloKl', {
        sample: [z, 'B ...'],
        'logQ(z)': [ofQ, 'B', 'float32'],
        'logP(z)': [ofP, 'B', 'float32'],
      });
      const ratio = sub(ofQ, ofP);
      total = total === undefined ? ratio : add(total, ratio);
    }
    return div(total as Tensor, samples) as Tensor1D;
  });
}
