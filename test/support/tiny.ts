/** Models, data and storage small enough to train in a test: 8×8 images, three classes, three latent dimensions. */
import { memory, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { BatchSource } from '../../src/core/batch';
import { createNoise, type Noise, streamOf } from '../../src/core/noise';
import { type BatchesOptions, createBatches } from '../../src/data/batches';
import { createDataset, type Dataset } from '../../src/data/dataset';
import type { Likelihood } from '../../src/distributions/likelihood';
import type { Storage, StorageFolder } from '../../src/files/storage';
import { type Aae, type AaeOptions, createAae } from '../../src/models/adversarial/model';
import {
  type AuxiliaryOptions,
  type AuxiliaryVae,
  createAdgm,
  createSdgm,
} from '../../src/models/auxiliary/model';
import {
  createConditionalVae,
  type MarginalConditionalOptions,
  type MarginalConditionalVae,
  type TokenConditionalOptions,
  type TokenConditionalVae,
} from '../../src/models/conditional/model';
import { createLadderVae, type LadderVae, type LadderVaeOptions } from '../../src/models/ladder/model';
import { createM1M2, type M1M2, type M1M2Options } from '../../src/models/m1m2/model';
import { createM2, type M2, type M2Options } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import { createStackedM2, type StackedM2, type StackedM2Options } from '../../src/models/stacked/model';
import { createVae, type GaussianVae, type VaeOptions } from '../../src/models/vae/model';

/** Shape of one example. */
export const SHAPE = [8, 8, 1] as const;
/** K */
export const CLASSES = 3;
/** Z */
export const LATENT = 3;

/** Small nets without batch norm, whose rows do not depend on each other; softplus has a gradient everywhere. */
export const MLP = { preset: 'mlp', widths: [8], activation: 'softplus', norm: 'none' } as const;
export const CONV = { preset: 'conv', filters: [3, 4], width: 8, norm: 'none' } as const;

const SMALL = { inputShape: SHAPE, classes: CLASSES, latent: LATENT, nets: MLP } as const;

/** A small M2. */
export const tinyM2 = (options: Partial<M2Options> = {}): M2 =>
  createM2({
    inputShape: SHAPE,
    classes: CLASSES,
    latent: LATENT,
    nets: MLP,
    seed: createNoise(1),
    ...options,
  });

/** A small M1. */
export const tinyM1 = (options: Partial<VaeOptions> = {}): GaussianVae =>
  createVae({
    inputShape: SHAPE,
    latent: LATENT,
    nets: { ...MLP, norm: 'batch' },
    seed: createNoise(1),
    ...options,
  });

/** A small ladder VAE of two layers. */
export const tinyLadder = (options: Partial<LadderVaeOptions> = {}): LadderVae =>
  createLadderVae({
    inputShape: SHAPE,
    classes: CLASSES,
    latents: [LATENT, 2],
    nets: { ...MLP, widths: [8, 6] },
    seed: createNoise(1),
    ...options,
  });

/** A small conditional VAE that sums over missing labels. */
export const tinyMarginal = (options: Partial<MarginalConditionalOptions> = {}): MarginalConditionalVae =>
  createConditionalVae({ ...SMALL, seed: createNoise(1), ...options });

/** A small conditional VAE with a token. */
export const tinyToken = (options: Partial<TokenConditionalOptions> = {}): TokenConditionalVae =>
  createConditionalVae({ ...SMALL, seed: createNoise(1), missing: 'token', ...options });

const AUXILIARY = {
  inputShape: SHAPE,
  classes: CLASSES,
  latent: LATENT,
  auxiliary: 2,
  nets: MLP,
} as const;

/** A small ADGM. */
export const tinyAdgm = (options: Partial<AuxiliaryOptions> = {}): AuxiliaryVae =>
  createAdgm({ ...AUXILIARY, seed: createNoise(1), ...options });

/** A small SDGM. */
export const tinySdgm = (options: Partial<AuxiliaryOptions> = {}): AuxiliaryVae =>
  createSdgm({ ...AUXILIARY, seed: createNoise(1), ...options });

/** A small M1+M2. */
export const tinyM1M2 = (options: Partial<M1M2Options> = {}): M1M2 =>
  createM1M2({
    inputShape: SHAPE,
    classes: CLASSES,
    latent: LATENT,
    features: 4,
    nets: { ...MLP, innerWidths: [8] },
    seed: createNoise(1),
    ...options,
  });

/** A small stacked M1+M2, which frees its M1 too. */
export const tinyStacked = (options: Partial<StackedM2Options> = {}): StackedM2 => {
  const m1 = options.m1 ?? tinyM1({ latent: 4 });
  const model = createStackedM2({
    m1,
    dimensions: [0, 2, 3],
    classes: CLASSES,
    latent: LATENT,
    nets: MLP,
    seed: createNoise(1),
    ...options,
  });
  const { dispose } = model;
  model.dispose = () => {
    dispose();
    m1.dispose();
  };
  return model;
};

/** A small adversarial autoencoder. */
export const tinyAae = (options: Partial<AaeOptions> = {}): Aae =>
  createAae({
    inputShape: SHAPE,
    classes: CLASSES,
    latent: LATENT,
    nets: { ...MLP, discriminatorWidths: [8] },
    seed: createNoise(1),
    ...options,
  });

/** Images of a bar in one of three places, with noise. */
export function tinyDataset(count = 30, seed = 1): Dataset {
  const noise = createNoise(seed).split('images');
  const y = Uint8Array.from({ length: count }, (_, i) => i % CLASSES);
  const x = Uint8Array.from(noise.uniforms(count * 64), (u, i) => {
    const inBar = Math.floor((i % 8) / 3) === y[Math.floor(i / 64)];
    return Math.floor((inBar ? 128 : 0) + 127 * u);
  });
  return createDataset({ name: 'bars', x, y, shape: SHAPE, classes: CLASSES });
}

/** Six labelled and the other examples unlabelled: four steps an epoch at the default of thirty examples. */
export function tinyBatches(
  options: Partial<BatchesOptions> & { readonly dataset?: Dataset } = {},
): BatchSource {
  const dataset = options.dataset ?? tinyDataset();
  return createBatches({
    dataset,
    split: {
      labeled: Int32Array.from({ length: 6 }, (_, i) => i),
      unlabeled: Int32Array.from({ length: dataset.count - 6 }, (_, i) => 6 + i),
    },
    batchSize: { labeled: 3, unlabeled: 6 },
    seed: createNoise(2),
    ...options,
  });
}

/** Inputs and labels of a batch; values are multiples of 1/255. */
export function tinyExamples(count: number): { readonly x: Tensor; readonly y: Tensor } {
  const { x, y } = tinyDataset(count, 5);
  return {
    x: tensor(
      Float32Array.from(x, (byte) => byte / 255),
      [count, ...SHAPE],
    ),
    y: tensor(
      Array.from(y).map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0))),
      [count, CLASSES],
    ),
  };
}

