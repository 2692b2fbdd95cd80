import type { Variable } from '@tensorflow/tfjs-core';
import { io } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  loadLayersModel,
  model as net,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { CLASSES, LATENT, SHAPE, tinyBatches, tinyM1, tinyM2, weightsOf } from '../support/tiny';

const dense = (units: number, from: SymbolicTensor) => layers.dense({ units }).apply(from) as SymbolicTensor;

const flat = () => layers.flatten({ inputShape: [...SHAPE] });

const head = () => layers.dense({ units: CLASSES, name: 'head' });

const withHidden = (trainable: boolean): LayersModel =>
  sequential({ layers: [flat(), layers.dense({ units: 6, name: 'hidden', trainable }), head()] });

const withInner = (inner: LayersModel): LayersModel => sequential({ layers: [inner, head()] });

const inner = (trainable = true): LayersModel =>
  sequential({ name: 'inner', layers: [flat(), layers.dense({ units: 6, name: 'hidden', trainable })] });

const reloaded = async (made: LayersModel): Promise<LayersModel> => {
  let kept: io.ModelArtifacts = {};
  await made.save(
    io.withSaveHandler(async (artifacts) => {
      kept = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  made.dispose();
  return loadLayersModel(io.fromMemory(kept));
};

const others = () => {
  const [x, z, y] = [input({ shape: [...SHAPE] }), input({ shape: [LATENT] }), input({ shape: [CLASSES] })];
  const seen = layers.flatten().apply(x) as SymbolicTensor;
  const image = dense(64, layers.concatenate().apply([z, y]) as SymbolicTensor);
  return {
    encoder: net({ inputs: x, outputs: [dense(LATENT, seen), dense(LATENT, seen)] }),
    decoder: net({
      inputs: [z, y],
      outputs: layers.reshape({ targetShape: [...SHAPE] }).apply(image) as SymbolicTensor,
    }),
  };
};

const trainOnce = (model: ReturnType<typeof tinyM2>) =>
  train(model, { objective: semiSupervised(), batches: tinyBatches(), epochs: 1, seed: createNoise(3) });

describe('a frozen layer of your own nets', () => {
  cleanUpAfterEach();

  it.each<[string, () => LayersModel | Promise<LayersModel>, string[]]>([
    ['by its options', () => withHidden(false), ['hidden/kernel', 'hidden/bias']],
    [
      'by its property',
      () => {
        const made = withHidden(true);
        made.getLayer('hidden').trainable = false;
        return made;
      },
      ['hidden/kernel', 'hidden/bias'],
    ],
    ['in a loaded net', async () => reloaded(withHidden(false)), ['hidden/kernel', 'hidden/bias']],
    ['in a net inside', () => withInner(inner(false)), ['inner/hidden/kernel', 'inner/hidden/bias']],
    [
      'with the net inside',
      () => {
        const frozen = inner();
        frozen.trainable = false;
        return withInner(frozen);
      },
      ['inner/hidden/kernel', 'inner/hidden/bias'],
    ],
    [
      'with the net around its net',
      () => {
        const made = withInner(inner());
        made.trainable = false;
        return made;
      },
      ['inner/hidden/kernel', 'inner/hidden/bias', 'head/kernel', 'head/bias'],
    ],
    [
      'of batch norm',
      () =>
        sequential({
          layers: [flat(), layers.batchNormalization({ name: 'norm', trainable: false }), head()],
        }),
      ['norm/gamma', 'norm/beta'],
    ],
    [
      'within a wrapper',
      () =>
        sequential({
          layers: [
            layers.reshape({ inputShape: [...SHAPE], targetShape: [8, 8] }),
            layers.timeDistributed({ name: 'each', layer: layers.dense({ units: 2, trainable: false }) }),
            layers.flatten(),
            head(),
          ],
        }),
      ['each/kernel', 'each/bias'],
    ],
    [
      'that is recurrent',
      () =>
        sequential({
          layers: [
            layers.reshape({ inputShape: [...SHAPE], targetShape: [8, 8] }),
            layers.gru({
              name: 'gru',
              units: 2,
              trainable: false,
              recurrentInitializer: 'glorotUniform',
            }),
            head(),
          ],
        }),
      ['gru/kernel', 'gru/recurrent_kernel', 'gru/bias'],
    ],
  ])('is saved and averaged, and not trained: %s', async (_, make, frozen) => {
    const nets = { classifier: await make(), ...others() };
    const model = tinyM2({ nets });
    const names = frozen.map((name) => `classifier/${name}`);
    const before = await weightsOf(model);
    for (const name of names) expect(model.variables[name]?.trainable, name).toBe(false);
    await trainOnce(model);
    const after = await weightsOf(model);
    const stayed = Object.keys(after).filter((name) => String(after[name]) === String(before[name]));
    expect(stayed).toEqual(names);
    for (const one of Object.values(nets)) one.dispose();
  });

  it('is trained once it is freed, in a model that is there already, and stays once it is frozen again', async () => {
    const classifier = withHidden(false);
    const nets = { classifier, ...others() };
    const model = tinyM2({ nets });
    const hidden = classifier.getLayer('hidden');
    const kernel = model.variables['classifier/hidden/kernel'] as Variable;
    const moves = async () => {
      const before = String(await kernel.data());
      await trainOnce(model);
      return String(await kernel.data()) !== before;
    };
    expect(await moves()).toBe(false);
    hidden.trainable = true;
    expect(await moves()).toBe(true);
    classifier.trainable = false;
    expect(await moves()).toBe(false);
    for (const one of Object.values(nets)) one.dispose();
  });

  it('is one of an M1 too, and its model says that it is disposed', async () => {
    const x = input({ shape: [...SHAPE] });
    const seen = layers
      .dense({ units: 4, name: 'seen', trainable: false })
      .apply(layers.flatten().apply(x) as SymbolicTensor) as SymbolicTensor;
    const nets = {
      encoder: net({ inputs: x, outputs: [dense(LATENT, seen), dense(LATENT, seen)] }),
      decoder: sequential({
        layers: [
          layers.dense({ units: 64, inputShape: [LATENT] }),
          layers.reshape({ targetShape: [...SHAPE] }),
        ],
      }),
    };
    const model = tinyM1({ nets });
    const before = await weightsOf(model);
    await train(model, {
      objective: unsupervised(),
      batches: tinyBatches(),
      epochs: 1,
      seed: createNoise(3),
    });
    const after = await weightsOf(model);
    const stayed = Object.keys(after).filter((name) => String(after[name]) === String(before[name]));
    expect(stayed).toEqual(['encoder/seen/kernel', 'encoder/seen/bias']);
    for (const one of Object.values(nets)) one.dispose();
    expect(() => model.generate(1, createNoise(0))).toThrow('decode: the model is disposed');
  });
});
