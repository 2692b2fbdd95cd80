/** Covariates on their way to a model that reads them. */
import { tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { noveltyScore } from '../../src/evaluation/novelty';
import { evaluateSamples } from '../../src/evaluation/samples';
import { bayesClassifier } from '../../src/models/bayesClassifier';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { embed, predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, read } from '../support/numbers';
import { alive, memoryStorage, SHAPE, tinyBatches, tinyDataset, tinyM1M2, weightsOf } from '../support/tiny';

cleanUpAfterEach();

const bars = tinyDataset(12);
const domainsAt = (domain: (i: number) => number): Float32Array =>
  Float32Array.from({ length: 24 }, (_, i) => (domain(Math.floor(i / 2)) === i % 2 ? 1 : 0));
const covariates = domainsAt((i) => i % 2);
const dataset = createDataset({ ...bars, covariates });
const make = () => tinyM1M2({ covariates: 2 });

describe('a model with covariates', () => {
  it('classifies and encodes by them, a batch at a time, and leaves no tensor', async () => {
    const model = make();
    const before = alive();
    const [given, others] = [
      { covariates, batchSize: 5 },
      { covariates: domainsAt(() => 0), batchSize: 5 },
    ];
    const [own, other] = [await predict(model, bars.x, given), await predict(model, bars.x, others)];
    expect(alive()).toEqual(before);
    const row = (values: Float32Array, i: number) => Array.from(values.subarray(3 * i, 3 * i + 3));
    expect(row(own.probabilities, 0)).toEqual(row(other.probabilities, 0));
    expect(row(own.probabilities, 1)).not.toEqual(row(other.probabilities, 1));
    expect(await embed(model, bars.x, given)).not.toEqual(await embed(model, bars.x, others));
    const { confusion } = await evaluateClassifier(model, dataset);
    const counts = [0, 1, 2].map((k) => own.labels.filter((label) => label === k).length);
    expect([0, 1, 2].map((k) => confusion.reduce((sum, of) => sum + (of[k] as number), 0))).toEqual(counts);
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('is a classifier by Bayes that reads them', async () => {
    const model = make();
    const bayes = bayesClassifier(model, { samples: 2, seed: 1 });
    const before = alive();
    const { count } = await evaluateClassifier(bayes, dataset);
    expect(count).toBe(12);
    const at = async (domain: number) =>
      (await predict(bayes, bars.x, { covariates: domainsAt(() => domain) })).probabilities;
    expect(await at(0)).not.toEqual(await at(1));
    expect(alive()).toEqual(before);
    await expect(predict(bayes, bars.x)).rejects.toThrow('predict: covariates are undefined');
    expect(() => bayes.classify(zeros([2, ...SHAPE]))).toThrow('classify: covariates is undefined');
    model.dispose();
  });

  it('is evaluated by those of the data set', async () => {
    const model = make();
    const at = async (of: typeof dataset): Promise<number> =>
      (await evaluateElbo(model, of, { seed: 1 })).elbo;
    expect(await at(dataset)).not.toBe(await at({ ...dataset, covariates: domainsAt(() => 1) }));
    const { confidences } = await noveltyScore(model, dataset, { reference: dataset, samples: 1, seed: 1 });
    expect(confidences).toHaveLength(12);
    const domain = { perClass: 4, seed: 1, covariates: [0, 1] };
    const { count } = await evaluateSamples(model, { ...domain, real: dataset });
    expect(count).toBe(12);
    model.dispose();
  });

  it('trains on batches that have them, and is the same from its file', async () => {
    const [model, storage] = [make(), memoryStorage()];
    const split = { labeled: Int32Array.from([0, 1, 2]), unlabeled: Int32Array.from([3, 4, 5, 6, 7, 8]) };
    const batches = createBatches({ dataset, split, batchSize: { labeled: 2, unlabeled: 3 }, seed: 1 });
    const objective = semiSupervised({ domainDiscrepancy: { weight: 2 } });
    await train(model, { objective, batches, epochs: 1, seed: 1 });
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm1m2' });
    expect(loaded.spec).toEqual(model.spec);
    expect(loaded.covariates).toBe(2);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(await predict(loaded, bars.x, { covariates })).toEqual(
      await predict(model, bars.x, { covariates }),
    );
    for (const one of [model, loaded]) one.dispose();
  });

  it('generates by them', async () => {
    const model = make();
    const at = async (domain: readonly number[]) =>
      read(model.generate([1], 3, { covariates: tensor2d([...domain], [1, 2]) }));
    expect(await at([1, 0])).not.toEqual(await at([0, 1]));
    model.dispose();
  });

  it.each<[string, (model: ReturnType<typeof make>) => unknown]>([
    ['predict', (model) => predict(model, bars.x, { covariates })],
    ['embed', (model) => embed(model, bars.x, { covariates })],
    ['generate', async (model) => model.generate([0], 1, { covariates: tensor2d([[1, 0]]) })],
    ['evaluateSamples', (model) => evaluateSamples(model, { seed: 1, covariates: [1, 0] })],
  ])('is given none by %s where it reads none', async (where, call) => {
    const model = tinyM1M2();
    await expect(Promise.resolve().then(() => call(model))).rejects.toThrow(
      `${where}: covariates are given, needed none: the model reads none`,
    );
    model.dispose();
  });

  it.each<[string, (model: ReturnType<typeof make>) => unknown, string]>([
    ['predict', (model) => predict(model, bars.x), 'covariates are undefined, needed 12 × 2 numbers'],
    ['embed', (model) => embed(model, bars.x, { covariates: [1, 2, 3] }), 'covariates has 3 values'],
    [
      'predict',
      (model) => predict(model, bars.x, { covariates: new Float32Array(12) }),
      'covariates have 12 values, needed 12 × 2',
    ],
    ['evaluateClassifier', (model) => evaluateClassifier(model, bars), 'covariates are undefined'],
    ['evaluateElbo', (model) => evaluateElbo(model, bars, { seed: 1 }), 'covariates are undefined'],
    ['evaluateSamples', (model) => evaluateSamples(model, { seed: 1 }), 'covariates are undefined'],
    [
      'classify',
      async (model) => model.classify(zeros([2, ...SHAPE])),
      'covariates is undefined, needed [2,2]',
    ],
    [
      'classify',
      async (model) => model.classify(zeros([2, ...SHAPE]), { covariates: zeros([2, 3]) }),
      'covariates has shape [2,3], needed [2,2]',
    ],
    ['generate', async (model) => model.generate([0], 1), 'covariates is undefined, needed [1,2]'],
    [
      'infer',
      async (model) => model.infer(zeros([2, ...SHAPE]), { noise: createNoise(1) }),
      'covariates is undefined',
    ],
    [
      'train',
      (model) => train(model, { objective: semiSupervised(), batches: tinyBatches(), epochs: 1, seed: 1 }),
      'batch 0.labeled.covariates is undefined, needed [3,2]',
    ],
  ])('is refused by %s where they are missing or of another width', async (where, call, message) => {
    const model = make();
    await expect(Promise.resolve().then(() => call(model))).rejects.toThrow(`${where}: ${message}`);
    model.dispose();
  });
});
