import {
  add,
  gather,
  logSoftmax,
  logSumExp,
  mul,
  reshape,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  tidy,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../src/core/noise';
import * as gaussian from '../../src/distributions/gaussian';
import type { LatentPrior } from '../../src/distributions/latentPrior';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { saveModel } from '../../src/models/saveModel';
import { checkModel } from '../../src/testing/index';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, read } from '../support/numbers';
import { LATENT, memoryStorage, tinyBatches, tinyDataset, tinyM1, tinyM2, weightsOf } from '../support/tiny';

cleanUpAfterEach();

const COMPONENTS = 2;

/** A mixture of two Gaussians of variance 1, whose means and weights are learned. */
const mixture = (noise: Noise = createNoise(3)): LatentPrior & { dispose(): void } => {
  const [means, logits] = tidy(() => [
    variable(mul(2, noise.normal([COMPONENTS, LATENT]))),
    variable(zeros([COMPONENTS])),
  ]);
  return {
    variables: { means, logits },
    logProb: (z) =>
      tidy(() => {
        const [count] = z.shape as [number];
        const apart = sub(reshape(z, [count, 1, LATENT]), reshape(means, [1, COMPONENTS, LATENT]));
        const each = add(
          mul(-0.5, sum(square(apart), 2)),
          add(logSoftmax(logits), (-LATENT / 2) * Math.log(2 * Math.PI)),
        );
        return logSumExp(each, 1) as Tensor1D;
      }),
    sample: (count, stream) =>
      tidy(() => {
        const picked = Array.from({ length: count }, (_, i) => i % COMPONENTS);
        return add(gather(means, picked), stream.normal([count, LATENT])) as Tensor;
      }),
    dispose() {
      for (const one of [means, logits]) if (!one.isDisposed) one.dispose();
    },
  };
};

/** N(0, I), as if it were a prior of one's own. */
const standard: LatentPrior = {
  logProb: (z) => gaussian.logProb({ mean: zeros(z.shape), logVar: zeros(z.shape) }, z),
  sample: (count, noise) => noise.normal([count, LATENT]),
};

const options = { batches: tinyBatches(), epochs: 2 };

describe('a prior of your own', () => {
  it('is trained with an M2 and an M1, and saved with them', async () => {
    for (const [kind, make, objective, load] of [
      ['M2', tinyM2, semiSupervised({ labelHandling: 'gumbel' }), loadModel],
      ['M1', tinyM1, unsupervised(), loadModel],
    ] as const) {
      const prior = mixture();
      const model = make({ prior });
      const before = await weightsOf(model);
      await train(model as never, { ...options, objective: objective as never, seed: createNoise(4) });
      const after = await weightsOf(model);
      expect(
        Object.keys(after).filter((name) => name.startsWith('prior/')),
        kind,
      ).toEqual(['prior/means', 'prior/logits']);
      expect(after['prior/means'], kind).not.toEqual(before['prior/means']);
      const storage = memoryStorage();
      await saveModel(model, storage);
      await expect(load(storage), kind).rejects.toThrow(
        /the model was made with a prior of its own, needed it as options\.prior$/,
      );
      const again = mixture(createNoise(9));
      const loaded = await load(storage, { prior: again });
      expect(await weightsOf(loaded), kind).toEqual(after);
      loaded.dispose();
      model.dispose();
      prior.dispose();
      again.dispose();
    }
  });

  it('is not taken by the file of a model that has none', async () => {
    const model = tinyM2();
    const storage = memoryStorage();
    await saveModel(model, storage);
    await expect(loadModel(storage, { prior: standard })).rejects.toThrow(
      'the model was made with the prior N(0, I), needed no options.prior',
    );
    model.dispose();
  });

  it('is what generate draws from', async () => {
    const far: LatentPrior = { ...standard, sample: (count) => mul(zeros([count, LATENT]), 0) };
    const [model, own] = [tinyM2(), tinyM2({ prior: far })];
    const images = await read(own.generate([0, 0], createNoise(1)));
    expect(images.slice(0, 64)).toEqual(images.slice(64));
    const usual = await read(model.generate([0, 0], createNoise(1)));
    expect(usual.slice(0, 64)).not.toEqual(usual.slice(64));
    model.dispose();
    own.dispose();
  });

  it('of N(0, I) has the bounds of the default: one to the last digits, one in the mean of draws', async () => {
    const data = tinyDataset(6);
    const [usual, own] = [tinyM2(), tinyM2({ prior: standard })];
    const importance = await Promise.all(
      [usual, own].map((model) => evaluateImportanceBound(model, data, { samples: 5, seed: createNoise(1) })),
    );
    expect(importance[1]?.bound).toBeCloseTo(importance[0]?.bound as number, 4);
    const elbos = await Promise.all(
      [usual, own].map((model) => evaluateElbo(model, data, { samples: 400, seed: createNoise(1) })),
    );
    const [exact, drawn] = elbos.map(({ latentKl }) => latentKl) as [number, number];
    expect(exact).toBeGreaterThan(0);
    // One standard error is 0.045.
    expect(Math.abs(drawn - exact)).toBeLessThan(0.15);
    usual.dispose();
    own.dispose();
  });

  it('passes the checks of a model', async () => {
    const checked = await checkModel(
      (seed) => {
        const prior = mixture(createNoise(seed));
        const model = tinyM2({ prior, seed });
        const dispose = (): void => {
          model.dispose();
          prior.dispose();
        };
        return { ...model, dispose };
      },
      { objective: semiSupervised() },
    );
    expect(checked.length).toBeGreaterThan(30);
  });

  it.each([
    [{}, 'prior is Object, needed an object with logProb()'],
    [{ ...standard, variables: { mean: 3 } }, 'prior.variables.mean is 3, needed an object with assign()'],
    [{ ...standard, variables: new Map() }, 'prior.variables is Map'],
    [
      { ...standard, variable: {} },
      'prior.variable is not a part of a prior, needed another name: did you mean variables?',
    ],
  ])('is refused where it is none: %j', (prior, message) => {
    for (const make of [tinyM2, tinyM1]) expect(() => make({ prior: prior as never })).toThrow(message);
  });

  it('is refused at its first use where its densities are not one an example, or its draws no codes', () => {
    const model = tinyM2({
      prior: { logProb: (z) => sum(z) as never, sample: (count) => zeros([count, 1]) },
    });
    expect(() => model.generate([0], createNoise(1))).toThrow(
      'generate: prior.sample has shape [1,1], needed [1,3]',
    );
    model.dispose();
  });
});