/** Storage in memory, with what was last written. */
export interface MemoryStorage extends Storage {
  bytes: Uint8Array | undefined;
}

/** A place for one file in memory. */
export const memoryStorage = (bytes?: Uint8Array): MemoryStorage => ({
  name: 'memory',
  bytes,
  async read() {
    return this.bytes;
  },
  async write(written) {
    this.bytes = written.slice();
  },
});

/** Storage of several files in memory. */
export interface MemoryFolder extends StorageFolder {
  readonly files: Map<string, Uint8Array>;
}

/** A place for several files in memory. */
export const memoryFolder = (files = new Map<string, Uint8Array>()): MemoryFolder => ({
  name: 'memory',
  files,
  list: async () => [...files.keys()],
  file: (name) => ({
    name: `memory/${name}`,
    read: async () => files.get(name),
    async write(bytes) {
      files.set(name, bytes.slice());
    },
  }),
  async remove(name) {
    files.delete(name);
  },
});

/** Every number of a model's variables, by name. */
export async function weightsOf({ variables }: Model): Promise<Record<string, number[]>> {
  const weights: Record<string, number[]> = {};
  for (const [name, variable] of Object.entries(variables)) weights[name] = Array.from(await variable.data());
  return weights;
}

/** Tensors and buffers alive now. */
export const alive = (): { readonly tensors: number; readonly buffers: number } => {
  const { numTensors, numDataBuffers } = memory();
  return { tensors: numTensors, buffers: numDataBuffers };
};

/** Options of a run as those of a loop of `trainingSteps`, which has no epochs and is given a moving average that is made. */
export const withoutEpochs = <T extends { readonly epochs?: number; readonly ema?: object }>({
  epochs: _,
  ema: __,
  ...options
}: T): Omit<T, 'epochs' | 'ema'> => options;

/** A seed from which `trainingSteps` draws what `train` draws from another. */
export const seedAsOfTrain = (seed: number | Noise): Noise => {
  const own = streamOf('train', seed);
  return { split: () => own } as Partial<Noise> as Noise;
};

/** A likelihood of the library as one of your own: a copy with other functions has no spec. */
export const withoutSpec = ({ spec: _, ...own }: Likelihood): Likelihood => own;
