/**
 * Reads models that WebAssembly wrote on every backend that is available: `npx tsx scripts/compare-backends.ts [--record]`.
 *
 * Prints how far apart the results are: the largest difference of a number, as a share of the largest number of its kind. A GPU in
 * software counts as one; `npm run test:backends` says how to get the backends. With `--record` the differences go to docs/results.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cast, oneHot, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type BackendName, backendNames, file, selectBackend } from 'ssvae/node';
import type { DifferenceLine } from '../bench/backends/line';
import { writeLines } from '../bench/lines';
import * as ssvae from '../src/index';
import { softwareVulkan } from './softwareVulkan';

/** The backend that writes comes first. */
const BACKENDS: readonly BackendName[] = ['wasm', ...backendNames.filter((name) => name !== 'wasm')];
const COUNT = 100;
const SHAPE = [28, 28, 1];

type Results = Readonly<Record<string, readonly number[]>>;

/** Trains a model for ten steps, so that nothing about it is as it was made. */
const trained = async (name: string): Promise<ssvae.GaussianVae | ssvae.M2> => {
  const dataset = ssvae.digits({ count: 300, seed: 1 });
  const split = ssvae.splitDataset(dataset, { labeled: 100, seed: 1 });
  const options = { batches: batchesOf(), epochs: 1, seed: 1 };
  function batchesOf(): ssvae.BatchSource {
    const batchSize = { labeled: 20, unlabeled: 20 };
    return ssvae.createBatches({
      dataset,
      split,
      batchSize,
      seed: 1,
      stepsPerEpoch: 10,
    });
  }
  const shape = { inputShape: SHAPE, seed: 1 };
  if (name === 'M1') {
    const model = ssvae.createVae(shape);
    await ssvae.train(model, { ...options, objective: ssvae.unsupervised() });
    return model;
  }
  const conv = { preset: 'conv', norm: 'batch' } as const;
  const model = ssvae.createM2({ ...shape, classes: 10, ...(name === 'M2, conv' && { nets: conv }) });
  await ssvae.train(model, { ...options, objective: ssvae.semiSupervised({ labelHandling: 'gumbel' }) });
  return model;
};

const resultsOf = async (model: ssvae.GaussianVae | ssvae.M2): Promise<Results> => {
  const x = ssvae.digits({ count: COUNT, seed: 2 });
  const inputs = tensor(
    Float32Array.from(x.x, (byte) => byte / 255),
    [COUNT, ...SHAPE],
  );
  const codes = ssvae.createNoise(3).normal([COUNT, model.latent]);
  const labels = cast(oneHot(Array.from(x.y), 10), 'float32');
  const isM2 = 'classify' in model;
  const posterior = isM2 ? model.encode(inputs, labels) : model.encode(inputs);
  const named: Readonly<Record<string, Tensor>> = {
    ...(isM2 && { classify: model.classify(inputs) }),
    'encode, mean': posterior.mean,
    'encode, log-variance': posterior.logVar,
    decode: isM2 ? model.decode(codes, labels) : model.decode(codes),
  };
  const entries = Object.entries(named).map(
    async ([name, one]) => [name, Array.from(await one.data())] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
};

const MODELS = ['M2, mlp', 'M2, conv', 'M1'] as const;
const load = (folder: string, name: string): Promise<ssvae.GaussianVae | ssvae.M2> => {
  const storage = file(join(folder, `${name}.safetensors`));
  return ssvae.loadModel(storage, { kind: name === 'M1' ? 'vae' : 'm2' });
};

/** In a process of its own: the results of one backend. */
const compute = async (backend: BackendName, folder: string): Promise<void> => {
  await selectBackend({ backend });
  const all: Record<string, Results> = {};
  for (const name of MODELS) all[name] = await resultsOf(await load(folder, name));
  await writeFile(join(folder, `${backend}.json`), JSON.stringify(all));
  process.exit(0);
};

/** The largest difference, as a share of the largest number. */
const differenceOf = (values: readonly number[], expected: readonly number[]): number => {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = expected.map((value, i) => Math.abs(value - (values[i] ?? Number.NaN)));
  return Number((apart.reduce((most, value) => Math.max(most, value), 0) / largest).toExponential(1));
};

const record = process.argv.includes('--record');

const compare = async (folder: string): Promise<void> => {
  await selectBackend({ backend: 'wasm' });
  for (const name of MODELS)
    await ssvae.saveModel(await trained(name), file(join(folder, `${name}.safetensors`)));
  const found = new Map<string, Readonly<Record<string, Results>>>();
  for (const backend of BACKENDS) {
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), backend, folder];
    const env = { ...process.env, ...(backend === 'webgpu' && softwareVulkan()) };
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
    if (status !== 0)
      console.error(
        `${backend} is not available: ${/Error: .*/.exec(stderr)?.[0] ?? `it ended with ${status}`}`,
      );
    else found.set(backend, JSON.parse(await readFile(join(folder, `${backend}.json`), 'utf8')));
  }
  const [[, reference] = []] = found;
  const lines = [...found].slice(1).map(([name, results]): DifferenceLine => {
    const entries = MODELS.flatMap((model) =>
      Object.entries(reference?.[model] ?? {}).map(
        ([output, expected]) =>
          [`${model}: ${output}`, differenceOf(results[model]?.[output] ?? [], expected)] as const,
      ),
    );
    return { backend: name, apart: Object.fromEntries(entries) };
  });
  if (record) await writeLines('docs/results/backend-differences.jsonl', lines);
  for (const { backend: name, apart } of lines) console.log(name, apart);
};

const [backend, given] = process.argv.slice(2).filter((argument) => argument !== '--record');
if (given !== undefined) await compute(backend as BackendName, given);
else {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-backends-'));
  try {
    await compare(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
