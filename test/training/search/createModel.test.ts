import {
  input,
  type LayersModel,
  layers,
  model as net,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it, vi } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import { splitDataset } from '../../../src/data/split';
import { createM2, type M2, type M2Options } from '../../../src/models/m2/model';
import { createVae } from '../../../src/models/vae/model';
import { initializeNet } from '../../../src/nets/initializer';
import type { SearchOptions } from '../../../src/training/search/options';
import { search } from '../../../src/training/search/search';
import type { SearchSettings, SearchSpace } from '../../../src/training/search/space';
import { executeEagerly } from '../../../src/training/step';
import { alive, CLASSES, memoryStorage, SHAPE, tinyDataset, tinyM1M2 } from '../../support/tiny';

const bars = tinyDataset(40);
const split = splitDataset(bars, { labeled: 12, test: 10, seed: 1 });
const TINY: SearchSettings = { widths: [4], latent: 2, steps: 1 };

/** A search of few steps, and how many it took. */
const searched = async (options: SearchOptions<M2>, space: SearchSpace = { alpha: [1, 20] }) => {
  let steps = 0;
  const execute: SearchOptions<M2>['execute'] = (work) => {
    steps++;
    return executeEagerly(work);
  };
  const done = search<M2>(bars, space, {
    split,
    trials: 2,
    folds: 2,
    seed: 1,
    settings: TINY,
    refit: false,
    execute,
    ...options,
  });
  return {
    failure: await done.then(
      () => undefined,
      (error: Error) => error,
    ),
    steps,
  };
};

type Out = SymbolicTensor;
interface Choices {
  readonly units?: number;
  readonly activation?: 'relu' | 'tanh';
}

/** Own nets, whose weights are drawn from the seed of the search. */
const ownNets = ({ units = 4, activation = 'relu' }: Choices, { seed = 0, latent = 2 }: M2Options) => {
  const dense = (size: number, from: Out) =>
    layers.dense({ units: size, activation: 'linear' }).apply(from) as Out;
  const [x, z, y] = [input({ shape: [...SHAPE] }), input({ shape: [latent] }), input({ shape: [CLASSES] })];
  const seen = layers.dense({ units, activation }).apply(layers.flatten().apply(x) as Out) as Out;
  const image = dense(64, layers.concatenate().apply([z, y]) as Out);
  const nets: Readonly<Record<'classifier' | 'encoder' | 'decoder', LayersModel>> = {
    classifier: sequential({
      layers: [layers.flatten({ inputShape: [...SHAPE] }), layers.dense({ units: CLASSES })],
    }),
    encoder: net({ inputs: x, outputs: [dense(latent, seen), dense(latent, seen)] }),
    decoder: net({
      inputs: [z, y],
      outputs: layers.reshape({ targetShape: [...SHAPE] }).apply(image) as Out,
    }),
  };
  for (const [name, one] of Object.entries(nets))
    initializeNet(one, createNoise(typeof seed === 'number' ? seed : 1).split(name), 'glorot-uniform');
  return nets;
};

const own =
  (choices: Choices) =>
  (options: M2Options): M2 =>
    createM2({ ...options, nets: ownNets(choices, options) });

describe('a progress callback that fails', () => {
  it('ends the search with its error, late as it may come', async () => {
    const onProgress = (async () => {
      throw new Error('disk full');
    }) as never;
    expect(String((await searched({ onProgress })).failure)).toContain('disk full');
  });
});

describe('a model that createModel gives and search refuses', () => {
  it('is freed, at once or when its promise is kept', async () => {
    const before = alive();
    const vae = () => createVae({ data: bars, latent: 2, nets: { preset: 'mlp', widths: [3] } }) as never;
    expect(String((await searched({ createModel: vae })).failure)).toContain(
      'search: what createModel gives',
    );
    const late = (async (options: M2Options) => createM2(options)) as never;
    expect(String((await searched({ createModel: late })).failure)).toContain('createModel gives a Promise');
    await new Promise((done) => setTimeout(done, 0));
    expect(alive()).toEqual(before);
  });
});

describe('a model that cannot be freed', () => {
  it('leaves the error of the search, and the process', async () => {
    const broken = async (options: M2Options) => {
      const model = createM2(options);
      return {
        ...model,
        dispose() {
          model.dispose();
          throw new Error('not mine');
        },
      };
    };
    expect(String((await searched({ createModel: broken as never })).failure)).toContain(
      'createModel gives a Promise',
    );
    // An unhandled rejection would fail the run of the tests.
    await new Promise((done) => setTimeout(done, 20));
  });
});

