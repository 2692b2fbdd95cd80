import { fork } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BinaryReader } from 'google-protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { crc32c } from '../../src/files/crc32';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { eventRecord } from '../../src/node/eventRecord';
import { folder as place } from '../../src/node/folder';
import { tensorBoard } from '../../src/node/tensorBoard';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { train } from '../../src/training/train';
import goldens from '../golden/events.json';
import { memoryStorage, tinyBatches, tinyM2 } from '../support/tiny';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Events of a file: of each its step, and scalars, or what else it says. */
const eventsIn = (
  bytes: Buffer,
): [step: number, scalars: Record<string, number> | 'version' | 'begins'][] => {
  const events: ReturnType<typeof eventsIn> = [];
  for (let at = 0; at < bytes.length; ) {
    const size = Number(bytes.readBigUInt64LE(at));
    const event = new BinaryReader(bytes.subarray(at + 12, at + 12 + size));
    let step = 0;
    let what: (typeof events)[0][1] = {};
    while (event.nextField()) {
      const field = event.getFieldNumber();
      if (field === 2) step = event.readInt64();
      else if (field === 3) what = event.readString() === 'brain.Event:2' ? 'version' : {};
      else if (field === 7) {
        event.skipField();
        what = 'begins';
      } else if (field === 5) {
        const scalars: Record<string, number> = {};
        const summary = new BinaryReader(event.readBytes() as Uint8Array);
        while (summary.nextField()) {
          const value = new BinaryReader(summary.readBytes() as Uint8Array);
          let tag = '';
          while (value.nextField()) {
            if (value.getFieldNumber() === 1) tag = value.readString();
            else scalars[tag] = value.readFloat();
          }
        }
        what = scalars;
      } else event.skipField();
    }
    events.push([step, what]);
    at += 16 + size;
  }
  return events;
};

describe('an event record', () => {
  it('has the bytes of TensorBoard’s own', () => {
    const { values, record } = goldens.scalars;
    const found = [
      eventRecord({ seconds: 1.7e9 + 0.25, step: 0, fileVersion: 'brain.Event:2' }),
      eventRecord({ seconds: 1.7e9, step: 2 ** 33 + 5, begins: true }),
      eventRecord({ seconds: 1, step: 352, scalars: values }),
      eventRecord({ seconds: 1, step: 1, scalars: { steps: Number.POSITIVE_INFINITY } }),
    ];
    expect(found.map(hex)).toEqual([goldens.version, goldens.begins, record, goldens.infinite]);
  });

  it('has the checksum of RFC 3720', () => {
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  });
});

