import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { oneHotLabels } from '../../src/core/labels';
import {
  affine,
  BatchNorm,
  convNets,
  cosineDecay,
  createAdam,
  createBatches,
  createDataset,
  createEma,
  createM2,
  createNoise,
  createVae,
  cropAndFlip,
  digits,
  evaluateElbo,
  evaluateImportanceBound,
  figures,
  fitSoftmaxClassifier,
  gaussianObservation,
  linearWarmup,
  loadModel,
  type M2,
  mlpNets,
  regularized,
  regularizedLabeled,
  regularizedUnlabeled,
  StridedConv,
  sampleGumbelSoftmax,
  semiSupervised,
  smoothedLabelKl,
  smoothLabels,
  splitDataset,
  train,
  trainingSteps,
  twoMoons,
  unsupervised,
} from '../../src/index';
import { downloadDataset, file, loadDataset, progressBar, selectBackend } from '../../src/node/index';
import { recordedStep } from '../../src/recorded/index';

const noise = createNoise(1);
const dataset = digits({ count: 20, seed: noise });
const y = oneHotLabels('test', [0, 1], 2);
const shape = { inputShape: [4], outputShape: [4], classes: 2, latent: 2, encoderSeesLabel: false };

const models: M2[] = [];
const tiny = (): M2 => {
  const made = createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'mlp', seed: noise });
  models.push(made);
  return made;
};
const steps = () => {
  const split = splitDataset(dataset, { labeled: 10, seed: noise });
  return {
    objective: semiSupervised(),
    batches: createBatches({ dataset, split, batchSize: { labeled: 5, unlabeled: 5 }, seed: noise }),
    seed: noise,
  };
};

