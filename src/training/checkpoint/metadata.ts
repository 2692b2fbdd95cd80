/** The metadata of a checkpoint, which is JSON. */
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
  parse,
} from '../../files/json';
import type { WrittenBy } from './resumed';

/** The format that this version writes and reads. */
export const FORMAT = `${CHECKPOINT} 1`;

/** What the metadata holds. */
export interface Metadata {
  readonly writtenBy: WrittenBy;
  readonly step: number;
  readonly run: Readonly<Record<string, unknown>>;
  readonly updates: Readonly<Record<string, number>>;
  readonly phaseUpdates: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly columns: readonly string[];
  readonly sums: readonly string[];
  readonly best: number | null;
}

/** Whether a value is a list of distinct column names: each costs a pass through all rows. */
const isNames = (value: unknown): value is readonly string[] =>
  isListOf(isLine)(value) && new Set(value).size === value.length && !value.includes('__proto__');

/**
 * Reads the metadata.
 *
 * @param where name of the file, for messages
 * @throws RangeError when it is not a checkpoint's
 */
export const parseMetadata = (where: string, value: Json): Metadata => {
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
