/**
 * What the batches of a step add to it: `npx tsx bench/speed/data/loader.ts [--workloads mlp,conv-128] [--backend wasm]
 * [--rounds 5] [--steps 10] [--out docs/results/performance-data.jsonl]`.
 *
 * A step on arrays drawn beforehand, a batch of 60,000 images of bytes, and random affine changes of its images take turns.
 */
import { parseArgs } from 'node:util';
import type { Tensor } from '@tensorflow/tfjs-core';
import {
  affine,
  type BatchSource,
  createBatches,
  createDataset,
  createNoise,
  type M2,
  type Objective,
  splitDataset,
  trainingSteps,
} from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { type Batch, disposeBatch } from '../../../src/core/batch';
import { readLines, writeLines } from '../../lines';
import { DEFAULTS } from '../levers';
import { machineNow } from '../machine';
import { medianOf } from '../median';
import { modelAndObjective } from '../ours';
import { createPool } from '../step';
import { SETTINGS, WORKLOADS, type Workload } from '../workloads';
import type { DataLine, LoaderLine } from './line';

const { values: flags } = parseArgs({
  options: {
    workloads: { type: 'string', default: 'mlp,conv-128' },
    backend: { type: 'string', default: 'wasm' },
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '10' },
    out: { type: 'string', default: 'docs/results/performance-data.jsonl' },
  },
});

/** Images of bytes as many as those of MNIST. */
const EXAMPLES = 60_000;
const LABELED = 1000;

/** The change of the images, as in docs/results.md. */
const CHANGE = { rotation: 0.2, scale: 0.1, shear: 0.1, shift: 2 };

const { execute, name: backend } = await selectBackend({ backend: flags.backend as 'wasm' });

/** Batches of images of bytes. */
function ofDataset({ inputShape, classes, labeled, unlabeled }: Workload): BatchSource {
  const size = inputShape.reduce((product, axis) => product * axis, 1);
  const x = new Uint8Array(EXAMPLES * size);
  const draws = createNoise(SETTINGS.seed).uniforms(4096);
  for (let i = 0; i < x.length; i++) x[i] = 256 * (draws[(i * 31) % draws.length] as number);
  const y = Uint8Array.from({ length: EXAMPLES }, (_, i) => i % classes);
  const dataset = createDataset({ name: 'images', x, y, shape: inputShape, classes });
  const split = splitDataset(dataset, { labeled: LABELED, seed: SETTINGS.seed });
  return createBatches({ dataset, split, batchSize: { labeled, unlabeled }, seed: SETTINGS.seed });
}

/** Milliseconds of steps, and of what their batches take of them, in turns. */
async function measured(workload: Workload): Promise<Pick<LoaderLine, 'step' | 'batch' | 'augment'>> {
  const counts = { labeled: LABELED, unlabeled: EXAMPLES - LABELED };
  const arrays: BatchSource = { at: createPool(workload), stepsPerEpoch: SETTINGS.pool, counts };
  const { model, objective } = modelAndObjective(workload, (lever) => DEFAULTS.includes(lever));
  const steps = trainingSteps(model as M2, {
    objective: objective as Objective<M2>,
    batches: arrays,
    seed: SETTINGS.seed,
    execute,
  });
  const batches = ofDataset(workload);
  const [change, noise] = [affine(CHANGE), createNoise(SETTINGS.seed)];
  let at = 0;
  const work = {
    async step() {
      const { value } = await steps.next();
      if (value) await value.loss.data();
    },
    async batch() {
      given = await batches.at(at++);
      await Promise.all(inputsOf(given).map((x) => x.data()));
    },
    async augment() {
      const changed = inputsOf(given).map((x) => change(x, noise.split(at)));
      await Promise.all(changed.map((x) => x.data()));
      for (const x of changed) x.dispose();
      disposeBatch(given);
    },
  };
  let given: Batch = {};
  const rounds = { step: [] as number[], batch: [] as number[], augment: [] as number[] };
  for (let round = -1; round < Number(flags.rounds); round++) {
    const times = { step: [] as number[], batch: [] as number[], augment: [] as number[] };
    for (let i = 0; i < Number(flags.steps); i++)
      for (const name of ['step', 'batch', 'augment'] as const) {
        const start = performance.now();
        await work[name]();
        times[name].push(performance.now() - start);
      }
    // The first round compiles and records.
    if (round < 0) continue;
    for (const name of ['step', 'batch', 'augment'] as const)
      rounds[name].push(Number(medianOf(times[name]).toPrecision(4)));
  }
  return rounds;
}

/** Inputs of both parts. */
const inputsOf = ({ labeled, unlabeled }: Batch): readonly Tensor[] =>
  [labeled?.x, unlabeled?.x].filter((x) => x !== undefined);

const run = new Date().toISOString();
const machine = machineNow();
for (const workload of WORKLOADS.filter(({ name }) => flags.workloads.split(',').includes(name))) {
  const times = await measured(workload);
  const line: LoaderLine = { kind: 'loader', run, machine, workload: workload.name, backend, ...times };
  console.log(JSON.stringify(line));
  const former = await readLines<DataLine | LoaderLine>(flags.out);
  const others = former.filter(
    (one) => one.kind !== 'loader' || one.workload !== workload.name || one.backend !== backend,
  );
  await writeLines(flags.out, [...others, line]);
}
process.exit();
