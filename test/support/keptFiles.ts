/**
 * Files that every later version reads: `test/keptFiles/VERSION/` holds a saved model and a checkpoint of each kind, as that
 * version wrote them, and what came of them there. What is described here must stay as it is; new kinds are added.
 */
import { add, mul, type Tensor, tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { createNoise, type Noise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Storage } from '../../src/files/storage';
import { createAae } from '../../src/models/adversarial/model';
import { createAdgm, createSdgm } from '../../src/models/auxiliary/model';
import { createConditionalVae } from '../../src/models/conditional/model';
import { createLadderVae } from '../../src/models/ladder/model';
import { loadModel } from '../../src/models/loadModel';
import { createM1M2 } from '../../src/models/m1m2/model';
import { createM2, type M2, type M2Options } from '../../src/models/m2/model';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import type { ModelKind, ReadyModels } from '../../src/models/registry';
import { createStackedM2 } from '../../src/models/stacked/model';
import { createVae, type GaussianVae, type VaeOptions } from '../../src/models/vae/model';
import type { HistoryRow } from '../../src/training/history';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';

const SHAPE = [4, 4, 1] as const;
const CLASSES = 3;
const COUNT = 14;

// What version 0.1.0 left out of these files is given here: later defaults differ.
const MLP = { preset: 'mlp', widths: [4], activation: 'softplus', norm: 'none' } as const;
const MLP_OF_VAE = { ...MLP, norm: 'batch' } as const;
const CONV = { preset: 'conv', filters: [2, 2], width: 4, norm: 'none' } as const;
const CONV_OF_VAE = { ...CONV, norm: 'batch' } as const;
const LEARNED = gaussianObservation({ variance: 'learned' });

const makeVae = (options: Partial<VaeOptions>, noise: Noise = createNoise(1)): GaussianVae =>
  createVae({ inputShape: SHAPE, latent: 2, nets: MLP_OF_VAE, seed: noise, ...options });

const makeM2 = (options: Partial<M2Options>, noise: Noise = createNoise(1)): M2 =>
  createM2({ inputShape: SHAPE, classes: CLASSES, latent: 2, nets: MLP, seed: noise, ...options });

type Ready = ReadyModels[ModelKind];

/** What the models of other kinds than M1 and M2 have in common. */
const SHARED = { inputShape: SHAPE, classes: CLASSES, latent: 2, seed: 1 } as const;
const BATCH = { ...MLP, norm: 'batch' } as const;

/** Makes a model of each ready kind. */
export const KEPT_MODELS: Readonly<Record<string, () => Ready>> = {
  'vae-mlp-bernoulli': () => makeVae({}),
  'vae-mlp-gaussian': () =>
    makeVae({ nets: { ...MLP, norm: 'none', activation: 'relu' }, likelihood: LEARNED }),
  'vae-conv-bernoulli': () => makeVae({ nets: CONV_OF_VAE }),
  'vae-conv-gaussian': () => makeVae({ nets: CONV_OF_VAE, likelihood: gaussianObservation() }),
  'm2-mlp-bernoulli': () => makeM2({ nets: { ...MLP, sharedTrunk: true }, labelPrior: [0.5, 0.25, 0.25] }),
  'm2-mlp-gaussian': () => makeM2({ nets: { ...MLP, norm: 'batch' }, likelihood: LEARNED }),
  'm2-conv-bernoulli': () => makeM2({ nets: { ...CONV, depth: 2, norm: 'batch' }, encoderSeesLabel: false }),
  'm2-conv-gaussian': () =>
    makeM2({ nets: { ...CONV, sharedTrunk: false }, likelihood: gaussianObservation() }),
  'conditional-marginal': () => createConditionalVae({ ...SHARED, nets: BATCH }),
  'conditional-token': () =>
    createConditionalVae({ ...SHARED, missing: 'token', nets: { ...CONV, norm: 'layer' } }),
  'm1m2-mlp': () => createM1M2({ ...SHARED, features: 3, nets: { ...BATCH, innerWidths: [4] } }),
  'm1m2-conv': () => createM1M2({ ...SHARED, features: 3, nets: { ...CONV, innerWidths: [4] } }),
  stackedM2: () => {
    const { inputShape: _, ...ofM2 } = SHARED;
    return createStackedM2({ ...ofM2, m1: makeVae({ latent: 3 }), dimensions: [2, 0], nets: MLP });
  },
  adgm: () => createAdgm({ ...SHARED, auxiliary: 2, nets: { ...BATCH, activation: 'relu' } }),
  sdgm: () => createSdgm({ ...SHARED, auxiliary: 2, nets: { ...MLP, norm: 'layer' } }),
  ladder: () => {
    const { latent: _, ...ofLadder } = SHARED;
    return createLadderVae({ ...ofLadder, latents: [3, 2], nets: { ...BATCH, widths: [4, 3] } });
  },
  aae: () => createAae({ ...SHARED, nets: { ...MLP, discriminatorWidths: [4] } }),
};

/** Reads a saved model of its kind. */
export const loadKept = (name: string, storage: Storage): Promise<Ready> =>
  loadModel(storage, { kind: name.split('-')[0] as ModelKind });

/** Numbers in [0, 1) that no stream of noise has a part in. */
const fixed = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (i * 0.61803) % 1);

