import {
  input,
  type LayersModel,
  layers,
  model as net,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import type { Json } from '../../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../../src/files/safetensors';
import type { M2 } from '../../../src/models/m2/model';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { unsupervised } from '../../../src/models/objectives/unsupervised';
import { train } from '../../../src/training/train';
import { cleanUpAfterEach } from '../../support/numbers';
import {
  CLASSES,
  LATENT,
  type MemoryStorage,
  memoryStorage,
  SHAPE,
  tinyBatches,
  tinyM1,
  tinyM2,
  weightsOf,
} from '../../support/tiny';

cleanUpAfterEach();

interface Choices {
  readonly activation?: 'relu' | 'tanh';
  readonly trainable?: boolean;
  readonly swapped?: boolean;
}

type Out = SymbolicTensor;
const dense = (units: number, from: Out, more: object = {}) =>
  layers.dense({ units, ...more }).apply(from) as Out;

const encoderOf = ({ activation = 'relu', trainable = true, swapped = false }: Choices): LayersModel => {
  const x = input({ shape: [...SHAPE] });
  const hidden = dense(6, layers.flatten().apply(x) as Out, { activation, trainable });
  const first = dense(LATENT, hidden);
  const second = dense(LATENT, first);
  return net({ inputs: x, outputs: swapped ? [second, first] : [first, second] });
};

/** An M2 of own nets, each made anew, so that the host numbers its layers anew. */
const ownM2 = (choices: Choices = {}): M2 => {
  const [z, y] = [input({ shape: [LATENT] }), input({ shape: [CLASSES] })];
  const image = dense(64, layers.concatenate().apply([z, y]) as Out);
  const nets = {
    classifier: sequential({
      layers: [layers.flatten({ inputShape: [...SHAPE] }), layers.dense({ units: CLASSES })],
    }),
    encoder: encoderOf(choices),
    decoder: net({
      inputs: [z, y],
      outputs: layers.reshape({ targetShape: [...SHAPE] }).apply(image) as Out,
    }),
  };
  return tinyM2({ nets });
};

const go = (model: M2, storage: MemoryStorage, epochs: number) =>
  train(model, {
    objective: semiSupervised(),
    batches: tinyBatches({ stepsPerEpoch: 2 }),
    seed: createNoise(4),
    epochs,
    checkpoint: { storage },
    resume: true,
  });

/** A checkpoint of a run of two steps. */
const begun = async (choices?: Choices): Promise<MemoryStorage> => {
  const storage = memoryStorage();
  await go(ownM2(choices), storage, 1);
  return storage;
};

const end = 'in the checkpoint, needed the same to go on; a new run needs another place';

describe('a resumed run of own nets', () => {
  it('goes on with nets that are made the same', async () => {
    const storage = await begun();
    expect((await go(ownM2(), storage, 2)).step).toBe(4);
  });

  it.each<[string, Choices, Choices, string]>([
    [
      'another activation',
      {},
      { activation: 'tanh' },
      `resume: memory: nets.encoder[2].activation is "tanh" in this run and "relu" ${end}`,
    ],
    [
      'outputs in another order',
      {},
      { swapped: true },
      'resume: memory: nets.encoder[3].outputs is [1] in this run',
    ],
    [
      'a layer that is frozen now',
      {},
      { trainable: false },
      `resume: memory: trainable.encoder/layer2/kernel is false in this run and true ${end}`,
    ],
    [
      'a layer that was frozen',
      { trainable: false },
      {},
      `resume: memory: trainable.encoder/layer2/kernel is true in this run and false ${end}`,
    ],
  ])('refuses %s, and changes no weight', async (_, before, after, message) => {
    const storage = await begun(before);
    const bytes = storage.bytes;
    const model = ownM2(after);
    const weights = await weightsOf(model);
    await expect(go(model, storage, 2)).rejects.toThrow(message);
    expect(await weightsOf(model)).toEqual(weights);
    expect(storage.bytes).toBe(bytes);
  });

  it('goes on from a checkpoint that says nothing of layers', async () => {
    const storage = await begun();
    const { arrays, metadata } = readSafetensors(storage.bytes as Uint8Array, 'test');
    const { run, ...others } = metadata as { run: Record<string, Json> };
    const { nets: _nets, trainable: _trainable, ...rest } = run;
    expect(Object.keys(run).length).toBe(Object.keys(rest).length + 2);
    storage.bytes = writeSafetensors({ arrays, metadata: { ...others, run: rest } });
    expect((await go(ownM2({ activation: 'tanh' }), storage, 2)).step).toBe(4);
  });

  it('compares the layers of a VAE too, and those of your own contract only where it names them', async () => {
    const decoder = () =>
      sequential({
        layers: [
          layers.dense({ units: 64, inputShape: [LATENT] }),
          layers.reshape({ targetShape: [...SHAPE] }),
        ],
      });
    const vae = (activation: 'relu' | 'tanh') =>
      tinyM1({ nets: { encoder: encoderOf({ activation }), decoder: decoder() } });
    const storage = memoryStorage();
    const run = (model: ReturnType<typeof vae>, epochs: number) =>
      train(model, {
        objective: unsupervised(),
        batches: tinyBatches({ stepsPerEpoch: 2 }),
        epochs,
        seed: createNoise(3),
        checkpoint: { storage },
        resume: true,
      });
    await run(vae('relu'), 1);
    await expect(run(vae('tanh'), 2)).rejects.toThrow('nets.encoder[2].activation is "tanh"');
    const { structure, ...unnamed } = vae('tanh');
    expect(structure).toBeDefined();
    expect((await run(unnamed, 2)).step).toBe(4);
  });
});

it('a preset has no structure: its spec says all', () => {
  const model = tinyM2();
  expect('structure' in model).toBe(false);
  model.dispose();
});
