/** Training on so many examples, measured in a process of its own: its arguments are a point as JSON, and it prints figures as JSON. */
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type BatchSource,
  createBatches,
  createDataset,
  createM2,
  createNoise,
  gaussianObservation,
  semiSupervised,
  splitDataset,
  streamBatches,
  trainingSteps,
} from 'ssvae';
import { rowBlocks, selectBackend } from 'ssvae/node';
import { disposeBatch } from '../../../src/core/batch';
import { medianOf } from '../median';
import type { DataLine } from './line';
import { type DataPoint, fill, WIDTH } from './pattern';

const CLASSES = 10;
const LABELED = 1000;
const STEPS = 150;
const batchSize = { labeled: 100, unlabeled: 128 };

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes of arrays and objects that live. */
async function living(): Promise<number> {
  // Array buffers are freed in the background.
  for (let pass = 0; pass < 2; pass++) {
    collectGarbage();
    await setTimeout(50);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Bytes of this process by the name of a line of /proc/self/status. */
const held = (name: 'VmRSS' | 'VmHWM'): number =>
  1024 * Number(new RegExp(`${name}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);

const seconds = async <T>(work: () => T | Promise<T>): Promise<readonly [T, number]> => {
  const start = performance.now();
  const value = await work();
  return [value, (performance.now() - start) / 1000];
};

/** A data set of so many examples in memory. */
const pattern = (examples: number) => {
  const y = new Uint8Array(examples);
  for (let i = 0; i < examples; i++) y[i] = i % CLASSES;
  return {
    name: 'pattern',
    x: fill(new Float32Array(examples * WIDTH), 0),
    y,
    shape: [WIDTH],
    classes: CLASSES,
  };
};

/** Batches, and the seconds of each part of making them. */
async function batchesOf({ source, examples, path = '' }: DataPoint) {
  const raw = pattern(source === 'memory' ? examples : LABELED);
  const [dataset, ofDataset] = await seconds(() => createDataset(raw));
  const noise = createNoise(1);
  if (source === 'disk') {
    const [batches, ofBatches] = await seconds(async () => {
      const unlabeled = await rowBlocks(path, { shape: [WIDTH], type: 'float32' });
      return streamBatches({ unlabeled, labeled: dataset, batchSize, seed: noise });
    });
    return { batches, start: { dataset: ofDataset, split: 0, batches: ofBatches } };
  }
  const [split, ofSplit] = await seconds(() => splitDataset(dataset, { labeled: LABELED, seed: noise }));
  const [batches, ofBatches] = await seconds(() => createBatches({ dataset, split, batchSize, seed: noise }));
  return { batches, start: { dataset: ofDataset, split: ofSplit, batches: ofBatches } };
}

/** Milliseconds of getting and freeing the batch of a step. */
const timeOf = async (batches: BatchSource, step: number): Promise<number> => {
  const [, time] = await seconds(async () => disposeBatch(await batches.at(step)));
  return 1000 * time;
};

/** Milliseconds of steps, the first and the median of the others. */
async function stepTimes(batches: BatchSource): Promise<readonly [first: number, median: number]> {
  const model = createM2({
    inputShape: [WIDTH],
    classes: CLASSES,
    latent: 10,
    likelihood: gaussianObservation(),
    nets: { preset: 'mlp', widths: [100] },
    seed: 1,
  });
  const steps = trainingSteps(model, {
    objective: semiSupervised({ labelHandling: 'gumbel' }),
    batches,
    seed: 1,
    to: STEPS,
  });
  const times: number[] = [];
  for (let start = performance.now(); !(await steps.next()).done; start = performance.now())
    times.push(performance.now() - start);
  model.dispose();
  const [first = 0, ...others] = times;
  return [first, medianOf(others.slice(others.length / 3))];
}

/** Everything about a point. */
async function measure(point: DataPoint): Promise<Omit<DataLine, 'kind' | 'run' | 'machine'>> {
  const { source, examples } = point;
  await selectBackend({ backend: 'wasm', threads: 1 });
  // Compilers and kernels are at their size before any data are there.
  await stepTimes((await batchesOf({ source: 'memory', examples: 5000 })).batches);
  const before = await living();
  const heldBefore = held('VmRSS');
  const { batches, start } = await batchesOf(point);
  const [first, step] = await stepTimes(batches);
  const ofBatch: number[] = [];
  for (let i = STEPS; i < 2 * STEPS; i++) ofBatch.push(await timeOf(batches, i));
  const nextPass = await timeOf(batches, batches.stepsPerEpoch);
  const inputs = 4 * WIDTH * examples;
  const bytes = inputs + (source === 'memory' ? examples : 0);
  const inMemory = source === 'memory' ? bytes : 0;
  const beside = await living();
  batches.dispose?.();
  return {
    source,
    examples,
    bytes,
    start: { ...start, firstStep: (first - step) / 1000 },
    step,
    batch: medianOf(ofBatch),
    nextPass,
    beside: beside - before - inMemory,
    peak: held('VmHWM') - heldBefore - inMemory,
  };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] as string) as DataPoint)));
