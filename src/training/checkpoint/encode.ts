/** Checkpoints: everything that a run needs to go on as if it had never stopped. */
import { getBackend, version_core as tfjsVersion, tidy } from '@tensorflow/tfjs-core';
import { describe } from '../../core/describe';

import { version } from '../../core/version';
import { assertFormat, CHECKPOINT } from '../../files/fileFormat';
import {
  isCount,
  isLine,
  isListOf,
  isNullOr,
  isRecord,
  isRecordOf,
  isString,
  type Json,
  own,
  parse,
} from '../../files/json';
import { readSafetensors, type StoredArray, writeSafetensors } from '../../files/safetensors';
import { assertFloats, assertStored, assignVariables, readTensors, toTensor } from '../../models/modelFile';
import type { HistoryRow, Sums } from '../history';
import { assertNotDisposed, restoreAll } from '../optimizer/optimizers';
import { assertSameRun, assertSameSplit, isMeasured, type RunIdentity } from './identity';
import type { WrittenBy } from './resumed';
import type { Progress, RunState } from './runState';

const FORMAT = `${CHECKPOINT} 1`;

/** A checkpoint that has been read, and is this run's. */
export interface Checkpoint {
  readonly progress: Progress;
  readonly writtenBy: WrittenBy;
  readonly variables: Readonly<Record<string, StoredArray>>;
  readonly ema: Readonly<Record<string, StoredArray>>;
  /** state of each optimizer of the run */
  readonly optimizers: readonly StoredOptimizer[];
}

