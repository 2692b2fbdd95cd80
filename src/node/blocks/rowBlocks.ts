/** Rows of numbers in a file, block by block. */
import { basename } from 'node:path';
import { assertInteger } from '../../core/assert';
import { BYTE_MEANINGS, type ByteMeaning } from '../../core/byteValues';
import { describe, oneLine } from '../../core/describe';
import { readInputs } from '../../core/inputs/readers';
import { type InputSpec, shapeOfInput } from '../../core/inputs/registry';
import { checked, integersFrom, number, oneOf, optional, readOptions, text } from '../../core/options';
import { sizeOf } from '../../core/shape';
import { inputRule } from '../../data/ownData';
import type { Blocks } from '../../data/stream/blocks';
import { absolute } from '../file';
import { assertBareRows, assertFloats } from './bareRows';
import { readRange, stateOf } from './fileRange';

/** How a file of rows is read. */
export interface RowBlocksOptions {
  /** shape of one row, such as [28, 28, 1] or [768] */
  readonly shape: readonly number[];
  /** what the file holds: bytes, or numbers of 32 bits, little-endian */
  readonly type: 'uint8' | 'float32';
  /** what a byte stands for; default `'unit'`, value / 255 */
  readonly bytes?: ByteMeaning;
  /** bytes before the first row, such as a header; default 0 */
  readonly offset?: number;
  /** rows of a block; default: as many as 16 MiB hold */
  readonly rowsPerBlock?: number;
  /** how a data set of `vectors` or a model reads its inputs, `input` of either: rows are then read so. Default: as they are */
  readonly input?: InputSpec;
  /** names the data for exact resume; default: size and time of the file */
  readonly version?: string;
}

const WHERE = 'rowBlocks';

/** Bytes of a block, about. */
const BLOCK_BYTES = 2 ** 24;

const shapeRule = checked<readonly number[]>((where, name, shape) => {
  if (!Array.isArray(shape))
    throw new TypeError(
      `${where}: ${name} is ${describe(shape)}, needed the shape of one row, e.g. [28, 28, 1]`,
    );
  for (const [axis, size] of shape.entries()) assertInteger(where, `${name}[${axis}]`, size);
});

/**
 * Rows of numbers that lie one after another in a file, for `streamBatches`.
 *
 * The file is read by parts and never as a whole. It must stay as it is: a file that changes or vanishes while a run reads it
 * raises an error with its name.
 *
 * @param path of the file
 * @param options shape and type of a row; bytes before the first; rows of a block
 * @returns blocks
 * @throws Error when the file cannot be read; RangeError when it does not divide into rows, is compressed or of another format by
 *   its first bytes, begins with a header of NumPy or IDX (`offset` passes it over; a header of NumPy that says another type, order
 *   or row is refused), or its first numbers are a text, integers or float64 where float32 is asked for. Float16, and integers of nine digits and more, are not noticed
 * @example await rowBlocks('embeddings.f32', { shape: [768], type: 'float32' })
 */
export async function rowBlocks(path: string, options: RowBlocksOptions): Promise<Blocks> {
  const { shape, type, bytes, offset, rowsPerBlock, input, version } = readOptions(WHERE, options, {
    shape: shapeRule,
    type: oneOf(['uint8', 'float32']),
    bytes: optional(oneOf(BYTE_MEANINGS)),
    offset: number(integersFrom(0), 0),
    rowsPerBlock: optional(number(integersFrom(1))),
    input: inputRule('vectors'),
    version: optional(text()),
  });
  const place = absolute(WHERE, text()(WHERE, 'path', path));
  const then = await stateOf(WHERE, place);
  const width = sizeOf(shape);
  await assertBareRows(path, place, then, offset, { type, width });
  const rowBytes = width * (type === 'uint8' ? 1 : 4);
  const count = (then.size - offset) / rowBytes;
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(
      `${WHERE}: ${oneLine(path, 200)} has ${then.size} bytes, needed ${offset ? `${offset} and ` : ''}a multiple of ${rowBytes}, the bytes of a row`,
    );
  if (input && input.mean.length !== width)
    throw new RangeError(
      `${WHERE}: shape has ${width} numbers, needed ${input.mean.length}, as input reads vectors`,
    );
  const rows = Math.min(count, rowsPerBlock ?? Math.max(1, Math.floor(BLOCK_BYTES / rowBytes)));
  if (type === 'float32') await assertFloats(path, place, then, offset, width);
  const sizes = Array.from({ length: Math.ceil(count / rows) }, (_, block) =>
    Math.min(rows, count - block * rows),
  );
  return {
    name: basename(path),
    shape: input ? shapeOfInput(input) : shape,
    sizes,
    ...(type === 'uint8' && !input && { bytes: bytes ?? 'unit' }),
    ...(input && { input }),
    identity: [version ?? `${then.size} ${then.mtimeMs}`, type, offset].join(' '),
    async read(block) {
      const from = offset + block * rows * rowBytes;
      const read = await readRange(WHERE, place, then, from, from + (sizes[block] as number) * rowBytes);
      const values = type === 'uint8' ? read : new Float32Array(read.buffer);
      return input ? readInputs(WHERE, oneLine(path, 200), input, { values, width }) : { x: values };
    },
  };
}
