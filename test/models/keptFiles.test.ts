import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isRecord, type Json } from '../../src/files/json';
import { readSafetensors, writeSafetensors } from '../../src/files/safetensors';
import { backendTraits } from '../../src/host/backendTraits';
import { loadModel } from '../../src/models/loadModel';
import { loadVariables } from '../../src/models/saveModel';
import { KEPT_MODELS, KEPT_RUNS, loadKept, outputsOf } from '../support/keptFiles';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { type MemoryStorage, memoryStorage, tinyM2 } from '../support/tiny';

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
