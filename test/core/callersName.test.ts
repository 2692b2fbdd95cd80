import { ones, zeros } from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { regularizedUnlabeled } from '../../src/bounds/regularizedUnlabeled';
import { createNoise, type Noise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { sampleGumbelSoftmax } from '../../src/distributions/gumbelSoftmax';
import { analogies, classSamples, entropyByEpoch, reconstructions } from '../../src/figures';
import type { Json } from '../../src/files/json';
import { scheduled } from '../../src/models/objectives/objective';
import { supervised } from '../../src/models/objectives/supervised';
import { saveModel } from '../../src/models/saveModel';
import { cleanUpAfterEach } from '../support/numbers';
import { memoryStorage, tinyBatches, tinyM1, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

it('an error names the function that was called, and not one within it', async () => {
  const [bound, labelLogits] = [zeros([2]), zeros([2, 3])];
  for (const mutualInformationWeight of [0, 1])
    expect(() =>
      regularizedUnlabeled({ bound, labelLogits, weight: ones([3]), mutualInformationWeight }),
    ).toThrow('regularizedUnlabeled: weight has shape [3], needed [B] = [2]');
  expect(() => entropyByEpoch({}, { value: () => 1, classes: 2 })).toThrow('entropyByEpoch: series is empty');
  expect(() => entropyByEpoch({ a: [{ epoch: 0 }] }, { value: () => undefined, classes: 2 })).toThrow(
    'entropyByEpoch: value gives no number for any row',
  );
  expect(() => scheduled({ step: 3, noise: createNoise(1) }, () => Number.NaN, 'beta')).toThrow(
    'scheduled: beta at step 3 is NaN, needed a finite number',
  );
  const model = tinyM2();
  model.dispose();
  const disposed = 'the model is disposed, needed one that is not';
  const x = zeros([1, 8, 8, 1]);
  await expect(analogies(model, x)).rejects.toThrow(`analogies: ${disposed}`);
  await expect(reconstructions(model, x)).rejects.toThrow(`reconstructions: ${disposed}`);
  await expect(classSamples(model, { seed: 1 })).rejects.toThrow(`classSamples: ${disposed}`);
});

it('supervised() takes no options, and says so', () => {
  const call = supervised as (options: unknown) => unknown;
  expect(() => call('anything')).toThrow('supervised: options is "anything", needed an object');
  expect(() => call({ alpha: 1 })).toThrow('supervised: alpha is not an option, needed none');
  expect(call({})).toBeTypeOf('function');
});

it('a seed whose split gives no stream is refused', () => {
  const seed = { split: () => 1 } as unknown as Noise;
  const needed = 'split() of seed gives 1, needed a stream, as createNoise(seed) makes';
  expect(() => tinyBatches({ seed })).toThrow(`createBatches: ${needed}`);
  expect(() => tinyM2({ seed })).toThrow(`createM2: ${needed}`);
  expect(() => sampleGumbelSoftmax(zeros([1, 2]), { temperature: 1, noise: seed })).toThrow(
    'sampleGumbelSoftmax: noise is Object, needed a stream',
  );
});

it('a spec that JSON does not hold is refused', async () => {
  const spec: Record<string, unknown> = {};
  spec.self = spec;
  for (const wrong of [spec, 1n, Symbol('s')])
    for (const [name, make] of [
      ['createM2', tinyM2],
      ['createVae', tinyM1],
    ] as const)
      expect(() => make({ likelihood: { ...bernoulli, spec: wrong as never } })).toThrow(
        new RegExp(`^${name}: likelihood\\.spec is .*, needed a value that JSON holds, without a cycle$`),
      );
  const model = tinyM2();
  await expect(saveModel({ ...model, spec: spec as Json }, memoryStorage())).rejects.toThrow(
    'saveModel: model.spec is Object, needed a value that JSON holds, without a cycle',
  );
  model.dispose();
});
