/** The metadata of a checkpoint, which is JSON. */
import { describe, oneLine } from '../../core/describe';
import { assertFormat, CHECKPOINT } from '../../files/fileFormat';
import {
  isCount,
  isLine,
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

/** A part of a batch, a phase and a term make a column, and no longer one is written. */
const LONGEST_COLUMN = 300;

const isColumn = (value: unknown): value is string =>
  isString(value) && value === oneLine(value, LONGEST_COLUMN) && value !== '__proto__';

/** A list of distinct column names: each costs a pass through all rows. */
const parseNames = (where: string, name: string, value: unknown): readonly string[] => {
  const names = parse(where, name, value, 'a list of names', Array.isArray) as readonly unknown[];
  const seen = new Set<unknown>();
  for (const [i, column] of names.entries()) {
    parse(where, `${name}[${i}]`, column, 'a name without control characters and line breaks', isColumn);
    if (seen.has(column))
      throw new RangeError(`${where}: ${name}[${i}] is ${describe(column)} again, needed each name once`);
    seen.add(column);
  }
  return names as readonly string[];
};

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
    columns: parseNames(where, 'columns', columns),
    sums: parseNames(where, 'sums', sums),
    best: parse(where, 'best', best, 'an epoch or null', isNullOr(isCount)),
  };
};
