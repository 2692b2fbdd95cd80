/** Lines of a text file, such as CSV or JSON lines, block by block. */
import { basename } from 'node:path';
import { oneLine } from '../../core/describe';
import { readInputs } from '../../core/inputs/readers';
import { type InputSpec, parseInput, shapeOfInput } from '../../core/inputs/registry';
import { messageOf } from '../../core/messageOf';
import {
  callable,
  flag,
  integersFrom,
  number,
  optional,
  readOptions,
  text,
  unchecked,
} from '../../core/options';
import { type ColumnsOptions, columns } from '../../data/columns';
import { assertFittedAlone, type OwnDataset } from '../../data/ownData';
import type { OwnBlocks } from '../../data/stream/blocks';
import { absolute } from '../file';
import { readRange, stateOf } from './fileRange';
import { scanLines } from './scanLines';

/** Turns lines into rows, one for each line: records of cells by column, or texts where `input` reads texts. */
export type ParseLines = (
  lines: readonly string[],
  header: string,
) => readonly (object | string)[] | Promise<readonly (object | string)[]>;

/** How a text file is read. */
export interface LineBlocksOptions extends Pick<ColumnsOptions, 'types' | 'missing'> {
  /** turns lines into rows; `header` is the first line, or empty */
  readonly parse: ParseLines;
  /** whether the first line names the columns; default `false` */
  readonly header?: boolean;
  /** bytes of a block; default 4 MiB. Parsed rows take about ten times as much until they are numbers */
  readonly bytesPerBlock?: number;
  /**
   * how another data set or a model reads its inputs, `input` of either. Default: columns are fitted to the rows of up to four
   * blocks, spread over the file
   */
  readonly input?: InputSpec;
  /** names the data for exact resume; default: size and time of the file */
  readonly version?: string;
}

const WHERE = 'lineBlocks';

/** How columns are read, by the first rows of a file. */
function fittedTo(
  file: string,
  rows: readonly object[],
  { types, missing }: Pick<LineBlocksOptions, 'types' | 'missing'>,
): Pick<OwnDataset, 'input' | 'notes'> {
  try {
    return columns(rows, { ...(types && { types }), ...(missing && { missing }) });
  } catch (cause) {
    const said = messageOf(cause).replace(/^columns: /, '');
    throw new RangeError(`${WHERE}: ${file}, of which ${rows.length} rows are read first: ${said}`, {
      cause,
    });
  }
}

/** Blocks that columns are fitted to. */
const SAMPLED = 4;

/**
 * Rows of a text file with a row on each line, such as CSV or JSON lines, for `streamBatches`. Lines are read by byte ranges, and
 * your parser makes rows of them.
 *
 * The file is UTF-8. It is looked through once, to count its lines, and never held as a whole. A line break inside a quoted cell ends the
 * line. Empty lines are passed over. The file must stay as it is: one that changes or vanishes while a run reads it raises an
 * error with its name.
 *
 * Give `input` of the result to `columns` when you read the labeled rows: both are then read in the same way. A column of labels
 * in the file needs `types: { name: 'ignore' }`.
 *
 * @param path of the file
 * @param options parser; whether there is a header; types of columns
 * @returns blocks, with `input` and `notes`
 * @throws Error when the file cannot be read; RangeError when it is not UTF-8, has no rows or a line of more than 64 MiB, or the parser fails or gives another number of rows
 * @example await lineBlocks('rows.jsonl', { parse: (lines) => lines.map((line) => JSON.parse(line)) })
 */
export async function lineBlocks(path: string, options: LineBlocksOptions): Promise<OwnBlocks> {
  const {
    parse,
    header: hasHeader,
    bytesPerBlock,
    input: given,
    version,
    ...fitting
  } = readOptions(WHERE, options, {
    parse: callable<ParseLines>(),
    header: flag(false),
    bytesPerBlock: number(integersFrom(1, 2 ** 28), 2 ** 22),
    input: optional<InputSpec>((where, _, value) => parseInput(where, value)),
    types: optional(unchecked<NonNullable<ColumnsOptions['types']>>()),
    missing: optional(unchecked<NonNullable<ColumnsOptions['missing']>>()),
    version: optional(text()),
  });
  assertFittedAlone(WHERE, options, ['types', 'missing']);
  const file = oneLine(text()(WHERE, 'path', path), 200);
  const place = absolute(WHERE, path);
  const then = await stateOf(WHERE, place);
  const plan = await scanLines(`${WHERE}: ${file}`, place, hasHeader, bytesPerBlock);
  const { starts, sizes } = plan;
  if (sizes.length === 0)
    throw new RangeError(
      `${WHERE}: ${file} has no rows, needed at least one line${hasHeader ? ' after the header' : ''}`,
    );
  const decode = async (from: number, to: number): Promise<string[]> =>
    new TextDecoder()
      .decode(await readRange(WHERE, place, then, from, to))
      .split(/\r?\n/)
      .filter((line) => line !== '' && line !== '\r');
  const header = (await decode(0, plan.header))[0] ?? '';

  const rowsOf = async (block: number): Promise<readonly (object | string)[]> => {
    const lines = await decode(starts[block] as number, starts[block + 1] as number);
    const first = sizes.slice(0, block).reduce((sum, size) => sum + size, 0);
    const place = `rows ${first} to ${first + lines.length - 1} of ${file}`;
    let rows: readonly (object | string)[];
    try {
      rows = await parse(lines, header);
    } catch (cause) {
      throw new RangeError(
        `${WHERE}: parse fails on ${place}: ${oneLine(messageOf(cause))}; needed a row for each line`,
        { cause },
      );
    }
    if (!Array.isArray(rows) || rows.length !== lines.length)
      throw new RangeError(
        `${WHERE}: parse gives ${Array.isArray(rows) ? `${rows.length} rows` : 'no array'} for ${place}, needed ${lines.length}, one for each line`,
      );
    return rows;
  };

  const fitted = async (): Promise<Pick<OwnDataset, 'input' | 'notes'>> => {
    const count = Math.min(SAMPLED, sizes.length);
    const rows: object[] = [];
    for (let i = 0; i < count; i++) {
      const block = count === 1 ? 0 : Math.round((i * (sizes.length - 1)) / (count - 1));
      for (const row of await rowsOf(block)) rows.push(row as object);
    }
    return fittedTo(file, rows, fitting);
  };
  const { input, notes } = given ? { input: given, notes: [] } : await fitted();
  return {
    name: basename(path),
    shape: shapeOfInput(input),
    sizes,
    input,
    notes,
    identity: version ?? `${then.size} ${then.mtimeMs}`,
    async read(block) {
      return readInputs(WHERE, `block ${block} of ${file}`, input, await rowsOf(block));
    },
  };
}
