/**
 * Heap that stays of models made and freed: `npx tsx bench/memory/models.ts [--times 3000]`.
 *
 * tfjs-layers keeps the name of every weight and of every output of a layer for the life of the process, to number the next of
 * its name. So a net of two stock layers stands beside, and the growth is told by such names.
 */
import { spawnSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import {
  createAdam,
  createBatches,
  createM2,
  digits,
  loadModel,
  type M2,
  mlpNets,
  type Storage,
  saveModel,
  semiSupervised,
  splitDataset,
  trainingSteps,
} from 'ssvae';
import { selectBackend } from 'ssvae/node';

const { values } = parseArgs({
  options: { times: { type: 'string', default: '3000' }, case: { type: 'string' } },
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

await selectBackend({ backend: 'wasm' });
const shape = { inputShape: [28, 28, 1], classes: 10, latent: 4 };
const make = (): M2 => createM2({ ...shape, nets: { preset: 'kingma', widths: [8] }, seed: 1 });

let saved: Uint8Array | undefined;
const storage: Storage = {
  name: 'memory',
  read: async () => saved,
  async write(bytes) {
    saved = bytes;
  },
};
const first = make();
await saveModel(first, storage);
first.dispose();

const dataset = digits({ count: 60, seed: 1 });
const batches = createBatches({
  dataset,
  split: splitDataset(dataset, { labeled: 10, seed: 1 }),
  batchSize: { labeled: 2, unlabeled: 2 },
  seed: 1,
});

const twoLayers = (): LayersModel =>
  sequential({ layers: [layers.dense({ units: 8, inputShape: [16] }), layers.dense({ units: 8 })] });

/** Names that tfjs-layers keeps of a net: an output of each layer, inputs among them, and each weight. */
const namesOf = (nets: readonly LayersModel[]): number =>
  nets.reduce((sum, net) => sum + net.layers.length + net.weights.length, 0);

const plain = twoLayers();
const preset = mlpNets(
  { ...shape, outputShape: shape.inputShape, encoderSeesLabel: true },
  { widths: [8], norm: 'none' },
);
// A sequential net has an input beside its layers.
const NAMES = {
  stock: namesOf([plain]) + 1,
  m2: namesOf([preset.classifier, preset.encoder, preset.decoder]),
};

const CASES: readonly (readonly [title: string, names: number, work: () => unknown])[] = [
  ['two dense layers of tfjs-layers', NAMES.stock, () => twoLayers().dispose()],
  ['`createM2`', NAMES.m2, () => make().dispose()],
  ['`loadModel`', NAMES.m2, async () => (await loadModel(storage)).dispose()],
  [
    '`createM2`, and a training step',
    NAMES.m2,
    async () => {
      const [model, optimizer] = [make(), createAdam()];
      for await (const { read } of trainingSteps(model, {
        objective: semiSupervised(),
        batches,
        optimizer,
        seed: 1,
        to: 1,
      }))
        await read();
      optimizer.dispose();
      model.dispose();
    },
  ],
];

const heapUsed = async (): Promise<number> => {
  for (let round = 0; round < 5; round++) {
    collectGarbage();
    await setTimeout(20);
  }
  return process.memoryUsage().heapUsed;
};

const measure = async (names: number, work: () => unknown): Promise<number> => {
  // What is compiled and cached comes first.
  for (let i = 0; i < 300; i++) await work();
  const before = await heapUsed();
  // As many names of each, as the host's table of them grows by leaps.
  const times = Math.round((Number(values.times) * NAMES.m2) / names);
  for (let i = 0; i < times; i++) await work();
  return ((await heapUsed()) - before) / times;
};

if (values.case !== undefined) {
  const [title, names, work] = CASES[Number(values.case)] as (typeof CASES)[0];
  const each = await measure(names, work);
  console.log(`| ${[title, Math.round(each), names, Math.round(each / names)].join(' | ')} |`);
  process.exit(0);
}
console.log('| made and freed | heap growth each, bytes | names | bytes a name |');
console.log('|---|---|---|---|');
// Each in a process of its own, whose table of names is empty.
for (const [i] of CASES.entries())
  spawnSync(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(import.meta.url), '--times', values.times, '--case', `${i}`],
    {
      stdio: 'inherit',
    },
  );