const listed = async (one: Tensor): Promise<number[]> => {
  const values = Array.from(await one.data());
  one.dispose();
  return values;
};

/** Moves every variable off what it begins with: biases off 0, statistics off 0 and 1. */
export function disturb({ variables }: Ready): void {
  for (const variable of Object.values(variables))
    tidy(() => variable.assign(add(variable, mul(0.1, tensor(fixed(variable.size), variable.shape)))));
}

/** What a model makes of two inputs: classes, codes and reconstructions. */
async function readings(model: Ready): Promise<Record<string, number[]>> {
  const x = tensor(fixed(32), [2, ...SHAPE], 'float32');
  const outputs = {
    ...('classify' in model && { classify: await listed(model.classify(x)) }),
    embed: await listed(model.embed(x)),
    reconstruct: await listed(model.reconstruct(x)),
  };
  x.dispose();
  return outputs;
}

const isM1OrM2 = (model: Ready): model is GaussianVae | M2 =>
  ['vae', 'm2'].includes((model.spec as { readonly model: string }).model);

/** What a model makes of two inputs, and M1 and M2 of two labels and two codes, flat. */
export async function outputsOf(model: Ready): Promise<Record<string, number[]>> {
  if (!isM1OrM2(model)) return readings(model);
  const x = tensor(fixed(32), [2, ...SHAPE], 'float32');
  const y = tensor2d([0, 1, 0, 0, 0, 1], [2, CLASSES]);
  const z = tensor2d([0.5, -1, 2, 0.25], [2, 2]);
  const isM2 = (one: GaussianVae | M2): one is M2 => 'classify' in one;
  const { mean, logVar } = !isM2(model)
    ? model.encode(x)
    : model.encoderSeesLabel
      ? model.encode(x, y)
      : model.encode(x);
  const decoded = isM2(model) ? model.decode(z, y) : model.decode(z);
  const outputs = {
    ...(isM2(model) && { classify: await listed(model.classify(x)) }),
    mean: await listed(mean),
    logVar: await listed(logVar),
    decode: await listed(decoded),
  };
  for (const one of [x, y, z]) one.dispose();
  return outputs;
}

const batches = () => {
  const dataset = createDataset({
    name: 'kept',
    x: Uint8Array.from(fixed(COUNT * 16), (value) => 255 * value),
    y: Uint8Array.from({ length: COUNT }, (_, i) => i % CLASSES),
    shape: SHAPE,
    classes: CLASSES,
  });
  const split = {
    labeled: Int32Array.from([0, 1, 2, 3]),
    unlabeled: Int32Array.from({ length: COUNT - 4 }, (_, i) => 4 + i),
  };
  return createBatches({
    dataset,
    split,
    batchSize: { labeled: 2, unlabeled: 5 },
    seed: createNoise(2),
  });
};

