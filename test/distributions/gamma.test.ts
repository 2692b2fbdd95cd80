import { fill, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { sampleGamma } from '../../src/distributions/gamma';
import { expectNoLeak } from '../support/checkGradient';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

describe('sampleGamma', () => {
  cleanUpAfterEach();

  it('has mean and variance θ, and log-draws of mean ψ(θ), for θ below and above 1', async () => {
    for (const [theta, digamma] of [
      [0.2, -5.2890399],
      [1, -0.5772157],
      [3.5, 1.1031566],
      [400, 5.9902136],
    ] as const) {
      const draws = await read(sampleGamma(fill([8000], theta), createNoise(6)));
      expect(Math.min(...draws)).toBeGreaterThan(0);
      expectWithinError(draws, theta);
      expectWithinError(
        draws.map((g) => (g - theta) ** 2),
        theta,
      );
      expectWithinError(draws.map(Math.log), digamma);
    }
  });

  it('gives the same draws from the same seed, and others from another', async () => {
    const theta = tensor2d([[0.5, 2, 30]]);
    const draws = await read(sampleGamma(theta, createNoise(1)));
    expectClose(await read(sampleGamma(theta, createNoise(1))), draws);
    expect(await read(sampleGamma(theta, createNoise(2)))).not.toEqual(draws);
  });

  it('leaves one tensor behind', () => {
    expectNoLeak((theta) => sampleGamma(theta, createNoise(0)), [fill([2, 2], 3)], 1, false);
  });
});
