/**
 * Uses a toy of each kind as a caller would. `test/laws/adding.test.ts` compiles and runs it in a copy of the library whose
 * registries have one line more.
 */
import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { getBackend, ones } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import type { InputSpec } from '../../../src/core/inputs/registry';
import { ownDataset } from '../../../src/data/ownData';
import { backendTraits } from '../../../src/host/backendTraits';
import {
  createBatches,
  createM2,
  createVae,
  type Dataset,
  loadModel,
  type M2,
  type Model,
  predict,
  saveModel,
  semiSupervised,
  splitDataset,
  train,
  unsupervised,
} from '../../../src/index';
import {
  type BackendName,
  type DatasetName,
  downloadDataset,
  file,
  loadDataset,
  selectBackend,
} from '../../../src/node/index';
import { ran } from './backend';
import { TOY_BYTES } from './dataset';
import { toyLikelihood } from './likelihood';
import { createToy } from './model';

const folder = await mkdtemp(join(tmpdir(), 'ssvae-toys-'));

const values = async ({ variables }: Model): Promise<readonly number[]> =>
  (await Promise.all(Object.values(variables).map((one) => one.data()))).flatMap((numbers) => [...numbers]);

// A backend.
const asked: BackendName = 'toy';
const { name, description, execute } = await selectBackend({ backend: asked });
assert.equal(`${name}: ${description}`, 'toy: a toy: as asked');
assert.deepEqual([getBackend(), backendTraits().repeats], ['toy', true]);
await assert.rejects(selectBackend({ backend: 'none' as BackendName }), /"toy"/);

// A data set, from its files and from its source.
const set: DatasetName = 'toy';
for (const file of ['first.toy', 'second.toy', 'test.toy']) await writeFile(join(folder, file), TOY_BYTES);
const { train: examples, test } = await loadDataset(set, { dir: folder });
assert.deepEqual([examples.name, [...examples.y], test.count], ['toy train', [1, 0, 1, 0], 2]);
assert.deepEqual([...examples.x], [10, 20, 30, 40, 10, 20, 30, 40]);
const fetched = await downloadDataset(set, {
  cacheDir: join(folder, 'cache'),
  fetch: async () => new Response(gzipSync(TOY_BYTES)),
});
assert.deepEqual(fetched.train, examples);
await assert.rejects(loadDataset('none' as DatasetName, { dir: folder }), /"toy"/);

const batchesOf = (dataset: Dataset) =>
  createBatches({
    dataset,
    split: splitDataset(dataset, { labeled: 2, seed: 1 }),
    batchSize: { labeled: 2, unlabeled: 2 },
    seed: 1,
  });

// A likelihood: trained, saved, loaded.
const vae = createVae({
  inputShape: [2],
  latent: 1,
  nets: { preset: 'mlp', widths: [3] },
  likelihood: toyLikelihood(2),
  seed: 1,
});
const before = await values(vae);
const objective = unsupervised();
await train(vae, { objective, batches: batchesOf(examples), epochs: 2, seed: 1, execute });
assert.notDeepEqual(await values(vae), before);
assert.ok(ran.steps > 0);
await saveModel(vae, file(join(folder, 'vae.safetensors')));
const loaded = await loadModel(file(join(folder, 'vae.safetensors')), { kind: 'vae' });
assert.deepEqual(loaded.likelihood.spec, { kind: 'toy', scale: 2 });
assert.deepEqual(await values(loaded), await values(vae));

// An input kind: raw inputs of a data set, of a model, and of its file.
const input: InputSpec = { kind: 'toy', most: 4 };
const parts = { where: 'toys', argument: 'texts', name: 'toys', notes: [] };
const texts = ownDataset({ ...parts, input, raw: ['a', 'abcd', 'ab'], labels: ['short', 'long', null] });
assert.deepEqual([...texts.x, ...texts.shape], [0.25, 1, 0.5, 1]);
const reader = createM2({ data: texts, latent: 1, nets: { preset: 'mlp', widths: [3] }, seed: 1 });
await saveModel(reader, file(join(folder, 'reader.safetensors')));
const readerAgain = await loadModel(file(join(folder, 'reader.safetensors')), { kind: 'm2' });
assert.deepEqual(readerAgain.input, input);
assert.deepEqual(await predict(readerAgain, ['abc']), await predict(reader, ['abc']));
await assert.rejects(predict(reader, [3] as never), /predict: data\[0\] is 3, needed a text/);

// A model.
const toy = createToy({ inputShape: [2], latent: 1, seed: 1 });
await saveModel(toy, file(join(folder, 'toy.safetensors')));
const again = await loadModel(file(join(folder, 'toy.safetensors')), { kind: 'toy' });
const isToy: true = again.isToy;
assert.ok(isToy);
assert.deepEqual(await values(again), await values(toy));
await assert.rejects(loadModel(file(join(folder, 'toy.safetensors')), { kind: 'm2' }), /"toy", needed "m2"/);

// A preset of nets.
const m2: M2 = createM2({
  inputShape: [2],
  classes: 2,
  latent: 1,
  nets: { preset: 'toy', width: 5 },
  seed: 1,
});
await train(m2, {
  objective: semiSupervised(),
  batches: batchesOf(examples),
  epochs: 1,
  seed: 1,
});
await saveModel(m2, file(join(folder, 'm2.safetensors')));
const m2Again = await loadModel(file(join(folder, 'm2.safetensors')), { kind: 'm2' });
const x = ones([1, 2]);
assert.deepEqual(await m2Again.classify(x).data(), await m2.classify(x).data());
assert.throws(() => createM2({ inputShape: [2], classes: 2, nets: 'none' as 'toy' }), /"toy"/);

console.log('every toy works');