describe('tensorBoard', () => {
  let folder: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'ssvae-events-')), 'runs', 'm2');
  });
  afterEach(() => rm(join(folder, '../..'), { recursive: true, force: true }));

  const run = async (more: Partial<TrainOptions<ReturnType<typeof tinyM2>>> = {}) => {
    const [model, optimizer] = [tinyM2(), createAdam()];
    const result = await train(model, {
      objective: semiSupervised(),
      batches: tinyBatches({ stepsPerEpoch: 2 }),
      optimizer,
      epochs: 3,
      seed: createNoise(4),
      validate: async () => ({ score: 0.5 }),
      callbacks: tensorBoard(folder),
      ...more,
    });
    optimizer.dispose();
    model.dispose();
    return result;
  };
  const eventsOf = async (nth: number) =>
    eventsIn(await readFile(join(folder, (await readdir(folder)).sort()[nth] ?? '')));

  it('writes every number of the history at its step, grouped by its part', async () => {
    const { history } = await run();
    const [version, begins, ...epochs] = await eventsOf(0);
    expect([version, begins]).toEqual([
      [0, 'version'],
      [1, 'begins'],
    ]);
    expect(epochs).toEqual(
      history.map(({ epoch: _, seconds: __, step, ...columns }) => [
        step,
        Object.fromEntries(
          Object.entries(columns).map(([name, value]) => [name.replace('.', '/'), Math.fround(value)]),
        ),
      ]),
    );
    expect(Object.keys(epochs[0]?.[1] ?? {})).toEqual(
      expect.arrayContaining(['loss', 'labeled/elbo', 'unlabeled/elbo', 'validation/score']),
    );
  });

  it('a resumed run adds a file, which has readers forget what an interrupted one wrote beyond its checkpoint', async () => {
    const checkpoint = { storage: memoryStorage() };
    await run({ checkpoint, epochs: 1 });
    await run({ checkpoint, resume: true });
    expect((await readdir(folder)).length).toBe(2);
    expect((await eventsOf(0)).map(([step]) => step)).toEqual([0, 1, 2]);
    expect((await eventsOf(1)).map(([step]) => step)).toEqual([2, 3, 4, 6]);
  });

  it("is one run's at a time, and free after a run that failed", async () => {
    const shared = tensorBoard(folder);
    let steps = 0;
    const second = async (): Promise<void> =>
      expect(run({ callbacks: [shared, { onBatchEnd: () => void steps++ }] })).rejects.toThrow(
        /^tensorBoard: .*m2 belongs to another run of this process, needed the end of that run, or another place$/,
      );
    await run({ callbacks: [shared, { onEpochEnd: second }] });
    expect(steps).toBe(0);
    expect((await readdir(folder)).length).toBe(1);
    expect((await eventsOf(0)).map(([step]) => step)).toEqual([0, 1, 2, 4, 6]);
    for (const fault of [
      { onTrainBegin: () => Promise.reject(new Error('a fault')) },
      { onEpochEnd: () => Promise.reject(new Error('a fault')) },
    ])
      await expect(run({ callbacks: [shared, fault] })).rejects.toThrow('a fault');
    await run({ callbacks: shared });
    expect((await readdir(folder)).length).toBe(4);
  });

  it("is one run's at a time under two objects, by whatever path, and the second writes nothing", async () => {
    const link = join(folder, '../../link');
    await symlink('runs/m2', link);
    let steps = 0;
    const counting = { onBatchEnd: () => void steps++ };
    const second = async (): Promise<void> => {
      for (const path of [folder, link])
        await expect(run({ callbacks: [tensorBoard(path), counting] })).rejects.toThrow(
          /^tensorBoard: .* belongs to another run of this process, needed the end of that run, or another place$/,
        );
    };
    await run({ callbacks: [tensorBoard(folder), { onEpochEnd: second }] });
    expect(steps).toBe(0);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is kept from a run of another process while that lives, and may share the folder of its own checkpoints', async () => {
    const program = fileURLToPath(new URL('../support/claim/events.ts', import.meta.url));
    const child = fork(program, [folder], { execArgv: ['--import', 'tsx'], stdio: 'pipe' });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('close', reject);
    });
    await expect(run()).rejects.toThrow(
      new RegExp(`^tensorBoard: .* belongs to the run of process ${child.pid} on `),
    );
    expect((await readdir(folder)).filter((name) => name.startsWith('events'))).toHaveLength(1);
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    await run({ checkpoint: { storage: place(folder) } });
    const names = await readdir(folder);
    expect(names.filter((name) => name.startsWith('events'))).toHaveLength(2);
    expect(names.filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('is named where an epoch cannot be written', async () => {
    const away = { onEpochBegin: () => rm(folder, { recursive: true, force: true }) };
    await expect(run({ callbacks: [tensorBoard(folder), away] })).rejects.toThrow(
      /^tensorBoard: .*m2 cannot be written to, needed a folder, or the path of a new one \(ENOENT/,
    );
  });

  it('refuses what is not a path, and a place that cannot be written before the first step', async () => {
    expect(() => tensorBoard(undefined as never)).toThrow(
      new TypeError('tensorBoard: path is undefined, needed the path of a folder'),
    );
    let steps = 0;
    const counting = { onBatchEnd: () => void steps++ };
    const link = join(folder, '../../system');
    await symlink('/proc/1', link);
    for (const place of ['/dev/null/events', '/proc/1/events', join(link, 'events')])
      await expect(run({ callbacks: [tensorBoard(place), counting] }), place).rejects.toThrow(
        /^tensorBoard: .*events cannot be written to, needed a folder, or the path of a new one \(it is a file of the system/,
      );
    expect(steps).toBe(0);
  });
});
