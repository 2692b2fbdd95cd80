import { input, layers, model as net, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Json } from '../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import { loadModel } from '../../src/models/loadModel';
import { embed } from '../../src/models/predict';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import type { GaussianVae as VaeModel, VaeOptions } from '../../src/models/vae/model';
import { cleanUpAfterEach, read } from '../support/numbers';
import { alive, CONV, LATENT, memoryStorage, tinyDataset, tinyM1, tinyM2, weightsOf } from '../support/tiny';

const { x: bytes } = tinyDataset(5, 8);

const withSpec = (file: Uint8Array, change: (spec: Record<string, Json>) => Json): Uint8Array => {
  const { arrays, metadata } = readSafetensors(file);
  const { format, spec } = metadata as { format: string; spec: Record<string, Json> };
  return writeSafetensors({ arrays, metadata: { format, spec: change({ ...spec }) } });
};

const saved = async (options: Partial<VaeOptions> = {}) => {
  const storage = memoryStorage();
  const model = tinyM1(options);
  await saveModel(model, storage);
  model.dispose();
  return storage;
};

const ownNets = (activation: 'linear' | 'tanh' = 'linear') => {
  const [x, z] = [input({ shape: [6] }), input({ shape: [LATENT] })];
  const dense = (from: SymbolicTensor, units: number): SymbolicTensor =>
    layers.dense({ units }).apply(from) as SymbolicTensor;
  const hidden = layers.dense({ units: 3, activation }).apply(z) as SymbolicTensor;
  return {
    encoder: net({ inputs: x, outputs: [dense(x, LATENT), dense(x, LATENT)] }),
    decoder: net({ inputs: z, outputs: dense(hidden, 6) }),
  };
};