/** A run of two steps an epoch and three epochs, of which a checkpoint behind the third step is kept. */
interface KeptRun<M extends GaussianVae | M2> {
  readonly make: (noise: Noise) => M;
  readonly options: (model: M) => Omit<TrainOptions<M>, 'optimizer' | 'batches' | 'epochs' | 'seed'>;
  readonly weightDecay?: number;
}

const describeRun = <M extends GaussianVae | M2>(run: KeptRun<M>) => ({
  /** Trains, and gives the history and two numbers of each variable: its mean and its root mean square. */
  async train(
    more: Partial<Pick<TrainOptions<M>, 'checkpoint' | 'resume' | 'signal'>> & { readonly stop?: number },
  ) {
    const { stop, ...options } = more;
    const model = run.make(createNoise(more.resume ? 99 : 1));
    // Of a bias ahead of batch norm the gradient is rounding, which a small ε turns into steps of the full rate.
    const optimizer = createAdam({ learningRate: 0.02, epsilon: 1e-3, weightDecay: run.weightDecay ?? 0 });
    const controller = new AbortController();
    const { history } = await train(model, {
      ...run.options(model),
      batches: batches(),
      epochs: 3,
      seed: createNoise(4),
      optimizer,
      callbacks: { onBatchEnd: ({ step }) => void (step + 1 === stop && controller.abort()) },
      signal: controller.signal,
      ...options,
    });
    const weights: Record<string, readonly [mean: number, root: number]> = {};
    for (const [name, variable] of Object.entries(model.variables)) {
      const values = Array.from(await variable.data());
      const meanOf = (of: (value: number) => number) =>
        values.reduce((sum, v) => sum + of(v), 0) / values.length;
      weights[name] = [meanOf((v) => v), Math.sqrt(meanOf((v) => v * v))];
    }
    optimizer.dispose();
    model.dispose();
    return { history: history.map(timeless), weights };
  },
});

const timeless = ({ seconds: _, ...row }: HistoryRow): Record<string, number> => row;

/** A run of each kind of checkpoint. */
export const KEPT_RUNS = {
  vae: describeRun<GaussianVae>({
    make: (noise) => makeVae({}, noise),
    // It was begun before `unsupervised()` had a weighting of its own.
    options: () => ({ objective: unsupervised(), weighting: 'mean' }),
  }),
  m2: describeRun<M2>({
    make: (noise) => makeM2({}, noise),
    options: () => ({ objective: semiSupervised() }),
  }),
  'm2-everything': describeRun<M2>({
    make: (noise) => makeM2({ nets: { ...CONV, norm: 'batch' } }, noise),
    weightDecay: 0.01,
    options: () => ({
      objective: regularized({
        labelHandling: 'gumbel',
        mutualInformationWeight: linearWarmup({ to: 2, steps: 4 }),
        entropyPenalty: 0.5,
      }),
      alpha: 3,
      weighting: 'dataset',
      parameterPrior: 1,
      clipNorm: 5,
      ema: { decay: 0.8 },
      validate: async () => ({ score: 1 }),
      earlyStopping: { monitor: 'validation.score', mode: 'max', patience: 9 },
      nonFinite: 'skip',
    }),
  }),
  'm2-phases': describeRun<M2>({
    make: (noise) => makeM2({}, noise),
    options: ({ variables }) => {
      const named = (...prefixes: string[]) =>
        Object.keys(variables).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
      return {
        alpha: 1,
        objective: [
          { name: 'bound', variables: named('encoder', 'decoder'), objective: semiSupervised() },
          { name: 'labels', variables: named('classifier'), objective: supervised() },
        ],
      };
    },
  }),
} as const;
