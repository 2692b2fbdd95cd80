import {
  grads,
  memory,
  ones,
  type Rank,
  type Tensor,
  type Tensor1D,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import { monteCarloKl } from '../../src/divergences/monteCarloKl';
import { checkGradient } from '../support/checkGradient';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, read } from '../support/numbers';

const estimate =
  (samples: number, seed = 5) =>
  (mean: Tensor, logVar: Tensor, priorMean: Tensor, priorLogVar: Tensor) =>
    monteCarloKl({
      sample: (noise) => gaussian.sample({ mean, logVar }, noise),
      logQ: (z) => gaussian.logProb({ mean, logVar }, z),
      logP: (z) => gaussian.logProb({ mean: priorMean, logVar: priorLogVar }, z),
      samples,
      noise: createNoise(seed),
    });

describe('monteCarloKl', () => {
  cleanUpAfterEach();

  const q = (): [Tensor, Tensor] => [
    tensor2d([
      [0.5, -1],
      [0.2, 0.7],
    ]),
    tensor2d([
      [-0.5, 0.3],
      [-1, -2],
    ]),
  ];
  const p = (): [Tensor, Tensor] => [zeros([2, 2]), ones([2, 2])];

  it('averages to the closed form', async () => {
    const [mean, logVar] = q();
    const [priorMean, priorLogVar] = p();
    const exact = await read(gaussianKl({ mean, logVar }, { mean: priorMean, logVar: priorLogVar }));
    const draws: number[][] = [[], []];
    for (let seed = 0; seed < 300; seed++) {
      const values = await read(estimate(2, seed)(mean, logVar, priorMean, priorLogVar));
      for (const [b, value] of values.entries()) draws[b]?.push(value);
    }
    for (const [b, kl] of exact.entries()) expectWithinError(draws[b] as number[], kl);
  });

  it('is the mean over its samples: two of a stream are the average of the first and the second', async () => {
    const [mean, logVar] = q();
    const noise = createNoise(5);
    const one = () =>
      read(
        monteCarloKl({
          sample: (n) => gaussian.sample({ mean, logVar }, n),
          logQ: (z) => gaussian.logProb({ mean, logVar }, z),
          logP: (z) => gaussian.logProb({ mean: zeros([2, 2]), logVar: ones([2, 2]) }, z),
          noise,
        }),
      );
    const [first, second] = [await one(), await one()];
    const both = await read(estimate(2)(mean, logVar, ...p()));
    for (const [b, value] of both.entries()) {
      expect(value).toBeCloseTo(((first[b] as number) + (second[b] as number)) / 2, 4);
    }
  });

  it('is exactly zero where q and p are one, and can be negative elsewhere', async () => {
    const [mean, logVar] = q();
    expect(await read(estimate(3)(mean, logVar, mean, logVar))).toEqual([0, 0]);
    const draws: number[] = [];
    for (let seed = 0; seed < 20; seed++)
      draws.push(...(await read(estimate(1, seed)(mean, logVar, ...p()))));
    expect(Math.min(...draws)).toBeLessThan(0);
  });

  it('has the gradient finite differences give, through the samples too', async () => {
    await checkGradient(estimate(3), [...q(), ...p()]);
  });

  it('leaves one tensor behind, and its gradient one for each input', () => {
    const inputs = [...q(), ...p()];
    const before = memory().numTensors;
    const value = estimate(3)(...(inputs as [Tensor, Tensor, Tensor, Tensor]));
    expect(memory().numTensors - before).toBe(1);
    grads((...x: Tensor[]) => estimate(3)(...(x as [Tensor, Tensor, Tensor, Tensor])))(inputs, value);
    expect(memory().numTensors - before).toBe(1 + inputs.length);
  });

  it.each(['logQ(z)', 'logP(z)'])('names what came and what was needed: %s by dimension', (name) => {
    const byDimension: Tensor = zeros([2, 3]);
    const density = (own: string) => () => (own === name ? (byDimension as Tensor1D) : zeros<Rank.R1>([2]));
    expect(() =>
      monteCarloKl({
        sample: () => zeros([2, 3]),
        logQ: density('logQ(z)'),
        logP: density('logP(z)'),
        noise: createNoise(0),
      }),
    ).toThrowError(new RangeError(`monteCarloKl: ${name} has shape [2,3], needed [B] = [2]`));
  });

  it('names what came and what was needed: no noise', () => {
    const density = () => zeros([2]) as Tensor1D;
    const options = { sample: () => zeros([2, 3]), logQ: density, logP: density };
    expect(() => monteCarloKl(options as never)).toThrowError(
      new TypeError('monteCarloKl: noise is undefined, needed a stream, as createNoise(seed) makes'),
    );
  });

  it.each([0, 1.5, Number.NaN])('refuses %d samples', (samples) => {
    expect(() => estimate(samples)(...q(), ...p())).toThrowError(
      new RangeError(`monteCarloKl: samples is ${samples}, needed an integer of at least 1`),
    );
  });
});
