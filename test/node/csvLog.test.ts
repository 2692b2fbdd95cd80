import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { Storage } from '../../src/files/storage';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { csvLog } from '../../src/node/csvLog';
import { file } from '../../src/node/file';
import type { TrainResult } from '../../src/training/history';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import { memoryStorage, tinyBatches, tinyM2 } from '../support/tiny';

const textOf = ({ bytes }: { bytes: Uint8Array | undefined }): string => new TextDecoder().decode(bytes);

const run = async (more: Partial<TrainOptions<ReturnType<typeof tinyM2>>> = {}): Promise<TrainResult> => {
  const [model, optimizer] = [tinyM2(), createAdam()];
  try {
    return await train(model, {
      objective: semiSupervised(),
      batches: tinyBatches({ stepsPerEpoch: 2 }),
      optimizer,
      epochs: 5,
      seed: createNoise(4),
      validate: async () => ({ score: 0.5 }),
      validateEvery: 2,
      ...more,
    });
  } finally {
    optimizer.dispose();
    model.dispose();
  }
};

/** The table that a history makes, whose columns stand in the order of their first coming. */
const tableOf = ({ history }: TrainResult): string => {
  const columns = [...new Set(history.flatMap(Object.keys))];
  const lines = [columns, ...history.map((row) => columns.map((name) => row[name] ?? ''))];
  return `${lines.map((cells) => cells.join(',')).join('\n')}\n`;
};

/** A table without its times. */
const timeless = (table: string): string => table.replaceAll(/^(\d+,\d+),[\d.e-]+/gm, '$1');