describe('an option that is misspelt', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'm2',
      () => semiSupervised({ gamma: 1 } as object),
      /^semiSupervised: gamma is not an option, needed labelHandling, temperature, /,
    ],
    [
      'regularized',
      () => regularized({ gama: 1 } as object),
      /^regularized: gama is not an option, needed .*mutualInformationWeight/,
    ],
    ['m2 uncalled', () => semiSupervised(dataset as object), /^semiSupervised: name is not an option/],
    ['m1', () => unsupervised({ kl: 1 } as object), /^unsupervised: kl is not an option, needed klWeight$/],
    [
      'createAdam',
      () => createAdam({ lr: 1 } as object),
      /^createAdam: lr is not an option, needed learningRate, /,
    ],
    [
      'createVae',
      () => createVae({ inputShape: [2], hidden: 3 } as never),
      /^createVae: hidden is not an option/,
    ],
    [
      'splitDataset',
      () => splitDataset(dataset, { labeled: 10, validaton: 5, seed: noise } as never),
      /^splitDataset: validaton is not an option, needed labeled, validation, test, seed, everyClass$/,
    ],
    [
      'createBatches',
      () => createBatches({ batches: 3 } as never),
      /^createBatches: batches is not an option/,
    ],
    ['affine', () => affine({ rotate: 1 } as object), /^affine: rotate is not an option/],
    ['cropAndFlip', () => cropAndFlip({ pad: 4 } as object), /^cropAndFlip: pad is not an option/],
    ['linearWarmup', () => linearWarmup({ step: 1 } as never), /^linearWarmup: step is not an option/],
    ['cosineDecay', () => cosineDecay({ start: 1 } as never), /^cosineDecay: start is not an option/],
    [
      'the label smoothing of regularized',
      () => regularized({ labelSmoothing: { epsilom: 0.1 } } as object),
      /^regularized: labelSmoothing\.epsilom is not an option, needed weight, epsilon, spread, direction, expectation$/,
    ],
    [
      'the consistency of m2',
      () => semiSupervised({ consistency: { weight: 1, concetration: 7 } } as never),
      /^semiSupervised: consistency\.concetration is not an option, needed weight, concentration, augment$/,
    ],
    [
      'createDataset',
      () => createDataset({ ...dataset, labels: dataset.y } as never),
      /: labels is not an option/,
    ],
    ['digits', () => digits({ count: 9, seed: noise, size: 28 } as never), /: size is not an option/],
    [
      'batchSize of createBatches',
      () =>
        createBatches({
          dataset,
          split: splitDataset(dataset, { seed: noise }),
          batchSize: { labelled: 1 },
        } as never),
      /^createBatches: batchSize.labelled is not an option, needed labeled, unlabeled$/,
    ],
    [
      'twoMoons',
      () => twoMoons({ count: 9, seed: noise, noiseLevel: 1 } as never),
      /: noiseLevel is not an option/,
    ],
    ['gaussianObservation', () => gaussianObservation({ sd: 0.1 } as object), /: sd is not an option/],
    ['smoothLabels', () => smoothLabels(y, 0.1, { spred: 'uniform' } as object), /: spred is not an option/],
    [
      'smoothedLabelKl',
      () => smoothedLabelKl({ labels: y, logits: y, eps: 1 } as never),
      /: eps is not an option/,
    ],
    [
      'sampleGumbelSoftmax',
      () => sampleGumbelSoftmax(y, { temperature: 1, noise, straightThrough: true } as never),
      /: straightThrough is not an option, needed temperature, hard, noise$/,
    ],
    [
      'regularizedUnlabeled',
      () => regularizedUnlabeled({ labelLogits: y, betta: 5 } as never),
      /: betta is no/,
    ],
    [
      'regularizedLabeled',
      () => regularizedLabeled({ labelLogits: y, wieght: 1 } as never),
      /: wieght is no/,
    ],
    [
      'mlpNets',
      () => mlpNets(shape, { width: [3] } as object),
      /^mlpNets: width is not an option, needed widths, /,
    ],
    ['convNets', () => convNets(shape, { filter: [3] } as object), /^convNets: filter is not an option/],
    [
      'BatchNorm',
      () => new BatchNorm({ name: 'norm', momentun: 0.99 } as never),
      /: momentun is not an option/,
    ],
    ['StridedConv', () => new StridedConv({ name: 'c', filters: 2, strides: 1 } as never), /: strides is no/],
    ['recordedStep', () => recordedStep({ onFallback: () => {} } as object), /: onFallback is not an option/],
    ['progressBar', () => progressBar({ name: 'M2' } as object), /^progressBar: name is not an option/],
  ])('is refused by %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  class Settings {
    get learningRate(): number {
      return 1;
    }
  }
  it.each<[string, () => unknown, string]>([
    [
      'a map',
      () => createAdam(new Map([['learningRate', 1]]) as object),
      'createAdam: options is Map, needed a plain object, { … }',
    ],
    [
      'a class whose getters stand on its prototype',
      () => createAdam(new Settings()),
      'createAdam: options is Settings, needed a plain object, { … }',
    ],
    [
      'what inherits from other options',
      () => createAdam(Object.create({ learningRate: 1 })),
      'createAdam: options is Object, needed a plain object, { … }',
    ],
    [
      'a list',
      () => semiSupervised([] as object),
      'semiSupervised: options is an array of 0, needed a plain object, { … }',
    ],
    [
      'a name that moves the cursor',
      () => semiSupervised({ '\u001b[2J': 1 } as object),
      'semiSupervised: \\u001b[2J is not an option, needed labelHandling',
    ],
  ])('is not passed over in %s', (_, call, message) => {
    expect(call).toThrow(message);
  });

  it('is found in options of another realm, or without a prototype', () => {
    for (const options of [vm.runInNewContext('({ learningRate: 0.5 })'), Object.create(null)])
      expect(() => createAdam(options).dispose()).not.toThrow();
  });

  it('is not read from a changed Object.prototype', () => {
    const polluted = Object.prototype as { classes?: number };
    polluted.classes = 7;
    try {
      const fitted = fitSoftmaxClassifier([1, 2], [0, 1], {});
      expect(fitted.classes).toBe(2);
      fitted.dispose();
    } finally {
      delete polluted.classes;
    }
  });

  it('is refused where a promise is given', async () => {
    const model = createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'mlp', seed: noise });
    const evaluated = { seed: noise, sampels: 100 } as never;
    await expect(evaluateElbo(model, dataset, evaluated)).rejects.toThrow(
      /^evaluateElbo: sampels is not an option/,
    );
    await expect(evaluateImportanceBound(model, dataset, evaluated)).rejects.toThrow(
      /: sampels is not an option/,
    );
    await expect(loadModel(file('none'), { net: 1 } as object)).rejects.toThrow(
      /^loadModel: net is not an option/,
    );
    await expect(figures.classSamples(model, { seed: noise, per: 2 } as never)).rejects.toThrow(
      /: per is not an option/,
    );
    await expect(downloadDataset('mnist', { cacheDir: '.', retries: 2 } as never)).rejects.toThrow(
      /: retries is/,
    );
    await expect(loadDataset('mnist', { folder: 'a' } as never)).rejects.toThrow(
      /^loadDataset: folder is not an option, needed dir$/,
    );
    await expect(loadDataset('mnist', {} as never)).rejects.toThrow(
      /^loadDataset: dir is undefined, needed the path of a folder$/,
    );
    await expect(downloadDataset('mnist', {} as never)).rejects.toThrow(
      /^downloadDataset: cacheDir is undefined, needed/,
    );
    await expect(downloadDataset('mnist', { cacheDir: '.', fetch: 'x' as never })).rejects.toThrow(
      /^downloadDataset: fetch is "x", needed a function$/,
    );
    await expect(loadDataset('mnist', undefined as never)).rejects.toThrow(
      /^loadDataset: options is undefined/,
    );
    model.dispose();
  });

  it.each([
    [{ checkpoint: { evry: 1 } }, 'train: checkpoint.evry is not an option, needed storage, every, keep'],
    [
      { earlyStopping: { minDelat: 1 } },
      'train: earlyStopping.minDelat is not an option, needed monitor, mode, patience, minDelta',
    ],
    [{ ema: { decay: 0.9, warmup: 3 } }, 'train: ema.warmup is not an option, needed decay'],
    [{ ema: 0.9 }, 'train: ema is 0.9, needed an object { decay }'],
  ])('is refused by train: %j', async (wrong, message) => {
    const model = createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'mlp', seed: noise });
    const split = splitDataset(dataset, { labeled: 10, seed: noise });
    const batches = createBatches({ dataset, split, batchSize: { labeled: 5, unlabeled: 5 }, seed: noise });
    const options = { objective: semiSupervised(), batches, seed: noise, epochs: 1, ...wrong } as never;
    await expect(train(model, options)).rejects.toThrow(message);
    model.dispose();
  });

  it.each<[string, () => unknown, string]>([
    [
      'augment of train',
      () => trainingSteps(tiny(), { ...steps(), augment: new Map() as never }).next(),
      'trainingSteps: augment is Map, needed a plain object, { … }',
    ],
    [
      'klWeight of semiSupervised',
      async () => semiSupervised({ klWeight: new Map() as never }),
      'semiSupervised: klWeight is Map, needed a plain object, { … }',
    ],
    [
      'nets of createM2, whose trunk is misspelt',
      async () => createM2({ inputShape: [4], classes: 2, nets: { trunc: 1 } as never }),
      'createM2: nets.trunc is not an option, needed trunk, classifier, encoder, decoder, labelsApart',
    ],
    [
      'variables of createEma',
      async () => createEma(new Map() as never, { decay: 0.9 }),
      'createEma: variables is Map, needed a plain object, { … }',
    ],
    [
      'trainingSteps',
      () => trainingSteps(tiny(), { ...steps(), alhpa: 1 } as never).next(),
      'trainingSteps: alhpa is not an option, needed objective, batches, seed,',
    ],
  ])('is not passed over in the %s', async (_, call, message) => {
    await expect(call()).rejects.toThrow(message);
    for (const made of models.splice(0)) made.dispose();
  });

  it('is refused by selectBackend, and so is a name for options', async () => {
    await expect(selectBackend({ thread: 2 } as object)).rejects.toThrow(
      /^selectBackend: thread is not an option/,
    );
    await expect(selectBackend('cpu' as never)).rejects.toThrow(
      /^selectBackend: options is "cpu", needed an object/,
    );
  });
});
