/** Arrays of another realm, as frames, sandboxes and test runners make them, are taken as those of this one. */
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import * as ssvae from '../../src/index';
import { isMissing } from '../../src/node/systemError';
import { idxFile } from '../node/datasets/officialFiles';
import { type MemoryStorage, memoryStorage, tinyDataset, tinyM2, weightsOf } from '../support/tiny';

const realm = createContext({});
type Made = <T>(kind: string, values: ArrayLike<T>) => never;
const made: Made = (kind, values) => {
  const array: unknown = runInContext(`(values) => ${kind}.from(values)`, realm)(values);
  expect(array).not.toBeInstanceOf(globalThis[kind as 'Uint8Array']);
  return array as never;
};
const bytesOf = (values: ArrayLike<number>): Uint8Array => made('Uint8Array', values);

test('arrays of another realm are of none of the classes of this one', () => {
  for (const kind of ['Uint8Array', 'Uint8ClampedArray', 'Float32Array', 'Int32Array', 'BigInt64Array'])
    kind === 'BigInt64Array' ? made(kind, [1n]) : made(kind, [1]);
});

test('a data set of them is the same, in its values and in its batches', async () => {
  const given = tinyDataset();
  const noise = ssvae.createNoise(1);
  const split = ssvae.splitDataset(given, { labeled: 6, validation: 6, seed: noise });
  const foreignSplit = {
    labeled: made('Int32Array', split.labeled),
    unlabeled: made('Int32Array', split.unlabeled),
    validation: made('Int32Array', split.validation),
  };
  const floats = Float32Array.from(given.x, (byte) => byte / 255);
  for (const [x, y] of [
    [made('Uint8Array', given.x), made('Uint8Array', given.y)],
    [made('Uint8ClampedArray', given.x), made('Int8Array', given.y)],
    [made('Float32Array', floats), made('BigInt64Array', Array.from(given.y, BigInt))],
    [made('Float32Array', floats), made('Array', Array.from(given.y))],
  ]) {
    const dataset = ssvae.createDataset({ ...given, x: x as never, y: y as never });
    expect([...dataset.y]).toEqual([...given.y]);
    expect(ssvae.splitDataset(dataset, { labeled: 6, validation: 6, seed: noise })).toEqual(split);
    const batchSize = { labeled: 3, unlabeled: 6 };
    const [here, there] = [
      ssvae.createBatches({ dataset: given, split, batchSize, seed: noise }),
      ssvae.createBatches({ dataset, split: foreignSplit, batchSize, seed: noise }),
    ].map((source) => source.at(1) as ssvae.Batch) as [ssvae.Batch, ssvae.Batch];
    expect(await there.labeled?.x.data()).toEqual(await here.labeled?.x.data());
    expect(await there.unlabeled?.x.data()).toEqual(await here.unlabeled?.x.data());
    expect(await there.labeled?.y.data()).toEqual(await here.labeled?.y.data());
    for (const { labeled, unlabeled } of [here, there])
      tf.dispose([labeled?.x, labeled?.y, unlabeled?.x].filter((tensor) => tensor !== undefined));
    expect([...ssvae.subset(dataset, made('Int32Array', [2, 0])).y]).toEqual([given.y[2], given.y[0]]);
  }
});