/** State of an optimizer as it is stored. */
interface StoredOptimizer {
  readonly tensors: Readonly<Record<string, StoredArray>>;
  readonly counts: Readonly<Record<string, number>>;
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

/** What comes before the names of an optimizer's tensors; the name of a phase has no `/`. */
const prefixOf = (phase: string | undefined): string =>
  phase === undefined ? 'optimizer' : `optimizer.${phase}`;

/**
 * The bytes of a checkpoint.
 *
 * @param state whose tensors are written
 * @param progress of the run
 * @param run what the checkpoint belongs to
 * @throws RangeError when an optimizer has been disposed: its moments would be missing
 */
export async function encodeCheckpoint(
  { model, optimizers, ema }: RunState,
  progress: Progress,
  { split, ...run }: RunIdentity,
): Promise<Uint8Array> {
  assertNotDisposed('train', optimizers);
  const { step, seconds, history, sums, best } = progress;
  const states = optimizers.map(({ phase, optimizer: { state } }) => ({ phase, ...state }));
  const ofPhases = states.flatMap(({ phase, counts }) => (phase === undefined ? [] : [[phase, counts]]));
  const columns = [...new Set(history.flatMap((row) => Object.keys(row)))];
  const arrays: Record<string, StoredArray> = {
    ...prefixed('model', await readTensors(model.variables)),
    ...prefixed('ema', await readTensors(ema?.averages ?? {})),
    ...prefixed('best', best?.variables ?? {}),
    seconds: numbers([seconds]),
  };
  for (const { phase, tensors } of states)
    Object.assign(arrays, prefixed(prefixOf(phase), await readTensors(tensors)));
  for (const [part, data] of Object.entries(split ?? {}))
    arrays[`split/${part}`] = { shape: [data.length], data };
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
  const writtenBy: WrittenBy = { ssvae: version, tfjs: tfjsVersion, backend: getBackend() };
  const metadata: Json = {
    format: FORMAT,
    writtenBy: { ...writtenBy },
    step,
    run: {
      ...run,
      counts: { ...run.counts },
      noise: { ...run.noise },
    },
    updates: states.find(({ phase }) => phase === undefined)?.counts ?? {},
    ...(ofPhases.length > 0 && { phaseUpdates: Object.fromEntries(ofPhases) }),
    columns,
    sums: Object.keys(sums),
    best: best ? best.epoch : null,
  };
  return writeSafetensors({ arrays, metadata });
}

interface Metadata {
  readonly writtenBy: WrittenBy;
  readonly step: number;
  readonly run: Readonly<Record<string, unknown>>;
  readonly updates: Readonly<Record<string, number>>;
  readonly phaseUpdates: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly columns: readonly string[];
  readonly sums: readonly string[];
  readonly best: number | null;
}

/** Whether a value is a list of names of columns, each of which stands once: each costs a look through all rows. */
const isNames = (value: unknown): value is readonly string[] =>
  isListOf(isLine)(value) && new Set(value).size === value.length && !value.includes('__proto__');

const parseMetadata = (where: string, value: Json): Metadata => {
  const {
    format,
    writtenBy,
    step,
    run,
    updates,
    phaseUpdates = {},
    columns,
    sums,
    best,
  } = isRecord(value) ? value : {};
  assertFormat(
    where,
    format,
    FORMAT,
    '; a saved model is read by loadModel, and checkpoints need a place of their own',
  );
  const by = parse(where, 'writtenBy', writtenBy, 'names and versions', isRecordOf(isString));
  const named = (name: keyof WrittenBy): string =>
    parse(where, `writtenBy.${name}`, by[name], 'a name or a version of one line', isLine);
  return {
    writtenBy: { ssvae: named('ssvae'), tfjs: named('tfjs'), backend: named('backend') },
    step: parse(where, 'step', step, 'a step', isCount),
    run: parse(where, 'run', run, 'a record', isRecord),
    updates: parse(where, 'updates', updates, 'counts by name', isRecordOf(isCount)),
    phaseUpdates: parse(
      where,
      'phaseUpdates',
      phaseUpdates,
      'counts by name for each phase',
      isRecordOf(isRecordOf(isCount)),
    ),
    columns: parse(where, 'columns', columns, 'names, each once', isNames),
    sums: parse(where, 'sums', sums, 'names, each once', isNames),
    best: parse(where, 'best', best, 'an epoch or null', isNullOr(isCount)),
  };
};

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Refuses what no checkpoint has: a name that is misread would be left out without a word. */
const assertNames = (
  where: string,
  names: readonly string[],
  { columns, sums, phaseUpdates }: Metadata,
): void => {
  const single = [
    'seconds',
    'best-value',
    ...columns.flatMap((column) => [`history/${column}`, `present/${column}`]),
    ...sums.map((name) => `sums/${name}`),
  ];
  const known = new Set(single);
  const prefixes = new Set([
    'model',
    'ema',
    'best',
    'split',
    ...[undefined, ...Object.keys(phaseUpdates)].map(prefixOf),
  ]);
  const surplus = names.find(
    (name) => !known.has(name) && !(name.includes('/') && prefixes.has(name.slice(0, name.indexOf('/')))),
  );
  if (surplus !== undefined)
    throw new RangeError(`${where}: the file has ${describe(surplus)}, which no checkpoint has`);
};

/** Refuses a history that a run of so many steps does not leave; the last epoch may have yet to be closed. */
const assertEpochs = (
  where: string,
  history: readonly HistoryRow[],
  step: number,
  stepsPerEpoch: number,
): void => {
  const over = Math.floor(step / stepsPerEpoch);
  const closed = history.length === over || (history.length === over - 1 && step % stepsPerEpoch === 0);
  const wrong = history.findIndex((row, i) => row.epoch !== i || row.step !== (i + 1) * stepsPerEpoch);
  if (!closed || wrong >= 0)
    throw new RangeError(
      `${where}: the history has ${closed ? `another epoch in row ${wrong}` : `${history.length} epochs`}, needed the ${over} of ${step} steps, ${stepsPerEpoch} in each`,
    );
};

const parseProgress = (
  where: string,
  arrays: Readonly<Record<string, StoredArray>>,
  { step, columns, sums, best }: Metadata,
  stepsPerEpoch: number,
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
  assertEpochs(where, history, step, stepsPerEpoch);
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
  if (best >= rows)
    throw new RangeError(`${where}: the best epoch is ${best}, needed one of the history's ${rows}`);
  const [value = 0] = numbersOf('best-value', 1);
  return { ...progress, best: { epoch: best, value, variables: withPrefix('best', arrays) } };
};

/**
 * Reads a checkpoint, and changes nothing.
 *
 * @param where name of the file, for messages
 * @param bytes of the file
 * @param state that it is to be put into
 * @param run what the checkpoint must belong to
 * @throws RangeError when the file is damaged, no checkpoint, or another run's
 */
export function parseCheckpoint(
  where: string,
  bytes: Uint8Array,
  { model, optimizers, ema }: RunState,
  { split, earlyStopping, optimizer, phaseOptimizers = {}, ...run }: RunIdentity,
): Checkpoint {
  const { arrays, metadata } = readSafetensors(bytes, where);
  const parsed = parseMetadata(where, metadata);
  assertSameSplit(where, withPrefix('split', arrays), split);
  const found = { phaseOptimizers: {}, ...parsed.run };
  assertSameRun(where, found, { ...run, phaseOptimizers, optimizer });
  const progress = parseProgress(where, arrays, parsed, run.stepsPerEpoch);
  assertNames(where, Object.keys(arrays), parsed);
  // Until an epoch has been measured nothing depends on it: a metric that was misspelt can be put right.
  if (progress.best || isMeasured(progress.history, earlyStopping))
    assertSameRun(where, parsed.run, { earlyStopping });
  const states = optimizers.map(({ phase }) => ({
    tensors: withPrefix(prefixOf(phase), arrays),
    counts: phase === undefined ? parsed.updates : (own(parsed.phaseUpdates, phase) ?? {}),
  }));
  for (const { tensors } of states)
    for (const [name, stored] of Object.entries(tensors))
      assertFloats(where, `moment ${describe(name)}`, stored);
  const [variables, averages] = [withPrefix('model', arrays), withPrefix('ema', arrays)];
  assertStored(where, model.variables, variables);
  assertStored(`${where}: ema`, ema ? model.variables : {}, averages);
  if (progress.best) assertStored(where, model.variables, progress.best.variables);
  return {
    progress,
    writtenBy: parsed.writtenBy,
    variables,
    ema: averages,
    optimizers: states,
  };
}

/**
 * Puts a checkpoint in place: variables, their average, optimizers.
 *
 * @param where name of the file, for messages
 * @param checkpoint of {@link parseCheckpoint}
 * @param state that it was parsed for
 * @throws RangeError when an optimizer cannot use its part; nothing has then been changed
 */
export function applyCheckpoint(
  where: string,
  { variables, ema: averages, optimizers: stored }: Checkpoint,
  { model, optimizers, ema }: RunState,
): void {
  tidy(() => {
    const states = stored.map(({ tensors, counts }) => ({
      tensors: Object.fromEntries(Object.entries(tensors).map(([name, array]) => [name, toTensor(array)])),
      counts,
    }));
    restoreAll(optimizers, states);
  });
  assignVariables(where, model.variables, variables);
  if (ema) assignVariables(where, ema.averages, averages);
}
