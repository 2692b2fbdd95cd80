/** Whether a file holds bare rows: what its first bytes and its first numbers say. */
import { describe, oneLine } from '../../core/describe';
import { sizeOf } from '../../core/shape';
import { idxHeader } from '../../data/idx';
import { type FileState, readRange } from './fileRange';

const WHERE = 'rowBlocks';

/** How files of other formats begin, or what they have at a later byte. */
const BEGINNINGS: readonly (readonly [format: string, bytes: readonly number[], at?: number])[] = [
  ['gzip', [0x1f, 0x8b, 0x08]],
  ['zip (.npz, .pt)', [0x50, 0x4b, 0x03, 0x04]],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a]],
  ['bzip2', [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41, 0x59]],
  ['Parquet', [0x50, 0x41, 0x52, 0x31]],
  ['HDF5', [0x89, 0x48, 0x44, 0x46]],
  ['PNG', [0x89, 0x50, 0x4e, 0x47]],
  ['JPEG', [0xff, 0xd8, 0xff]],
  ['GIF', [0x47, 0x49, 0x46, 0x38]],
  ['WebP', [0x57, 0x45, 0x42, 0x50], 8],
  ['PDF', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['Arrow', [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]],
  ['SQLite', [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20]],
  ['7-Zip', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]],
  ['RAR', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]],
  ['tar', [0x75, 0x73, 0x74, 0x61, 0x72], 257],
  // The length of its header, below 16 MB, and the header.
  ['safetensors', [0, 0, 0, 0, 0, 0x7b], 3],
];

/** Bytes that show the format: a header of NumPy is of 118 as a rule. */
const LONGEST_HEAD = 1024;

/** Bits of integers and of bytes, read as float32, are below it; numbers of data are not. */
const SMALLEST = 1e-35;

/** Numbers of one kind of data do not lie on both sides of these; the halves of a float64 do. */
const [SMALL, LARGE] = [1e-15, 1e15];

/** Numbers looked at. */
const LOOKED_AT = 4096;

/** Fewer numbers say nothing. */
const FEWEST = 16;

const isText = (byte: number): boolean =>
  (byte >= 32 && byte < 127) || byte === 9 || byte === 10 || byte === 13;

/** What the numbers of a file are, where they are hardly float32. */
function otherType(bytes: Uint8Array, width: number): string | undefined {
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const others = values.filter((value) => value !== 0);
  const shareOf = (is: (value: number) => boolean): number => others.filter(is).length / others.length;
  if (others.length < FEWEST) return undefined;
  if (bytes.every(isText)) return 'is a text';
  if (shareOf((value) => Math.abs(value) < SMALLEST) > 0.5) return 'holds integers or bytes';
  const small = shareOf((value) => Math.abs(value) < SMALL);
  if (small > 0.1 && shareOf((value) => !(Math.abs(value) <= LARGE)) > 0.1)
    return 'holds numbers of another type';
  // The lower half of a float64 with few digits is 0. In rows of two, a column may be.
  const isLowerHalf = values.every((value, i) => i % 2 === 1 || value === 0);
  return isLowerHalf && width !== 2 ? 'has 0 in every second place, as float64 has,' : undefined;
}

/** A row as the caller has it. */
interface Row {
  readonly type: 'uint8' | 'float32';
  readonly width: number;
}

/** The types of NumPy that are read as such. */
const NUMPY_TYPES = { uint8: ['|u1', '<u1', '|b1'], float32: ['<f4'] } as const;

/** Where the rows of a file of NumPy begin; refuses other rows, whatever the offset is. */
function numpyOffset(named: string, head: Uint8Array, { type, width }: Row): number {
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [begin, length] = head[6] === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  const header = String.fromCharCode(...head.subarray(begin, begin + length));
  const written = /'descr': *'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order': *(True|False)/.exec(header)?.[1];
  const sizes = (/'shape': *\(([\d, ]*)\)/.exec(header)?.[1] ?? '')
    .split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
  const is = `${named} is a file of NumPy`;
  const write = `needed ${type} row by row, such as np.save(path, np.ascontiguousarray(array, "${type}")) writes`;
  if (written !== undefined && !NUMPY_TYPES[type].some((known) => known === written))
    throw new RangeError(`${is} of type ${describe(written)}, ${write}`);
  if (order === 'True' && sizes.filter((size) => size > 1).length > 1)
    throw new RangeError(`${is}, written column by column (fortran_order), ${write}`);
  if (sizes.length > 1 && sizeOf(sizes.slice(1)) !== width)
    throw new RangeError(
      `${is} with rows of shape [${sizes.slice(1).join(', ')}], needed rows of ${width} numbers, as shape says`,
    );
  return begin + length;
}

/** The types of IDX that are wider than a byte, which it writes with the high byte first, and their bytes. */
const WIDE_IDX: Readonly<Record<number, number>> = { 11: 2, 12: 4, 13: 4, 14: 8 };

/** Refuses a file whose first bytes say that it is of another format: rows would be read from its header. */
export async function assertBareRows(
  path: string,
  place: string,
  then: FileState,
  offset: number,
  row: Row,
): Promise<void> {
  const named = `${WHERE}: ${oneLine(path, 200)}`;
  if (/\.t?gz$/i.test(path))
    throw new RangeError(`${named} is compressed by gzip by its name, needed bare rows: unpack it first`);
  const head = await readRange(WHERE, place, then, 0, Math.min(LONGEST_HEAD, then.size));
  const format = BEGINNINGS.find(([, bytes, at = 0]) => bytes.every((byte, i) => head[at + i] === byte))?.[0];
  if (format !== undefined && offset === 0)
    throw new RangeError(
      `${named} is a file of ${format} by its first bytes, needed bare rows: unpack it first`,
    );
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (head[0] === 0x93 && head.length >= 12 && String.fromCharCode(...head.subarray(1, 6)) === 'NUMPY') {
    const first = numpyOffset(named, head, row);
    if (offset >= first) return;
    throw new RangeError(
      `${named} is a file of NumPy, whose rows begin behind a header: needed the option offset: ${first}`,
    );
  }
  const rank = head[3] as number;
  if (head.length < 16 || view.getUint16(0) !== 0 || rank < 1 || rank > 3) return;
  const { length, shape } = idxHeader(head, rank);
  const wide = WIDE_IDX[head[2] as number];
  if (wide !== undefined && length + sizeOf(shape) * wide === then.size)
    throw new RangeError(
      `${named} is a file of IDX with numbers of ${wide} bytes, the high byte first: needed bytes or float32 with the low byte first`,
    );
  if (offset === 0 && head[2] === 8 && length + sizeOf(shape) === then.size)
    throw new RangeError(
      `${named} is a file of IDX, whose rows begin behind a header: needed the option offset: ${length}`,
    );
}

/** Refuses a file whose first numbers are a text, integers or float64, and are hardly float32. */
export async function assertFloats(
  path: string,
  place: string,
  then: FileState,
  offset: number,
  width: number,
): Promise<void> {
  const end = Math.min(then.size, offset + 4 * width * Math.ceil(LOOKED_AT / width));
  const first = await readRange(WHERE, place, then, offset, end);
  const other = otherType(first.slice(), width);
  if (other)
    throw new RangeError(
      `${WHERE}: ${oneLine(path, 200)} ${other} where float32 is read: needed float32, such as array.astype("float32").tofile(…) of NumPy writes`,
    );
}
