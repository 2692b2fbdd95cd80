import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../../src/core/noise';
import { isRecord, type Json } from '../../../src/files/json';
import { readSafetensors, type StoredArray, writeSafetensors } from '../../../src/files/safetensors';
import type { M2 } from '../../../src/models/m2/model';
import { regularized, semiSupervised } from '../../../src/models/objectives/semiSupervised';
import type { TrainResult } from '../../../src/training/history';
import type { TrainOptions } from '../../../src/training/options';
import { train } from '../../../src/training/train';
import { comparable, type Ending } from '../../support/ending';
import { below } from '../../support/mutations';
import { cleanUpAfterEach } from '../../support/numbers';
import { pythonAbsence, readByPython } from '../../support/python';
import { alive, type MemoryFolder, memoryFolder, tinyBatches, tinyM2, weightsOf } from '../../support/tiny';
import { expectSameEnding } from '../../support/tinyRun';

cleanUpAfterEach();

/** Three steps an epoch; the second of four epochs is the best. */
const SCORES = [1, 4, 3, 2];
const options = (): TrainOptions<M2> => {
  const scores = [...SCORES];
  return {
    objective: semiSupervised(),
    batches: tinyBatches({ stepsPerEpoch: 3 }),
    epochs: SCORES.length,
    seed: createNoise(4),
    validate: async () => ({ score: scores[0] }),
    callbacks: { onEpochEnd: () => void scores.shift() },
    earlyStopping: { monitor: 'validation.score', mode: 'max', patience: 9 },
  };
};

/** A run; where it goes on, in a model of other weights: none of its own may survive. */
const go = async (folder: MemoryFolder, more: Partial<TrainOptions<M2>> = {}): Promise<Ending> => {
  const model = tinyM2({ seed: createNoise(folder.files.size > 0 ? 99 : 1) });
  try {
    const result = await train(model, { ...options(), checkpoint: { storage: folder }, ...more });
    return { weights: await weightsOf(model), result: comparable(result) };
  } finally {
    model.dispose();
  }
};

const step = (number: number): string => `step-${String(number).padStart(9, '0')}.safetensors`;
const stepsIn = ({ files }: MemoryFolder): number[] =>
  [...files.keys()].map((name) => Number(/\d+/.exec(name)?.[0])).sort((a, b) => a - b);

