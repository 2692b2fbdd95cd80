import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import { backendTraits } from '../../src/host/backendTraits';
import { completeSpec } from '../../src/models/fileSpec';
import { loadModel } from '../../src/models/loadModel';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { KEPT_MODELS, KEPT_RUNS, loadKept, outputsOf } from '../support/keptFiles';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { type MemoryStorage, memoryStorage, tinyM1, tinyM2 } from '../support/tiny';

interface Expected {
  readonly models: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly runs: Readonly<
    Record<
      string,
      {
        readonly history: readonly Readonly<Record<string, number>>[];
        readonly weights: Readonly<Record<string, readonly number[]>>;
      }
    >
  >;
}

const folder = fileURLToPath(new URL('../keptFiles', import.meta.url));
const versions = readdirSync(folder).sort();
const expectedOf = (version: string): Expected =>
  JSON.parse(readFileSync(join(folder, version, 'expected.json'), 'utf8'));
const kept = async (version: string, name: string): Promise<MemoryStorage> =>
  memoryStorage(new Uint8Array(await readFile(join(folder, version, `${name}.safetensors`))));

/** Backends differ by rounding, and steps of Adam by more where gradients are near 0. */
const OF_WEIGHTS = backendTraits().repeats ? 1e-4 : 0.02;

const withFormat = ({ bytes }: MemoryStorage, format: string): MemoryStorage => {
  const { arrays, metadata } = readSafetensors(bytes as Uint8Array, 'file');
  return memoryStorage(
    writeSafetensors({ arrays, metadata: { ...(isRecord(metadata) ? metadata : {}), format } as Json }),
  );
};

describe.each(versions)('the files of version %s', (version) => {
  cleanUpAfterEach();
  const { models, runs } = expectedOf(version);

  it.each(Object.entries(models))('hold %s, which gives what it gave then', async (name, outputs) => {
    const model = await loadKept(name, await kept(version, name));
    for (const [output, values] of Object.entries(await outputsOf(model)))
      expectClose(values, [...(outputs[output] ?? [])], 1e-5);
    model.dispose();
  });

  it.each(Object.entries(runs))(
    'hold a run %s, which goes on to the end that it had then',
    async (name, end) => {
      const run = KEPT_RUNS[name as keyof typeof KEPT_RUNS];
      const found = await run.train({
        checkpoint: { storage: await kept(version, `run-${name}`) },
        resume: true,
      });
      expect(found.history.length).toBe(end.history.length);
      for (const [i, row] of end.history.entries())
        for (const [column, value] of Object.entries(row))
          expectClose([found.history[i]?.[column] ?? Number.NaN], [value], OF_WEIGHTS);
      for (const [variable, numbers] of Object.entries(end.weights))
        expectClose([...(found.weights[variable] ?? [])], [...numbers], OF_WEIGHTS);
    },
  );
});

/** A model's spec in a file, and the same with the choices that version 0.1.0 left out, which were its defaults. */
const LEFT_OUT = {
  m2: { model: 'm2', inputShape: [8, 8, 1], classes: 3, latent: 3, encoderSeesLabel: true },
  vae: { model: 'vae', inputShape: [8, 8, 1], latent: 3 },
} as const;
const OF_MLP = { activation: 'softplus', norm: 'none' };
const OF_CONV = { depth: 1, activation: 'relu', norm: 'none' };

describe('a file that leaves choices of its nets out', () => {
  cleanUpAfterEach();

  it.each([
    ['m2', { preset: 'mlp' }, { widths: [500], ...OF_MLP, sharedTrunk: false }],
    ['m2', { preset: 'mlp', norm: 'batch' }, { widths: [500], ...OF_MLP, norm: 'batch', sharedTrunk: false }],
    ['m2', { preset: 'conv', width: 6 }, { filters: [32, 64], ...OF_CONV, width: 6, sharedTrunk: true }],
    ['vae', { preset: 'mlp' }, { widths: [600, 600], ...OF_MLP, norm: 'batch' }],
    ['vae', { preset: 'conv', width: 6 }, { filters: [32, 64], ...OF_CONV, norm: 'batch', width: 6 }],
  ] as const)('has the nets that version 0.1.0 made of it: %s with %j', async (kind, nets, choices) => {
    const spec = (given: object): Json => ({ ...LEFT_OUT[kind], nets: given }) as unknown as Json;
    expect(completeSpec(spec(nets))).toEqual(spec({ preset: nets.preset, ...choices }));
    const whole = { ...nets, ...choices };
    const make = kind === 'm2' ? tinyM2 : tinyM1;
    const model = make({ nets: whole as unknown as 'mlp' });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const left = memoryStorage(
      writeSafetensors({
        arrays: readSafetensors(storage.bytes as Uint8Array, 'file').arrays,
        metadata: { format: 'ssvae model 1', spec: { ...(model.spec as object), nets } as unknown as Json },
      }),
    );
    const loaded = await loadModel(left, { kind });
    expect(loaded.spec).toEqual(model.spec);
    await loadVariables(model, left);
    loaded.dispose();
    model.dispose();
  });

  it('of nets of your own, or of another model, stays as it is', () => {
    for (const spec of [
      { model: 'm2', nets: null },
      { model: 'mine', nets: { preset: 'mlp' } },
      'mine',
      null,
    ])
      expect(completeSpec(spec)).toBe(spec);
  });
});

describe('a file', () => {
  cleanUpAfterEach();
  const version = versions.at(-1) ?? '';

  it('is kept of every kind of model and of run', () => {
    const { models, runs } = expectedOf(version);
    expect(Object.keys(models)).toEqual(Object.keys(KEPT_MODELS));
    expect(Object.keys(runs)).toEqual(Object.keys(KEPT_RUNS));
  });

  it('of a newer version gives an error that says so, and nothing changes', async () => {
    const newer = 'a newer version of ssvae wrote the file: update the package to read it';
    const model = withFormat(await kept(version, 'm2-mlp-bernoulli'), 'ssvae model 2');
    await expect(loadModel(model)).rejects.toThrow(
      new RangeError(`loadModel: memory: the format is "ssvae model 2", needed "ssvae model 1": ${newer}`),
    );
    const own = tinyM2();
    await expect(loadVariables(own, model)).rejects.toThrow(newer);
    own.dispose();
    const storage = withFormat(await kept(version, 'run-m2'), 'ssvae checkpoint 2');
    await expect(KEPT_RUNS.m2.train({ checkpoint: { storage }, resume: true })).rejects.toThrow(
      new RangeError(
        `resume: memory: the format is "ssvae checkpoint 2", needed "ssvae checkpoint 1": ${newer}`,
      ),
    );
  });
});