describe('a search with a storage and a createModel', () => {
  it('goes on with own nets that are made the same', async () => {
    const storage = memoryStorage();
    expect((await searched({ storage, createModel: own({}) })).failure).toBeUndefined();
    expect(await searched({ storage, createModel: own({}) })).toEqual({ failure: undefined, steps: 0 });
  });

  const preset = (more: Partial<M2Options>) => (options: M2Options) => createM2({ ...options, ...more });
  it.each<[string, (options: M2Options) => M2, (options: M2Options) => M2, string]>([
    [
      'wider nets',
      own({ units: 4 }),
      own({ units: 9 }),
      'model.nets.encoder[2].units is 9 in this search and 4 in the stored one',
    ],
    [
      'another activation',
      own({ activation: 'relu' }),
      own({ activation: 'tanh' }),
      'model.nets.encoder[2].activation is "tanh" in this search and "relu" in the stored one, needed the same to go on; another search needs another place',
    ],
    [
      'another initializer',
      preset({}),
      preset({ initializer: { normal: 0.001 } }),
      'model.initialWeights is "crc32 ',
    ],
    [
      'another seed within createModel',
      preset({ seed: 5 }),
      preset({ seed: 6 }),
      'needed the same to go on (initializeNet draws the weights of your own nets from the seed that createModel gets); another search',
    ],
  ])('refuses %s as another search', async (_, before, after, message) => {
    const storage = memoryStorage();
    expect((await searched({ storage, createModel: before })).failure).toBeUndefined();
    const bytes = storage.bytes;
    const { failure, steps } = await searched({ storage, createModel: after });
    expect(failure).toBeInstanceOf(RangeError);
    expect(failure?.message).toContain(`search: memory: model.`);
    expect(failure?.message).toContain(message);
    expect([steps, storage.bytes]).toEqual([0, bytes]);
  });
});