describe('loadModel of a VAE', () => {
  cleanUpAfterEach();

  it.each<[string, Partial<VaeOptions>]>([
    ['the mlp preset', {}],
    ['choices of it', { nets: { preset: 'mlp', widths: [5, 4], activation: 'relu', norm: 'none' } }],
    [
      'the conv preset of a learned variance',
      { nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) },
    ],
  ])('bring back %s, to the bit', async (__, options) => {
    const model = tinyM1({ ...options, seed: createNoise(7) });
    model.variables['encoder/hiddenNorm/movingMean']?.assign(createNoise(2).normal([8]));
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'vae' });
    await expect(loadModel('model.safetensors' as never)).rejects.toThrow(
      'loadModel: storage is "model.safetensors", needed a storage: file(path) of ssvae/node',
    );
    expect(loaded.spec).toEqual(model.spec);
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
    expect(await embed(loaded, bytes)).toEqual(await embed(model, bytes));
    const draw = (m: typeof model): Promise<number[]> => read(m.generate(2, createNoise(1)));
    expect(await draw(loaded)).toEqual(await draw(model));
  });

  it('take your own nets again', async () => {
    const model = tinyM1({ inputShape: [6], nets: ownNets() });
    const storage = memoryStorage();
    await saveModel(model, storage);
    expect(await weightsOf(await loadModel(storage, { nets: ownNets() }))).toEqual(await weightsOf(model));
    await expect(loadModel(storage)).rejects.toThrowError(
      new TypeError(
        'loadModel: memory: the model was made with nets of its own, needed them as options.nets',
      ),
    );
  });

  it('refuse own nets of other layers, whose weights have the same shapes', async () => {
    const [model, other] = [ownNets(), ownNets('tanh')].map((nets) => tinyM1({ inputShape: [6], nets }));
    const storage = memoryStorage();
    await saveModel(model as VaeModel, storage);
    const before = await weightsOf(other as VaeModel);
    const differs =
      'memory: nets.decoder[1].activation is "linear" in the file, needed "tanh" as in the model';
    await expect(loadModel(storage, { nets: ownNets('tanh') })).rejects.toThrow(`loadModel: ${differs}`);
    await expect(loadVariables(other as VaeModel, storage)).rejects.toThrow(`loadVariables: ${differs}`);
    expect(await weightsOf(other as VaeModel)).toEqual(before);
  });

  it('take own nets of a file that does not have their layers, or other settings of them', async () => {
    const model = tinyM1({ inputShape: [6], nets: ownNets() });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const { arrays, metadata } = readSafetensors(storage.bytes as Uint8Array);
    const { structure, ...earlier } = metadata as Record<string, Json>;
    storage.bytes = writeSafetensors({ arrays, metadata: earlier });
    expect(await weightsOf(await loadModel(storage, { nets: ownNets() }))).toEqual(await weightsOf(model));
    // The host may call a setting by another name, or have a new one.
    const [first, ...layers] = (structure as { encoder: Record<string, Json>[] }).encoder;
    const encoder = [{ ...first, groups: 1 }, ...layers.map(({ useBias: _, ...layer }) => layer)];
    const other = { ...earlier, structure: { ...(structure as object), encoder } };
    storage.bytes = writeSafetensors({ arrays, metadata: other });
    expect(await weightsOf(await loadModel(storage, { nets: ownNets() }))).toEqual(await weightsOf(model));
  });

  it('refuse a likelihood of the library where the model was made with one of its own', async () => {
    const { spec: _, ...own } = gaussianObservation({ sigma: 0.2 });
    const storage = await saved({ likelihood: own });
    await expect(loadModel(storage, { likelihood: gaussianObservation({ sigma: 1 }) })).rejects.toThrow(
      'options.likelihood is {"kind":"gaussian","sigma":1,"variance":"fixed"} and one of your own in the file, needed the same',
    );
    (await loadModel(storage, { likelihood: own })).dispose();
  });

  it('refuse another likelihood than that of the file, and take the same', async () => {
    const model = tinyM1({ likelihood: gaussianObservation({ sigma: 0.2 }) });
    const storage = memoryStorage();
    await saveModel(model, storage);
    await expect(loadModel(storage, { likelihood: gaussianObservation({ sigma: 1 }) })).rejects.toThrowError(
      new RangeError(
        'loadModel: memory: options.likelihood is {"kind":"gaussian","sigma":1,"variance":"fixed"} and {"kind":"gaussian","sigma":0.2,"variance":"fixed"} in the file, needed the same; or leave it out',
      ),
    );
    await expect(loadModel(storage, { likelihood: bernoulli })).rejects.toThrow('options.likelihood is {"');
    const { spec: _, ...own } = gaussianObservation({ sigma: 0.2 });
    await expect(loadModel(storage, { likelihood: own })).rejects.toThrow(
      'options.likelihood is one of your own and {"kind":"gaussian"',
    );
    const loaded = await loadModel(storage, { likelihood: gaussianObservation({ sigma: 0.2 }) });
    expect(loaded.spec).toEqual(model.spec);
    for (const one of [model, loaded]) one.dispose();
  });

  it('refuse a file of another model, or whose spec its weights do not fit, and leave nothing behind', async () => {
    const { bytes: file = new Uint8Array() } = await saved();
    const other = memoryStorage();
    const m2 = tinyM2();
    await saveModel(m2, other);
    m2.dispose();
    const before = alive();
    const cases: [Uint8Array | undefined, string | RegExp][] = [
      [undefined, 'loadModel: memory does not exist, needed a file that saveModel wrote'],
      [
        other.bytes,
        'loadModel: memory: the model is "m2", needed "vae"; loadVariables fills a model of your own',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, nets: { preset: 'mlp', sharedTrunk: true } })),
        'loadModel: memory: nets.sharedTrunk is not a choice of "mlp", needed one of widths, activation, norm',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 20_000_000 })),
        /^loadModel: memory: the spec is of nets of \d+ layers and \d+ values, needed the \d+ values of the file's \d+ variables$/,
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 0 })),
        'loadModel: memory: createVae: latent is 0, needed an integer of at least 1',
      ],
      [
        withSpec(file, (spec) => ({ ...spec, latent: 4 })),
        /^loadModel: memory: variable "encoder\/mean\/kernel" is \[8,3\] in the file, needed \[8,4\]$/,
      ],
    ];
    for (const [content, message] of cases)
      await expect(loadModel(memoryStorage(content), { kind: 'vae' })).rejects.toThrow(message);
    expect(alive()).toEqual(before);
  });
});