test('a run on them, its checkpoint and its model file end as those of this realm', async () => {
  const given = tinyDataset();
  const foreign = {
    ...given,
    x: made('Uint8Array', given.x),
    y: made('Int32Array', given.y),
  } as ssvae.CreateDatasetOptions;
  const [here, there] = [memoryStorage(), memoryStorage()];
  /** Whatever it is asked for, it gives bytes of another realm. */
  const elsewhereOf = (there: MemoryStorage): ssvae.Storage => ({
    ...there,
    read: async () => there.bytes && bytesOf(there.bytes),
    write: (bytes) => there.write(bytes),
  });
  const elsewhere = elsewhereOf(there);
  const run = async (dataset: ssvae.CreateDatasetOptions, storage: ssvae.Storage, epochs: number) => {
    const model = tinyM2();
    const noise = ssvae.createNoise(1);
    const { labeled, unlabeled, validation } = ssvae.splitDataset(given, {
      labeled: 6,
      validation: 3,
      seed: noise,
    });
    const batches = ssvae.createBatches({
      dataset,
      split: {
        labeled: made('Int32Array', labeled),
        unlabeled: made('Int32Array', unlabeled),
        validation: made('Int32Array', validation),
      },
      batchSize: { labeled: 3, unlabeled: 6 },
      seed: noise,
    });
    const checkpoint = { storage };
    const objective = ssvae.semiSupervised();
    await ssvae.train(model, { objective, batches, epochs, seed: noise, checkpoint, resume: true });
    return model;
  };
  const whole = await run(given, here, 2);
  (await run(foreign, elsewhere, 1)).dispose();
  const resumed = await run(foreign, elsewhere, 2);
  expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));
  const place = elsewhereOf(memoryStorage());
  await ssvae.saveModel(resumed, place);
  const loaded = await ssvae.loadModel(place, { kind: 'm2' });
  expect(await weightsOf(loaded)).toEqual(await weightsOf(whole));

  const data = given.x.slice(0, 640);
  const expected = await ssvae.predict(whole, data);
  for (const inputs of [
    made('Uint8Array', data),
    made(
      'Float32Array',
      Float32Array.from(data, (byte) => byte / 255),
    ),
  ]) {
    expect(await ssvae.predict(loaded, inputs)).toEqual(expected);
    expect(await ssvae.embed(loaded, inputs)).toEqual(await ssvae.embed(whole, data));
    const examples = { x: inputs as Uint8Array, y: made('Int16Array', given.y.slice(0, 10)) };
    const own = { x: data, y: given.y.slice(0, 10) };
    expect(await ssvae.evaluateClassifier(loaded, examples)).toEqual(
      await ssvae.evaluateClassifier(whole, own),
    );
    expect(await ssvae.evaluateElbo(loaded, examples, { seed: ssvae.createNoise(3) })).toEqual(
      await ssvae.evaluateElbo(whole, own, { seed: ssvae.createNoise(3) }),
    );
  }
  const images = loaded.generate(made('Int32Array', [0, 2]), ssvae.createNoise(1));
  expect(images.shape).toEqual([2, 8, 8, 1]);
  images.dispose();
  for (const model of [whole, resumed, loaded]) model.dispose();
});

test('readers of bytes take them', async () => {
  const packed = gzipSync('hello');
  expect(new TextDecoder().decode(await ssvae.gunzip(bytesOf(packed)))).toBe('hello');
  expect(ssvae.isGzip(bytesOf(packed))).toBe(true);
  expect([...ssvae.parseIdx(bytesOf([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])).data]).toEqual([7, 9]);
  const [images, labels] = [idxFile([2, 2, 2], new Uint8Array(8)), idxFile([2], [0, 1])].map(bytesOf);
  const files = { name: 'tiny', images: images as Uint8Array, labels: labels as Uint8Array };
  expect(ssvae.idxDataset(files).count).toBe(2);
  expect([...ssvae.parseCifar10(bytesOf(new Uint8Array(3073))).y]).toEqual([0]);
  const { pixels } = ssvae.figures.imageGrid(made('Float32Array', [0, 1]), { shape: [1, 1], padding: 0 });
  expect([...pixels]).toEqual([0, 255]);
});

test('what is missing is missing, whichever realm the error is of', () => {
  const error: unknown = runInContext(`Object.assign(new Error('gone'), { code: 'ENOENT' })`, realm);
  expect(error).not.toBeInstanceOf(Error);
  expect([isMissing(error), isMissing({ code: 'EEXIST' }), isMissing(undefined)]).toEqual([
    true,
    false,
    false,
  ]);
});
