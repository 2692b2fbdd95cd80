/** Rows of numbers in a file, block by block. */
import { basename } from 'node:path';
import { assertInteger } from '../../core/assert';
import { BYTE_MEANINGS, type ByteMeaning } from '../../core/byteValues';
import { describe, oneLine } from '../../core/describe';
import { readInputs } from '../../core/inputs/readers';
import { type InputSpec, shapeOfInput } from '../../core/inputs/registry';
import { checked, integersFrom, number, oneOf, optional, readOptions, text } from '../../core/options';
import { sizeOf } from '../../core/shape';
import { idxHeader } from '../../data/idx';
import { inputRule } from '../../data/ownData';
import type { Blocks } from '../../data/stream/blocks';
import { absolute } from '../file';
import { type FileState, readRange, stateOf } from './fileRange';

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

/** Refuses a file whose first bytes say that it is of another format: rows would be read from its header. */
async function assertBareRows(path: string, place: string, then: FileState, offset: number): Promise<void> {
  const named = `${WHERE}: ${oneLine(path, 200)}`;
  if (/\.t?gz$/i.test(path))
    throw new RangeError(`${named} is compressed by gzip by its name, needed bare rows: unpack it first`);
  const head = await readRange(WHERE, place, then, 0, Math.min(16, then.size));
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (offset < 10 && head.length >= 12 && String.fromCharCode(...head.subarray(1, 6)) === 'NUMPY') {
    const first = head[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
    throw new RangeError(
      `${named} is a file of NumPy, whose rows begin behind a header: needed the option offset: ${first}`,
    );
  }
  const rank = head[3] as number;
  if (offset > 0 || head.length < 16 || view.getUint16(0) !== 0 || rank < 1 || rank > 3) return;
  const { length, shape } = idxHeader(head, rank);
  if (head[2] === 8 && length + sizeOf(shape) === then.size)
    throw new RangeError(
      `${named} is a file of IDX, whose rows begin behind a header: needed the option offset: ${length}`,
    );
}

/**
 * Rows of numbers that lie one after another in a file, for `streamBatches`.
 *
 * The file is read by parts and never as a whole. It must stay as it is: a file that changes or vanishes while a run reads it
 * raises an error with its name.
 *
 * @param path of the file
 * @param options shape and type of a row; bytes before the first; rows of a block
 * @returns blocks
 * @throws Error when the file cannot be read; RangeError when it does not divide into rows, is compressed, or begins with a header
 *   of NumPy or IDX: `offset` passes it over
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
  await assertBareRows(path, place, then, offset);
  const width = sizeOf(shape);
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