describe('csvLog', () => {
  it('keeps the history: a row for each epoch, and columns that come later in the header', async () => {
    const storage = memoryStorage();
    const result = await run({ callbacks: csvLog(storage) });
    expect(textOf(storage)).toBe(tableOf(result));
    const [header = '', first = '', second = ''] = textOf(storage).split('\n');
    expect(header).toMatch(/^epoch,step,seconds,.*loss.*,validation\.score$/);
    expect(first.endsWith(',')).toBe(true);
    expect(second.endsWith(',0.5')).toBe(true);
  });

  it('is whole behind every epoch, and at the beginning too', async () => {
    const seen: string[] = [];
    const kept = memoryStorage();
    const storage: Storage = {
      ...kept,
      async write(bytes) {
        seen.push(new TextDecoder().decode(bytes));
      },
    };
    await run({ callbacks: csvLog(storage), epochs: 2 });
    expect(seen.map((table) => table.split('\n').length - 2)).toEqual([0, 1, 2, 2]);
    expect(seen[0]).toBe('epoch,step,seconds\n');
    expect(seen.every((table) => table.endsWith('\n'))).toBe(true);
  });

  it.each([1, 3, 4, 7])('goes on where a run was interrupted behind step %i and is resumed', async (stop) => {
    const [whole, checkpoint, storage] = [memoryStorage(), memoryStorage(), memoryStorage()];
    await run({ callbacks: csvLog(whole) });
    const controller = new AbortController();
    const abort = { onBatchEnd: ({ step }: { step: number }) => void (step === stop && controller.abort()) };
    const callbacks = [csvLog(storage), abort];
    await run({ callbacks, checkpoint: { storage: checkpoint }, signal: controller.signal });
    // A killed run may have written epochs that its last checkpoint does not hold.
    storage.bytes = new TextEncoder().encode(`${textOf(storage)}4,${10},1.5,9,9,9\n`);
    await run({ callbacks: csvLog(storage), checkpoint: { storage: checkpoint }, resume: true });
    expect(timeless(textOf(storage))).toBe(timeless(textOf(whole)));
  });

  it('keeps names and numbers as they are, whatever is in them', async () => {
    const storage = memoryStorage();
    const log = csvLog(storage);
    const plan = { epochs: 2, stepsPerEpoch: 1 };
    const row = {
      epoch: 0,
      step: 1,
      seconds: 0.1,
      'a,"b"\nc': 1e-300,
      constructor: Number.NaN,
      x: Number.NEGATIVE_INFINITY,
    };
    await log.onTrainBegin?.({ ...plan, firstStep: 0 });
    await log.onEpochEnd?.(0, row as never);
    const first = textOf(storage);
    expect(first).toBe('epoch,step,seconds,"a,""b""\nc",constructor,x\n0,1,0.1,1e-300,NaN,-Infinity\n');
    await log.onTrainFault?.(new Error('a fault'));
    const again = csvLog(storage);
    const resumed = { step: 1, from: 'x', sameBackend: true, writtenBy: { backend: 'cpu' } } as never;
    await again.onTrainBegin?.({ ...plan, firstStep: 1, resumed });
    expect(textOf(storage)).toBe(first);
    await again.onEpochEnd?.(1, { epoch: 1, step: 2, seconds: 0.2, loss: 3 });
    expect(textOf(storage)).toBe(
      'epoch,step,seconds,"a,""b""\nc",constructor,x,loss\n0,1,0.1,1e-300,NaN,-Infinity,\n1,2,0.2,,,,3\n',
    );
  });

  it('is replaced by a new run, and takes a path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssvae-csv-'));
    try {
      const path = join(folder, 'runs', 'm2.csv');
      await run({ callbacks: csvLog(path) });
      const result = await run({ callbacks: csvLog(path), epochs: 1 });
      expect(await readFile(path, 'utf8')).toBe(tableOf(result));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('refuses to go on in a file of something else, before the first step, and leaves it', async () => {
    const checkpoint = memoryStorage();
    await run({ checkpoint: { storage: checkpoint }, epochs: 1 });
    const other = memoryStorage(new TextEncoder().encode('name,age\nada,36\n'));
    const resumed = run({ callbacks: csvLog(other), checkpoint: { storage: checkpoint }, resume: true });
    await expect(resumed).rejects.toThrow(
      /^csvLog: memory begins with "name,age\\nada,36\\n", needed the table of a run, which/,
    );
    expect(textOf(other)).toBe('name,age\nada,36\n');
  });

  it("is one run's at a time, and free after a run that failed", async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssvae-csv-'));
    try {
      const path = join(folder, 'm2.csv');
      const shared = csvLog(path);
      let steps = 0;
      const second = async (): Promise<void> => {
        for (const callbacks of [csvLog(path), csvLog(file(path)), shared])
          await expect(run({ callbacks: [callbacks, { onBatchEnd: () => void steps++ }] })).rejects.toThrow(
            `${path} belongs to another run of this process`,
          );
      };
      const first = await run({ callbacks: [shared, { onEpochEnd: second }] });
      expect(steps).toBe(0);
      expect(await readFile(path, 'utf8')).toBe(tableOf(first));
      const fault = { onEpochEnd: () => Promise.reject(new Error('a fault')) };
      const failsTwice = { ...fault, onTrainFault: () => Promise.reject(new Error('another')) };
      await expect(run({ callbacks: [failsTwice, csvLog(path)] })).rejects.toThrow(
        'a fault; and onTrainFault failed: Error: another',
      );
      const before = await readFile(path, 'utf8');
      const atOnce = { onTrainBegin: () => Promise.reject(new Error('no step')) };
      await expect(run({ callbacks: [csvLog(path), atOnce] })).rejects.toThrow('no step');
      await run({ callbacks: csvLog(path), signal: AbortSignal.abort() });
      expect(await readFile(path, 'utf8')).toBe(before);
      await expect(run({ callbacks: [csvLog(path), fault] })).rejects.toThrow('a fault');
      await run({ callbacks: csvLog(path) });
      expect(await readdir(folder)).toEqual(['m2.csv']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says so where its file is the checkpoint of its own run', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ssvae-csv-'));
    try {
      const path = join(folder, 'm2.safetensors');
      const storage = memoryStorage();
      for (const [place, callbacks] of [
        [file(path), csvLog(path)],
        [storage, csvLog(storage)],
        [memoryStorage(), [csvLog(path), csvLog(path)]],
      ] as const)
        await expect(run({ checkpoint: { storage: place }, callbacks })).rejects.toThrow(
          /^csvLog: .* belongs to another run of this process, .*; where it is this run's own checkpoint or other table, each needs a file of its own$/,
        );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('refuses what is not a place', () => {
    expect(() => csvLog(undefined as never)).toThrow(
      new TypeError('csvLog: place is undefined, needed an object with read()'),
    );
    expect(() => csvLog('')).toThrow('file: path is "", needed the path of a file');
  });
});
