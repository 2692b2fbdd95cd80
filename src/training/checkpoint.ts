/** Checkpoints: everything that a run needs to go on as if it had never stopped. */
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import type { Json } from '../core/json';
import type { NoiseState } from '../core/noise';
import { readSafetensors, type StoredArray, writeSafetensors } from '../core/safetensors';
import { describe } from '../core/shape';
import type { Storage } from '../core/storage';
import type { Model } from '../models/model';
import { assignVariables, readTensors } from '../models/modelFile';
import type { Optimizer } from './adam';
import type { HistoryRow, Sums } from './history';

const FORMAT = 'ssvae checkpoint 1';

/** The best epoch so far, and its weights. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
  readonly variables: Readonly<Record<string, StoredArray>>;
}

/** The part of a run's state that is not in the model and not in the optimizer. */
export interface Progress {
  /** the next step */
  readonly step: number;
  /** time spent, in seconds */
  readonly seconds: number;
  readonly history: readonly HistoryRow[];
  /** sums of the epoch under way */
  readonly sums: Sums;
  readonly best?: Best;
}

/** What a checkpoint must agree with, to be this run's. */
export interface RunIdentity {
  readonly noise: NoiseState;
  readonly stepsPerEpoch: number;
  readonly counts: { readonly labeled: number; readonly unlabeled: number };
  /** of the batch source, where it has one: seed, split and order of the data */
  readonly data: string;
  readonly spec: Json;
}

// Numbers that may be NaN or infinite stand in arrays, which JSON could not hold.
const numbers = (values: readonly number[]): StoredArray => ({
  shape: [values.length],
  data: Float64Array.from(values),
});

const prefixed = (
  prefix: string,
  arrays: Readonly<Record<string, StoredArray>>,
): Record<string, StoredArray> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

const withPrefix = (
  prefix: string,
  arrays: Readonly<Record<string, StoredArray>>,
): Record<string, StoredArray> =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), array]] : [],
    ),
  );

/**
 * Writes a checkpoint.
 *
 * @param storage where to
 * @param model whose variables are written
 * @param optimizer whose state is written
 * @param progress of the run
 * @param run what the checkpoint belongs to
 */
export async function writeCheckpoint(
  storage: Storage,
  model: Model,
  optimizer: Optimizer,
  progress: Progress,
  run: RunIdentity,
): Promise<void> {
  const { step, seconds, history, sums, best } = progress;
  const { tensors, counts } = optimizer.state;
  const columns = [...new Set(history.flatMap((row) => Object.keys(row)))];
  const arrays: Record<string, StoredArray> = {
    ...prefixed('model', await readTensors(model.variables)),
    ...prefixed('optimizer', await readTensors(tensors)),
    ...prefixed('best', best?.variables ?? {}),
    seconds: numbers([seconds]),
  };
  // A column that a row lacks is marked in a mask: NaN is a value of its own.
  for (const column of columns) {
    arrays[`history/${column}`] = numbers(history.map((row) => row[column] ?? 0));
    arrays[`present/${column}`] = {
      shape: [history.length],
      data: Uint8Array.from(history, (row) => (column in row ? 1 : 0)),
    };
  }
  for (const [name, { sum, count }] of Object.entries(sums)) arrays[`sums/${name}`] = numbers([sum, count]);
  if (best) arrays['best-value'] = numbers([best.value]);
  const metadata = {
    format: FORMAT,
    step,
    run: { ...run },
    updates: counts,
    columns,
    sums: Object.keys(sums),
    best: best ? best.epoch : null,
  };
  await storage.write(writeSafetensors({ arrays, metadata: metadata as unknown as Json }));
}

interface Metadata {
  readonly format: string;
  readonly step: number;
  readonly run: RunIdentity;
  readonly updates: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  readonly sums: readonly string[];
  readonly best: number | null;
}

const assertSameRun = (where: string, found: RunIdentity, run: RunIdentity): void => {
  for (const key of ['spec', 'counts', 'stepsPerEpoch', 'data', 'noise'] as const) {
    const [there, here] = [JSON.stringify(found?.[key]), JSON.stringify(run[key])];
    if (there !== here) {
      throw new RangeError(
        `${where}: ${key} is ${here} in this run and ${there} in the checkpoint, needed the same to go on`,
      );
    }
  }
};

/**
 * Puts a checkpoint in place: variables, optimizer, and what the run has seen.
 *
 * @param storage where from
 * @param model whose variables are set
 * @param optimizer whose state is set
 * @param run what the checkpoint must belong to
 * @returns the progress, or `undefined` where there is no checkpoint
 * @throws RangeError when the file is damaged, no checkpoint, or another run's; nothing has then been changed
 */
export async function readCheckpoint(
  storage: Storage,
  model: Model,
  optimizer: Optimizer,
  run: RunIdentity,
): Promise<Progress | undefined> {
  const bytes = await storage.read();
  if (bytes === undefined) return undefined;
  const where = `resume: ${storage.name}`;
  const { arrays, metadata } = readSafetensors(bytes, where);
  const { format, step, run: found, updates, columns, sums, best } = metadata as unknown as Metadata;
  if (format !== FORMAT)
    throw new RangeError(`${where}: the format is ${describe(format)}, needed "${FORMAT}"`);
  assertSameRun(where, found, run);
  assignVariables(where, model.variables, withPrefix('model', arrays));
  tidy(() => {
    const moments: Record<string, Tensor> = {};
    for (const [name, { shape, data }] of Object.entries(withPrefix('optimizer', arrays))) {
      moments[name] = tensor(data as Float32Array, [...shape], 'float32');
    }
    optimizer.restore({ tensors: moments, counts: updates });
  });
  const value = (name: string, i: number): number => arrays[name]?.data[i] as number;
  const rows = columns[0] === undefined ? 0 : (arrays[`history/${columns[0]}`]?.data.length ?? 0);
  const history = Array.from({ length: rows }, (_, i) =>
    Object.fromEntries(
      columns
        .filter((column) => value(`present/${column}`, i) === 1)
        .map((column) => [column, value(`history/${column}`, i)]),
    ),
  );
  return {
    step,
    seconds: value('seconds', 0),
    history,
    sums: Object.fromEntries(
      sums.map((name) => [name, { sum: value(`sums/${name}`, 0), count: value(`sums/${name}`, 1) }]),
    ),
    ...(best !== null && {
      best: { epoch: best, value: value('best-value', 0), variables: withPrefix('best', arrays) },
    }),
  };
}
