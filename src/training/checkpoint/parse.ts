/** Parses checkpoints, and refuses those that are damaged or of another run. */
import { describe } from '../../core/describe';
import { own } from '../../files/json';
import { readSafetensors, type StoredArray } from '../../files/safetensors';
import { completeSpec } from '../../models/fileSpec';
import { assertFloats, assertStored } from '../../models/modelFile';
import { prefixOf, withPrefix } from './arrayNames';
import { assertSameRun, assertSameSplit, isMeasured, type RunIdentity, trainableIn } from './identity';
import { type Metadata, parseMetadata } from './metadata';
import { parseProgress } from './parseProgress';
import type { WrittenBy } from './resumed';
import type { Progress, RunState } from './runState';

/** A parsed checkpoint of this run. */
export interface Checkpoint {
  readonly progress: Progress;
  readonly writtenBy: WrittenBy;
  readonly variables: Readonly<Record<string, StoredArray>>;
  readonly ema: Readonly<Record<string, StoredArray>>;
  /** state of each optimizer of the run */
  readonly optimizers: readonly StoredOptimizer[];
}

/** Stored state of an optimizer. */
interface StoredOptimizer {
  readonly tensors: Readonly<Record<string, StoredArray>>;
  readonly counts: Readonly<Record<string, number>>;
}

/** Refuses unknown arrays: a misread name would be ignored silently. */
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

/**
 * Parses a checkpoint, and changes nothing.
 *
 * @param where name of the file, for messages
 * @param bytes of the file
 * @param state that it will be restored to
 * @param run identity that the checkpoint must have
 * @throws RangeError when the file is damaged, not a checkpoint, or of another run
 */
export function parseCheckpoint(
  where: string,
  bytes: Uint8Array,
  { model, optimizers, ema }: RunState,
  { split, earlyStopping, optimizer, phaseOptimizers = {}, nets, ...run }: RunIdentity,
): Checkpoint {
  const { arrays, metadata } = readSafetensors(bytes, where);
  const parsed = parseMetadata(where, metadata);
  assertSameSplit(where, withPrefix('split', arrays), split);
  const found = { phaseOptimizers: {}, ...parsed.run, spec: completeSpec(own(parsed.run, 'spec')) };
  assertSameRun(where, found, { ...run, phaseOptimizers, optimizer });
  // Older checkpoints and models of your own may lack the layers; older checkpoints lack what is trainable.
  if (nets !== undefined && Object.hasOwn(found, 'nets')) assertSameRun(where, found, { nets });
  const trainable = trainableIn(model);
  if (Object.hasOwn(found, 'trainable')) assertSameRun(where, found, { trainable });
  const progress = parseProgress(where, arrays, parsed, run.stepsPerEpoch);
  assertNames(where, Object.keys(arrays), parsed);
  // Nothing depends on the monitored column before it is measured, so a misspelled one can be corrected.
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