describe('search refuses before its first step a createModel', () => {
  const shared = (): ((options: M2Options) => M2) => {
    let model: M2 | undefined;
    return (options) => {
      model ??= createM2(options);
      return model;
    };
  };
  const sharedNets = (): ((options: M2Options) => M2) => {
    let nets: ReturnType<typeof ownNets> | undefined;
    return (options) => {
      nets ??= ownNets({}, options);
      return createM2({ ...options, nets });
    };
  };
  it.each<[string, unknown, string]>([
    [
      'that forgets the latents',
      (options: M2Options) => createM2({ ...options, latent: 3 }),
      'createModel gives a model whose latent is 3, needed 2 as its options say: (options) => createM2({ ...options }); or leave latent out of the space',
    ],
    [
      'that takes other nets',
      (options: M2Options) => createM2({ ...options, nets: { preset: 'mlp', widths: [5] } }),
      'createModel gives a model whose widths is [5], needed [4] as its options say',
    ],
    [
      'that takes another preset',
      (options: M2Options) => createM2({ ...options, nets: 'conv' }),
      'createModel gives a model whose widths is ',
    ],
    [
      'that is async',
      async () => Promise.reject(new Error('mine')),
      'search: createModel gives a Promise, needed its result at once: no async function',
    ],
    ['that gives {}', () => ({}), 'search: what createModel gives is Object, needed an object with infer()'],
    [
      'that gives nothing',
      () => undefined,
      'search: what createModel gives is undefined, needed an object with infer()',
    ],
    [
      'whose model has no variables',
      () => ({ infer: () => 0, classify: () => 0, dispose: () => 0 }),
      'search: variables of what createModel gives is undefined, needed an object',
    ],
    [
      'that gives one model again',
      shared(),
      'search: createModel gives the same model again, needed a new model at each call',
    ],
    [
      'whose models share nets',
      sharedNets(),
      'search: createModel gives a model with the variable "classifier/layer1/kernel" of an earlier one, needed a new model at each call: make its nets',
    ],
    [
      'whose models have other classes than the data',
      (options: M2Options) =>
        createM2({
          inputShape: SHAPE,
          classes: 2,
          nets: { preset: 'mlp', widths: [3] },
          seed: options.seed ?? 0,
        }),
      'search: createModel: the data has 3 classes, the model 2; needed the same number',
    ],
    [
      'whose models take inputs of another shape than the data',
      (options: M2Options) =>
        createM2({
          inputShape: [4],
          classes: 3,
          nets: { preset: 'mlp', widths: [3] },
          seed: options.seed ?? 0,
        }),
      'search: createModel: the data has inputs [8,8,1], the model [4]; needed the same shape',
    ],
    [
      'whose models read covariates that the data lack',
      () => tinyM1M2({ covariates: 2 }),
      'search: createModel: covariates are undefined, needed 40 × 2 numbers, as the model reads 2 of each example',
    ],
    [
      'that fails',
      () => {
        throw new TypeError('mine: no nets');
      },
      'search: trial 0, { latent: 2, widths: [4], steps: 1 }: mine: no nets',
    ],
  ])('%s', async (_, createModel, message) => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { failure, steps } = await searched({
      createModel: createModel as SearchOptions<M2>['createModel'],
    });
    expect(failure?.message).toContain(message);
    expect(steps).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('and frees the model that it refuses', async () => {
    const before = alive();
    const { failure } = await searched({ createModel: (options) => createM2({ ...options, latent: 3 }) });
    expect(failure?.message).toContain('whose latent is 3');
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(alive()).toEqual(before);
  });

  it('but takes one whose models share nets that are frozen', async () => {
    let trunk: LayersModel | undefined;
    const createModel = (options: M2Options) => {
      trunk ??= sequential({
        layers: [layers.flatten({ inputShape: [...SHAPE] }), layers.dense({ units: 64, trainable: false })],
      });
      const { classifier, encoder, decoder } = ownNets({}, options);
      const behind = (head: LayersModel): LayersModel => {
        const features = input({ shape: [64] });
        const image = layers.reshape({ targetShape: [...SHAPE] }).apply(features) as Out;
        return net({ inputs: features, outputs: head.apply(image) as Out[] });
      };
      return createM2({
        ...options,
        nets: { trunk, classifier: behind(classifier), encoder: behind(encoder), decoder },
      });
    };
    expect((await searched({ createModel })).failure).toBeUndefined();
  });
});

describe('search refuses before its first step, naming the trial and its settings,', () => {
  it.each<[string, SearchSpace, RegExp]>([
    [
      'a code too large for memory',
      { latent: [2, 1e10] },
      /^search: trial \d, \{ latent: 10000000000, widths: \[4\], steps: 1 \}: createM2: the size of the nets is /,
    ],
    [
      'layers too wide',
      { widths: [[4], [1e10]] },
      /^search: trial \d, \{ latent: 2, widths: \[10000000000\], .*\}: createM2: /,
    ],
    [
      'a weight beyond float32',
      { boundWeight: [1, 1e39] },
      /^search: trial \d, .*boundWeight: 1e\+39 \}: linearWarmup: to is 1e\+39/,
    ],
    [
      'a rate beyond float32',
      { learningRate: [1, 1e39] },
      /^search: trial \d, .*learningRate: 1e\+39 \}: cosineDecay: from is /,
    ],
  ])('%s', async (_, space, message) => {
    const before = alive();
    const { failure, steps } = await searched({}, space);
    expect(failure).toBeInstanceOf(RangeError);
    expect(failure?.message).toMatch(message);
    expect(steps).toBe(0);
    expect(alive()).toEqual(before);
  });

  it('settings of every trial', async () => {
    const { failure, steps } = await searched({ settings: { ...TINY, consistency: 1e39 } });
    expect(failure?.message).toMatch(
      /^search: trial 0, \{ .*consistency: 1e\+39, steps: 1 \}: linearWarmup: to is 1e\+39/,
    );
    expect(steps).toBe(0);
  });
});

describe('search checks its split as fit does', () => {
  const [labeled, unlabeled] = [split.labeled, split.unlabeled];
  it.each<[string, unknown, string]>([
    ['none', null, 'search: split is null, needed an object'],
    ['an empty one', {}, 'search: split.labeled is undefined, needed an array of numbers'],
    ['a text', 'labeled', 'search: split is "labeled", needed an object'],
    [
      'one without unlabeled examples',
      { labeled },
      'search: split.unlabeled is undefined, needed an array of numbers',
    ],
    [
      'examples that the data lack',
      { labeled: [40], unlabeled },
      'search: split.labeled[0] is 40, needed an integer from 0 to 39',
    ],
    [
      'a validation part of nothing',
      { labeled, unlabeled, validation: null },
      'search: split.validation is null, needed',
    ],
    [
      'a test part of fractions',
      { labeled, unlabeled, test: [0.5] },
      'search: split.test[0] is 0.5, needed an integer',
    ],
  ])('%s', async (_, given, message) => {
    const { failure, steps } = await searched({ split: given as SearchOptions<M2>['split'] });
    expect(failure?.message).toContain(message);
    expect(steps).toBe(0);
  });

  it('and takes indices in arrays', async () => {
    const given = { labeled: [...labeled], unlabeled: [...unlabeled] };
    expect((await searched({ split: given as never })).failure).toBeUndefined();
  });
});
