import { describe, expect, it } from 'vitest';
import {
  type Augment,
  adversarial,
  affine,
  batchesFrom,
  constant,
  cosineDecay,
  createAdam,
  createBatches,
  createEma,
  createM2,
  createNoise,
  createVae,
  cropAndFlip,
  cyclical,
  exponentialDecay,
  gaussianObservation,
  labelConditional,
  linearWarmup,
  mlpNets,
  regularized,
  saveModel,
  semiSupervised,
  sigmoidWarmup,
  splitDataset,
  supervised,
  type TrainOptions,
  train,
  trainingSteps,
  uniformLabelPrior,
  unsupervised,
} from '../../src/index';
import { file, folder, progressBar } from '../../src/node/index';
import { recordedStep } from '../../src/recorded/index';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, tinyBatches, tinyM1, tinyM2, withoutEpochs } from '../support/tiny';

const noise = createNoise(1);
const options = (more: object = {}): TrainOptions<ReturnType<typeof tinyM2>> => ({
  objective: semiSupervised(),
  batches: tinyBatches(),
  seed: noise,
  epochs: 1,
  ...more,
});

class Watching {
  onEpochEnd(): void {}
}

/** What is handed in, and the message behind `train: `. */
const UNCALLED: readonly (readonly [object, string])[] = [
  [
    { objective: semiSupervised },
    'objective is semiSupervised itself, needed what it makes: semiSupervised({ … })',
  ],
  [{ objective: regularized }, 'objective is regularized itself, needed what it makes: regularized({ … })'],
  [
    { objective: labelConditional },
    'objective is labelConditional itself, needed what it makes: labelConditional({ … })',
  ],
  [{ objective: adversarial }, 'objective is adversarial itself, needed what it makes: adversarial(model)'],
  [{ objective: [adversarial] }, 'phase 0 is adversarial itself, needed what it makes: adversarial(model)'],
  [{ objective: supervised }, 'objective is supervised itself, needed what it makes: supervised()'],
  [
    { objective: unsupervised },
    'objective is unsupervised itself, needed what it makes: unsupervised({ … })',
  ],
  [
    { objective: [{ name: 'a', variables: ['classifier/logits/bias'], objective: semiSupervised }] },
    'the objective of phase "a" is semiSupervised itself, needed what it makes: semiSupervised({ … })',
  ],
  [{ augment: affine }, 'augment is affine itself, needed what it makes: affine({ … })'],
  [
    { augment: { labeled: cropAndFlip } },
    'augment.labeled is cropAndFlip itself, needed what it makes: cropAndFlip({ … })',
  ],
  [{ alpha: linearWarmup }, 'alpha is linearWarmup itself, needed what it makes: linearWarmup({ … })'],
  [{ execute: recordedStep }, 'execute is recordedStep itself, needed what it makes: recordedStep({ … })'],
  [{ batches: createBatches }, 'batches is createBatches itself, needed what it makes: createBatches(…)'],
  [{ batches: batchesFrom }, 'batches is batchesFrom itself, needed what it makes: batchesFrom(…)'],
  [{ seed: createNoise }, 'seed is createNoise itself, needed what it makes: createNoise(…)'],
  [{ optimizer: createAdam }, 'optimizer is createAdam itself, needed what it makes: createAdam(…)'],
  [{ callbacks: progressBar }, 'callbacks is progressBar itself, needed what it makes: progressBar(…)'],
  [{ callbacks: [Watching] }, 'callbacks is Watching itself, needed what it makes: new Watching(…)'],
  [{ checkpoint: { storage: file } }, 'checkpoint.storage is file itself, needed what it makes: file(…)'],
  [
    { checkpoint: { storage: folder } },
    'checkpoint.storage is folder itself, needed what it makes: folder(…)',
  ],
];

describe('a function handed in uncalled', () => {
  cleanUpAfterEach();

  it.each(UNCALLED)('is refused by train before the first step: %o', async (wrong, message) => {
    const model = tinyM2();
    const before = alive();
    await expect(train(model, options(wrong))).rejects.toThrow(new TypeError(`train: ${message}`));
    expect(alive()).toEqual(before);
    model.dispose();
  });

  it('is refused by trainingSteps alike, and so is a model', async () => {
    const model = tinyM2();
    const ema = createEma as never;
    await expect(trainingSteps(model, { ...withoutEpochs(options()), ema }).next()).rejects.toThrow(
      'trainingSteps: ema is createEma itself, needed what it makes: createEma(…)',
    );
    await expect(train(createM2 as never, options())).rejects.toThrow(
      'train: model is createM2 itself, needed what it makes: createM2(…)',
    );
    model.dispose();
  });

  it.each([constant, linearWarmup, sigmoidWarmup, cyclical, exponentialDecay, cosineDecay])(
    'is refused as a schedule: %o',
    (schedule) => {
      expect(() => createAdam({ learningRate: schedule as never })).toThrow(
        `createAdam: learningRate is ${schedule.name} itself, needed what it makes: ${schedule.name}(`,
      );
      for (const of of [
        { mutualInformationWeight: schedule },
        { consistency: { weight: schedule } },
      ] as object[])
        expect(() => regularized(of)).toThrow(`is ${schedule.name} itself, needed what it makes`);
    },
  );

  it.each<[string, () => unknown, string]>([
    [
      'likelihood',
      () => tinyM2({ likelihood: gaussianObservation as never }),
      'createM2: likelihood is gaussianObservation itself, needed what it makes: gaussianObservation(…)',
    ],
    ['nets', () => tinyM2({ nets: mlpNets as never }), 'createM2: nets is mlpNets itself'],
    [
      'labelPrior',
      () => tinyM2({ labelPrior: uniformLabelPrior as never }),
      'createM2: labelPrior is uniformLabelPrior itself',
    ],
    [
      'the likelihood of M1',
      () => tinyM1({ likelihood: gaussianObservation as never }),
      'createVae: likelihood is',
    ],
    [
      'seed',
      () => createVae({ inputShape: [2], seed: createNoise as never }),
      'createVae: seed is createNoise',
    ],
    [
      'consistency.augment',
      () => semiSupervised({ consistency: { weight: 1, augment: affine as never } }),
      'semiSupervised: consistency.augment is affine itself, needed what it makes: affine({ … })',
    ],
    [
      'split',
      () => tinyBatches({ split: splitDataset as never }),
      'createBatches: split is splitDataset itself',
    ],
  ])('is refused as %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('is refused as storage', async () => {
    const model = tinyM2();
    await expect(saveModel(model, file as never)).rejects.toThrow(
      'saveModel: storage is file itself, needed what it makes: file(…)',
    );
    model.dispose();
  });

  it('takes your own function where a function is taken, under any name', async () => {
    const model = tinyM2();
    const augment: Augment = (x) => x.clone();
    Object.defineProperty(augment, 'name', { value: 'affine' });
    const objective = (...args: Parameters<ReturnType<typeof semiSupervised>>) => semiSupervised()(...args);
    Object.defineProperty(objective, 'name', { value: 'semiSupervised' });
    const { stopped } = await train(model, options({ augment, objective, alpha: () => 1 }));
    expect(stopped).toBe('finished');
    model.dispose();
  });

  it('keeps its name in stack traces', () => {
    expect([affine, linearWarmup, unsupervised, cropAndFlip].map(({ name }) => name)).toEqual([
      'affine',
      'linearWarmup',
      'unsupervised',
      'cropAndFlip',
    ]);
  });
});
