/**
 * Trains each case for some steps and writes all that PyTorch needs to repeat them: the batches, every random draw,
 * the terms of each step, and the weights and moments before the first step, after the last and every ten between.
 *
 *   npx tsx bench/parity/export.ts --data DIR [--case NAME …] [--steps 100] [--learning-rate R] [--backend B]
 *
 * Then `python bench/parity/torch_parity.py`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type BatchSource, createNoise, type Optimizer, trainingSteps } from 'ssvae';
import { loadDataset, type SelectBackendOptions, selectBackend } from 'ssvae/node';
import type { Json } from '../../src/files/json';
import { type StoredArray, writeSafetensors } from '../../src/files/safetensors';
import { readTensors } from '../../src/models/modelFile';
import { cases } from '../study/shared/cases';
import { batchesOf, splitOf } from '../study/shared/data';
import { modelOf, objectiveOf, optimizerOf } from '../study/shared/settings';
import { type Draws, recordNoise } from './recordingNoise';

/** Steps between two recorded states. */
const EVERY = 10;

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string' },
    case: { type: 'string', multiple: true, default: ['labels-only-conv', 'm2-conv', 'optimized-elbo-conv', 'm2-mlp'] }, // biome-ignore format: one flag per line
    steps: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    labels: { type: 'string', default: '100' },
    'learning-rate': { type: 'string' },
    initializer: { type: 'string' },
    backend: { type: 'string', default: 'tensorflow' },
    out: { type: 'string', default: 'runs/parity' },
  },
});
if (flags.data === undefined) throw new Error('export: --data is missing, needed the folder of MNIST');
const [steps, seed, labels] = [Number(flags.steps), Number(flags.seed), Number(flags.labels)];

const backend = await selectBackend({ backend: flags.backend as SelectBackendOptions['backend'] });
console.log(`${backend.name}: ${backend.description}`);
const { train } = await loadDataset('mnist', { dir: flags.data });
const split = splitOf(train, labels, seed);
await mkdir(flags.out, { recursive: true });

const prefixed = (prefix: string, arrays: Readonly<Record<string, StoredArray>>): [string, StoredArray][] =>
  Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]);

/** Pixels as the bytes they came from, so that PyTorch divides them itself. */
const toBytes = (x: Tensor): StoredArray => ({
  shape: x.shape,
  data: Uint8Array.from(x.dataSync(), (value) => Math.round(value * 255)),
});

/** A source that writes down what it gave. */
const recordBatches = (batches: BatchSource, into: Record<string, StoredArray>): BatchSource => ({
  ...batches,
  async at(step) {
    const batch = await batches.at(step);
    const { labeled, unlabeled } = batch;
    if (labeled) {
      into[`${step}/labeled/x`] = toBytes(labeled.x);
      into[`${step}/labeled/y`] = {
        shape: labeled.y.shape,
        data: Float32Array.from(labeled.y.dataSync()),
      };
    }
    if (unlabeled) into[`${step}/unlabeled/x`] = toBytes(unlabeled.x);
    return batch;
  },
});

for (const name of flags.case) {
  const known = cases[name];
  if (!known) throw new Error(`export: --case is "${name}", needed one of ${Object.keys(cases).join(', ')}`);
  const settings = {
    ...known,
    ...(flags['learning-rate'] && { learningRate: Number(flags['learning-rate']) }),
    ...(flags.initializer && { initializer: flags.initializer as typeof known.initializer }),
  };
  const model = modelOf(settings, train, seed);
  const optimizer = optimizerOf(settings, steps);
  const states: [string, StoredArray][] = [];
  const updates: Record<string, Optimizer['state']['counts']> = {};
  const recordState = async (step: number): Promise<void> => {
    const { tensors, counts } = optimizer.state;
    states.push(...prefixed(`state/${step}/weight`, await readTensors(model.variables)));
    states.push(...prefixed(`state/${step}/moment`, await readTensors(tensors)));
    updates[step] = counts;
  };
  await recordState(0);
  const given: Record<string, StoredArray> = {};
  const draws: Draws = {};
  const terms: Record<string, number[]> = {};
  const start = performance.now();
  const run = trainingSteps(model, {
    objective: objectiveOf(settings),
    batches: recordBatches(batchesOf(settings, { dataset: train, split, seed }), given),
    seed: recordNoise(createNoise(seed), draws),
    optimizer,
    alpha: settings.alpha,
    to: steps,
  });
  for await (const { step, read } of run) {
    for (const [term, value] of Object.entries(await read())) {
      terms[term] ??= [];
      terms[term].push(value);
    }
    if ((step + 1) % EVERY === 0 || step + 1 === steps) await recordState(step + 1);
  }
  const seconds = (performance.now() - start) / 1000;
  const measured = Object.entries(terms).map(([term, values]): [string, StoredArray] => [
    term,
    { shape: [values.length], data: Float64Array.from(values) },
  ]);
  const arrays = Object.fromEntries([
    ...states,
    ...prefixed('batch', given),
    ...prefixed('draw', draws),
    ...prefixed('term', Object.fromEntries(measured)),
  ]);
  const metadata = { case: name, steps, updates, seed, labels, backend: backend.name, settings };
  const path = join(flags.out, `${name}.safetensors`);
  await writeFile(path, writeSafetensors({ arrays, metadata: metadata as unknown as Json }));
  const { loss = [] } = terms;
  console.log(
    `${name}: ${steps} steps, ${((1000 * seconds) / steps).toFixed(0)} ms each, loss ${loss[0]?.toFixed(3)} → ${loss.at(-1)?.toFixed(3)}, ${path}`,
  );
  optimizer.dispose();
  model.dispose();
}
