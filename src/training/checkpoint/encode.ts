/** Encodes checkpoints: everything that a run needs to continue as if it had never stopped. */
import { getBackend, version_core as tfjsVersion } from '@tensorflow/tfjs-core';
import { version } from '../../core/version';
import type { Json } from '../../files/json';
import { type StoredArray, writeSafetensors } from '../../files/safetensors';
import { readTensors } from '../../models/modelFile';
import { assertNotDisposed } from '../optimizer/optimizers';
import { prefixed, prefixOf } from './arrayNames';
import { type RunIdentity, trainableIn } from './identity';
import { FORMAT, parseMetadata } from './metadata';
import type { WrittenBy } from './resumed';
import type { Progress, RunState } from './runState';

// Numbers that may be NaN or infinite are written as arrays, because JSON cannot hold them.
const numbers = (values: readonly number[]): StoredArray => ({
  shape: [values.length],
  data: Float64Array.from(values),
});

/**
 * The bytes of a checkpoint.
 *
 * @param state whose tensors are written
 * @param progress of the run
 * @param run identity of the run
 * @throws RangeError when an optimizer has been disposed: its moments would be missing; or its counts are none
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
  // A mask marks the columns that a row lacks, because NaN is a valid value.
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
      trainable: trainableIn(model),
      counts: { ...run.counts },
      noise: { ...run.noise },
    },
    updates: states.find(({ phase }) => phase === undefined)?.counts ?? {},
    ...(ofPhases.length > 0 && { phaseUpdates: Object.fromEntries(ofPhases) }),
    columns,
    sums: Object.keys(sums),
    best: best ? best.epoch : null,
  };
  // What no run could resume from, such as an optimizer's count of 0.5, is refused before it is written.
  parseMetadata('train: the checkpoint', metadata);
  return writeSafetensors({ arrays, metadata });
}