describe('a folder of checkpoints', () => {
  it('keeps the last, and that of the best epoch', async () => {
    const folder = memoryFolder();
    await go(folder);
    expect(stepsIn(folder)).toEqual([6, 9, 12]);
    const few = memoryFolder();
    await go(few, { checkpoint: { storage: few, keep: 1 } });
    expect(stepsIn(few)).toEqual([6, 12]);
    const best = readSafetensors(few.files.get(step(6)) as Uint8Array);
    expect(best.metadata).toMatchObject({ step: 6, best: 1 });
  });

  it('has a checkpoint of the best epoch, though none was due', async () => {
    const folder = memoryFolder();
    await go(folder, { checkpoint: { storage: folder, every: 5, keep: 2 } });
    expect(stepsIn(folder)).toEqual([6, 10, 12]);
  });

  it('leaves other files alone', async () => {
    const folder = memoryFolder(new Map([['notes.txt', Uint8Array.of(1)]]));
    await go(folder, { checkpoint: { storage: folder, keep: 1, every: 1 } });
    expect([...folder.files.keys()].sort()).toEqual(['notes.txt', step(6), step(12)]);
  });

  it.each(['latest', true] as const)('is gone on with from the newest: resume %s', async (resume) => {
    const folder = memoryFolder();
    const whole = await go(memoryFolder());
    await go(folder, { epochs: 2 });
    expectSameEnding(await go(folder, { resume, ...rested(2) }), whole);
  });

  it('can be gone on with from any that it has, by name', async () => {
    const folder = memoryFolder();
    const checkpoint = { storage: folder, every: 1, keep: 99 };
    const whole = await go(folder, { checkpoint });
    expect(stepsIn(folder)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    for (const from of [1, 3, 7, 11])
      expectSameEnding(
        await go(folder, { checkpoint, resume: step(from), ...rested(Math.floor(from / 3)) }),
        whole,
        `${from}`,
      );
    await expect(go(folder, { resume: step(77) })).rejects.toThrow(
      `train: resume is "${step(77)}", needed 'latest' or a checkpoint in memory: ${step(12)}, ${step(11)}`,
    );
    await expect(go(memoryFolder(), { resume: step(77) })).rejects.toThrow('in memory: there is none');
  });

  it('is not mixed with a new run', async () => {
    const folder = memoryFolder();
    await go(folder, { epochs: 1 });
    const before = new Map(folder.files);
    await expect(go(folder)).rejects.toThrow(
      `train: checkpoint.storage, memory, has a run's checkpoints up to ${step(3)}, needed resume: 'latest' to go on with it, or another folder`,
    );
    expect(folder.files).toEqual(before);
  });

  it('takes no step where no more epochs are asked for than are done, and gives what the checkpoint has', async () => {
    const folder = memoryFolder();
    const { weights, result } = await go(folder, { epochs: 3, earlyStopping: undefined });
    for (const epochs of [3, 1]) {
      let steps = 0;
      const again = await go(folder, {
        epochs,
        earlyStopping: undefined,
        resume: 'latest',
        callbacks: { onBatchEnd: () => void steps++ },
      });
      expect(steps).toBe(0);
      expect(again.weights).toEqual(weights);
      expect(again.result).toMatchObject({
        step: 9,
        stopped: 'finished',
        history: (result as Ending['result'] & { history: unknown }).history,
      });
    }
    expect(stepsIn(folder)).toEqual([3, 6, 9]);
  });

  it('begins a run where there is nothing to go on from', async () => {
    expectSameEnding(
      await go(memoryFolder(), { resume: 'latest', ...rested(0) }),
      await go(memoryFolder(), {}),
    );
  });

  it('says what it went on from', async () => {
    const folder = memoryFolder();
    await go(folder, { epochs: 1 });
    const [name, bytes] = [...folder.files][0] as [string, Uint8Array];
    const { arrays, metadata } = readSafetensors(bytes);
    const writtenBy = { ssvae: '0.0.1', tfjs: '4.0.0', backend: 'another' };
    folder.files.set(name, writeSafetensors({ arrays, metadata: { ...(metadata as object), writtenBy } }));
    const model = tinyM2();
    let plan: object = {};
    const result: TrainResult = await train(model, {
      ...options(),
      checkpoint: { storage: folder },
      resume: 'latest',
      callbacks: {
        onTrainBegin(given) {
          plan = given;
        },
      },
    });
    model.dispose();
    const resumed = { from: `memory/${step(3)}`, step: 3, writtenBy, sameBackend: false };
    const passes = { labeled: 1.5, unlabeled: 0.75 };
    expect(plan).toEqual({ epochs: 4, stepsPerEpoch: 3, passes, firstStep: 3, resumed });
    expect(result.resumed).toEqual(resumed);
  });

  it('opens in Python as it is', async (context) => {
    const absence = await pythonAbsence();
    if (absence) context.skip(absence);
    const folder = memoryFolder();
    const { weights } = await go(folder, { epochs: 1, ema: { decay: 0.5 } });
    const bytes = folder.files.get(step(3)) as Uint8Array;
    const found = await readByPython(bytes);
    const { arrays } = readSafetensors(bytes);
    expect(Object.keys(found).sort()).toEqual(Object.keys(arrays).sort());
    for (const [name, { shape, data }] of Object.entries(arrays)) {
      const [pythonShape, , values] = found[name] ?? [];
      expect(pythonShape, name).toEqual(shape);
      expect(values, name).toEqual(Array.from(data));
    }
    for (const prefix of ['model', 'best', 'ema', 'optimizer/first', 'optimizer/second'])
      expect(Object.keys(found).filter((name) => name.startsWith(`${prefix}/`)).length, prefix).toBe(
        Object.keys(weights).length,
      );
    expect(found['split/labeled']).toEqual([[6], 'int32', [0, 1, 2, 3, 4, 5]]);
  });

  it('has the indices of the split', async () => {
    const folder = memoryFolder();
    await go(folder, { epochs: 1 });
    const { arrays } = readSafetensors(folder.files.get(step(3)) as Uint8Array);
    expect(arrays['split/labeled']?.data).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5));
    expect(arrays['split/unlabeled']?.data).toEqual(Int32Array.from({ length: 24 }, (_, i) => 6 + i));
    const other = {
      labeled: Int32Array.of(0, 1, 2, 3, 4, 7),
      unlabeled: Int32Array.from({ length: 24 }, (_, i) => 6 + i),
    };
    await expect(
      go(folder, { resume: true, batches: tinyBatches({ stepsPerEpoch: 3, split: other }) }),
    ).rejects.toThrow('split.labeled[5] is 7 in this run and 5 in the checkpoint, needed the same examples');
  });
});

