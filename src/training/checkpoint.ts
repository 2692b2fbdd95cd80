/** Checkpoints: everything that a run needs to go on as if it had never stopped. */
import { tidy } from '@tensorflow/tfjs-core';
import {
  canonical,
  isCount,
  isListOf,
  isNullOr,
  isRecord,
  isRecordOf,
  isString,
  type Json,
  parse,
} from '../core/json';
import type { NoiseState } from '../core/noise';
import { readSafetensors, type StoredArray, writeSafetensors } from '../core/safetensors';
import { describe } from '../core/shape';
import type { Storage } from '../core/storage';
import type { Model } from '../models/model';
import { assertStored, assignVariables, readTensors, toTensor } from '../models/modelFile';
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

/** What a checkpoint must agree with, to be this run's; each is compared whatever the order of its keys. */
export interface RunIdentity {
  readonly spec: Json;
  readonly counts: { readonly labeled: number; readonly unlabeled: number };
  readonly stepsPerEpoch: number;
  /** of the batch source, where it has one: seed, split and order of the data */
  readonly data: string;
  readonly noise: NoiseState;
  /** settings of the objective, where it tells them */
  readonly objective: Json;
  /** settings of the optimizer, where it tells them */
  readonly optimizer: Json;
  /** weights of the loss's parts */
  readonly loss: Json;
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
  const metadata: Json = {
    format: FORMAT,
    step,
    run: {
      ...run,
      counts: { ...run.counts },
      noise: { ...run.noise },
    },
    updates: counts,
    columns,
    sums: Object.keys(sums),
    best: best ? best.epoch : null,
  };
  await storage.write(writeSafetensors({ arrays, metadata }));
}

interface Metadata {
  readonly step: number;
  readonly run: Readonly<Record<string, unknown>>;
  readonly updates: Readonly<Record<string, number>>;
  readonly columns: readonly string[];
  readonly sums: readonly string[];
  readonly best: number | null;
}

const parseMetadata = (where: string, value: Json): Metadata => {
  const { format, step, run, updates, columns, sums, best } = isRecord(value) ? value : {};
  if (format !== FORMAT)
    throw new RangeError(`${where}: the format is ${describe(format)}, needed "${FORMAT}"`);
  return {
    step: parse(where, 'step', step, 'a step', isCount),
    run: parse(where, 'run', run, 'a record', isRecord),
    updates: parse(where, 'updates', updates, 'counts by name', isRecordOf(isCount)),
    columns: parse(where, 'columns', columns, 'names', isListOf(isString)),
    sums: parse(where, 'sums', sums, 'names', isListOf(isString)),
    best: parse(where, 'best', best, 'an epoch or null', isNullOr(isCount)),
  };
};

const assertSameRun = (where: string, found: Metadata['run'], run: RunIdentity): void => {
  for (const [key, value] of Object.entries(run)) {
    const [there, here] = [canonical(found[key]), canonical(value)];
    if (there !== here) {
      throw new RangeError(
        `${where}: ${key} is ${here} in this run and ${there} in the checkpoint, needed the same to go on; without resume a run begins anew`,
      );
    }
  }
};

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const parseProgress = (
  where: string,
  arrays: Readonly<Record<string, StoredArray>>,
  { step, columns, sums, best }: Metadata,
): Progress => {
  const numbersOf = (name: string, count: number): readonly number[] => {
    const { data } = arrays[name] ?? {};
    if (data?.length !== count)
      throw new RangeError(
        `${where}: ${describe(name)} has ${data?.length ?? 'no'} numbers, needed ${count}`,
      );
    return Array.from(data);
  };
  const rows = arrays[`history/${columns[0]}`]?.data.length ?? 0;
  const history: Writable<HistoryRow>[] = Array.from({ length: rows }, () => ({
    epoch: 0,
    step: 0,
    seconds: 0,
  }));
  for (const column of columns) {
    const [values, present] = [numbersOf(`history/${column}`, rows), numbersOf(`present/${column}`, rows)];
    for (const [i, row] of history.entries()) if (present[i] === 1) row[column] = values[i] as number;
  }
  const [seconds = 0] = numbersOf('seconds', 1);
  const sumOf = (name: string): Sums[string] => {
    const [sum = 0, count = 0] = numbersOf(`sums/${name}`, 2);
    return { sum, count };
  };
  const progress = {
    step,
    seconds,
    history,
    sums: Object.fromEntries(sums.map((name) => [name, sumOf(name)])),
  };
  if (best === null) return progress;
  const [value = 0] = numbersOf('best-value', 1);
  return { ...progress, best: { epoch: best, value, variables: withPrefix('best', arrays) } };
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
  const parsed = parseMetadata(where, metadata);
  assertSameRun(where, parsed.run, run);
  const progress = parseProgress(where, arrays, parsed);
  const variables = withPrefix('model', arrays);
  assertStored(where, model.variables, variables);
  if (progress.best) assertStored(where, model.variables, progress.best.variables);
  tidy(() => {
    const moments = Object.entries(withPrefix('optimizer', arrays));
    const tensors = Object.fromEntries(moments.map(([name, stored]) => [name, toTensor(stored)]));
    optimizer.restore({ tensors, counts: parsed.updates });
  });
  assignVariables(where, model.variables, variables);
  return progress;
}