/** Scores of the epochs that a resumed run has still to end. */
function rested(epochs: number): Partial<TrainOptions<M2>> {
  const scores = SCORES.slice(epochs);
  return {
    validate: async () => ({ score: scores[0] }),
    callbacks: { onEpochEnd: () => void scores.shift() },
  };
}

describe('a checkpoint that cannot be used', () => {
  /** Damage, and what is said of it. */
  type Damage = readonly [
    name: string,
    damage: (noise: Noise, bytes: Uint8Array) => Uint8Array,
    message: RegExp,
  ];

  const changed = (
    bytes: Uint8Array,
    change: (metadata: Record<string, Json>, arrays: Record<string, StoredArray>) => void,
  ): Uint8Array => {
    const { arrays, metadata } = readSafetensors(bytes);
    const [copy, record] = [{ ...arrays }, JSON.parse(JSON.stringify(metadata)) as Record<string, Json>];
    change(record, copy);
    return writeSafetensors({ arrays: copy, metadata: record });
  };
  const ofRun = (metadata: Record<string, Json>): Record<string, Json> => {
    if (!isRecord(metadata.run)) throw new Error('the checkpoint tells no run');
    return metadata.run as Record<string, Json>;
  };
  const nameOf = (noise: Noise, arrays: Record<string, StoredArray>, prefix: string): string => {
    const names = Object.keys(arrays).filter((name) => name.startsWith(prefix));
    return names[below(noise, names.length)] as string;
  };

  const damages: readonly Damage[] = [
    [
      'truncated',
      (noise, bytes) => bytes.slice(0, below(noise, bytes.length)),
      /header|checksum|no ssvae metadata|damaged/,
    ],
    [
      'with a bit flipped',
      (noise, bytes) => {
        const flipped = bytes.slice();
        const at = below(noise, bytes.length);
        flipped[at] = (flipped[at] as number) ^ (1 << below(noise, 8));
        return flipped;
      },
      /header|checksum|no ssvae metadata|damaged/,
    ],
    ['empty', () => new Uint8Array(), /the file is empty \(0 bytes\), needed a checkpoint: remove it/],
    ['of something else', (noise, bytes) => bytes.map(() => below(noise, 256)), /header/],
    [
      'of another version',
      (noise, bytes) =>
        changed(bytes, (metadata) => {
          metadata.format = `ssvae checkpoint ${2 + below(noise, 1000)}`;
        }),
      /the format is "ssvae checkpoint \d+", needed "ssvae checkpoint 1"/,
    ],
    [
      'of another model',
      (noise, bytes) =>
        changed(bytes, (metadata) => {
          ofRun(metadata).spec = { ...(ofRun(metadata).spec as object), latent: 4 + below(noise, 1000) };
        }),
      /spec\.latent is 3 in this run and \d+ in the checkpoint/,
    ],
    [
      'of another shape of a variable',
      (noise, bytes) =>
        changed(bytes, (_, arrays) => {
          const name = nameOf(noise, arrays, 'model/');
          const count = 1000 + below(noise, 1000);
          arrays[name] = { shape: [count], data: new Float32Array(count) };
        }),
      /variable ".*" is \[\d+\] in the file, needed \[/,
    ],
    [
      'without a variable',
      (noise, bytes) =>
        changed(bytes, (_, arrays) => {
          delete arrays[nameOf(noise, arrays, ['model/', 'best/'][below(noise, 2)] as string)];
        }),
      /the file has no variable ".*", needed \[/,
    ],
    [
      'of other data',
      (noise, bytes) =>
        changed(bytes, (metadata) => {
          ofRun(metadata).data = `${String(ofRun(metadata).data)} ${below(noise, 1000)}`;
        }),
      /data is ".*" in this run and ".*" in the checkpoint/,
    ],
    [
      'of another split',
      (noise, bytes) =>
        changed(bytes, (_, arrays) => {
          const data = Int32Array.from(arrays['split/unlabeled']?.data ?? []);
          const at = below(noise, data.length);
          data[at] = (data[at] as number) + 1 + below(noise, 1000);
          arrays['split/unlabeled'] = { shape: [data.length], data };
        }),
      /split\.unlabeled\[\d+\] is \d+ in this run and \d+ in the checkpoint/,
    ],
    [
      'of another seed',
      (noise, bytes) =>
        changed(bytes, (metadata) => {
          ofRun(metadata).noise = { key: [below(noise, 1000), 1], counter: 0 };
        }),
      /noise\.key is .* in this run and .* in the checkpoint/,
    ],
    [
      'of another step than a number',
      (noise, bytes) =>
        changed(bytes, (metadata) => {
          metadata.step = [-1, 0.5, 'six', null, [6], 1e300][below(noise, 6)] as Json;
        }),
      /step is .*, needed a step/,
    ],
  ];

  it('is refused with what is wrong, and the older good one is offered: 240 of them', async () => {
    const folder = memoryFolder();
    const whole = await go(memoryFolder());
    await go(folder, { epochs: 2 });
    const [good, newest] = [folder.files.get(step(3)), folder.files.get(step(6))] as [Uint8Array, Uint8Array];
    const model = tinyM2();
    const before = { weights: await weightsOf(model), alive: alive() };
    for (const [i, [name, damage, message]] of damages.entries()) {
      for (let draw = 0; draw < 20; draw++) {
        const bytes = damage(createNoise(i).split(draw), newest);
        const files = new Map([
          [step(3), good],
          [step(6), bytes],
        ]);
        const error: unknown = await train(model, {
          ...options(),
          checkpoint: { storage: memoryFolder(files) },
          resume: 'latest',
        }).catch((caught: unknown) => caught);
        const which = `${name}, ${draw}: ${String(error)}`;
        expect(error, which).toBeInstanceOf(RangeError);
        const text = (error as Error).message;
        expect(text, which).toMatch(/^resume: memory\/step-000000006\.safetensors: /);
        expect(text, which).toMatch(message);
        expect(text.length, which).toBeLessThan(2000);
        expect(text, which).toMatch(
          /; memory\/step-000000003\.safetensors is whole and of this run: resume: 'step-000000003\.safetensors' goes on from its step 3$/,
        );
        expect(files.size).toBe(2);
      }
    }
    expect({ weights: await weightsOf(model), alive: alive() }).toEqual(before);
    model.dispose();
    folder.files.set(step(6), newest.slice(0, 100));
    expectSameEnding(await go(folder, { resume: step(3), ...rested(1) }), whole);
    expect(stepsIn(folder)).toEqual([6, 9, 12]);
  });

  it('is refused, and it is said where no older one can be used', async () => {
    const folder = memoryFolder();
    await go(folder, { epochs: 2 });
    for (const [name, bytes] of folder.files) folder.files.set(name, bytes.slice(0, -1));
    await expect(go(folder, { resume: 'latest' })).rejects.toThrow(
      /; no older checkpoint in memory can be used$/,
    );
    const other = memoryFolder();
    await go(other, { epochs: 2 });
    await expect(go(other, { resume: 'latest', objective: regularized() })).rejects.toThrow(
      /objective\.entropyPenalty is 0.5 in this run and 0 in the checkpoint, needed the same to go on; a new run needs another place; no older checkpoint/,
    );
  });

  it('is refused where a storage lists it and has no content, or gives something else', async () => {
    const folder = memoryFolder();
    await go(folder, { epochs: 2 });
    const gone = {
      ...folder,
      file: (name: string) => ({
        ...folder.file(name),
        ...(name === step(6) && { read: async () => undefined }),
      }),
    };
    await expect(go(gone, { resume: true })).rejects.toThrow(
      `resume: memory/${step(6)} is listed but has no content, needed a checkpoint; memory/${step(3)} is whole`,
    );
    for (const [content, what] of [
      [null, 'null'],
      [new ArrayBuffer(8), 'ArrayBuffer'],
      ['text', '"text"'],
    ] as const) {
      const wrong = {
        ...folder,
        file: (name: string) => ({ ...folder.file(name), read: async () => content as never }),
      };
      await expect(go(wrong, { resume: true })).rejects.toThrow(
        `resume: memory/${step(6)}: its content is ${what}, needed a Uint8Array`,
      );
    }
  });

  it('that is old and cannot be removed does not end the run', async () => {
    const folder = memoryFolder();
    const stuck = { ...folder, remove: () => Promise.reject(new Error('EPERM')) };
    const { result } = await go(stuck, { checkpoint: { storage: stuck, keep: 1 } });
    expect(result).toMatchObject({ step: 12, stopped: 'finished' });
    expect(stepsIn(folder)).toEqual([3, 6, 9, 12]);
  });
});
