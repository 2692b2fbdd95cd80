/**
 * Safetensors files: named arrays with JSON metadata, readable by the Python package of that name.
 *
 * Layout: 8 bytes length of the header (little endian), the header as JSON padded with spaces to a multiple of 8,
 * the arrays. Metadata is one JSON text under the key `ssvae`; next to it is a CRC-32
 * over it, the header's other entries and the arrays.
 */
import { describe, formatShape } from '../core/describe';
import { sizeOf } from '../core/shape';
import { arrayKind, bytesOf } from '../core/typedArrays';
import { crc32 } from './crc32';
import { isCount, isListOf, isRecord, isString, type Json, parseStoredJson } from './json';

/** A named array of a file. */
export interface StoredArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** Content of a file. */
export interface StoredFile {
  readonly arrays: Readonly<Record<string, StoredArray>>;
  readonly metadata: Json;
}

const KINDS = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U8: Uint8Array,
} as const;

type Kind = keyof typeof KINDS;

interface Entry {
  readonly dtype: Kind;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

const kindOf = (data: StoredArray['data']): Kind =>
  (Object.keys(KINDS) as Kind[]).find((kind) => arrayKind(data) === KINDS[kind].name) as Kind;

const checksum = (entries: Readonly<Record<string, unknown>>, metadata: string, arrays: Uint8Array): string =>
  crc32(new TextEncoder().encode(JSON.stringify(entries) + metadata), arrays)
    .toString(16)
    .padStart(8, '0');

/** Metadata as a text; a cycle, a bigint or a getter that throws has none, and the host would not say whose it is. */
const textOf = (metadata: Json): string => {
  try {
    const text: unknown = JSON.stringify(metadata);
    if (isString(text)) return text;
  } catch {
    // As above.
  }
  throw new RangeError(`writeSafetensors: metadata is ${describe(metadata)}, needed a value that JSON holds`);
};

/**
 * Writes arrays and metadata as one safetensors file.
 *
 * @param file arrays by name, and any JSON
 * @returns the bytes
 * @throws RangeError when an array's length is not the product of its shape, or the metadata is nothing that JSON holds
 */
export function writeSafetensors({ arrays, metadata }: StoredFile): Uint8Array {
  // Widest types first, so that every array is aligned for its type in the mapped file.
  const kinds = Object.keys(KINDS);
  const sorted = Object.entries(arrays).sort(
    ([, a], [, b]) => kinds.indexOf(kindOf(a.data)) - kinds.indexOf(kindOf(b.data)),
  );
  const named: [string, Entry][] = [];
  let end = 0;
  for (const [name, { shape, data }] of sorted) {
    if (data.length !== sizeOf(shape)) {
      throw new RangeError(
        `writeSafetensors: ${describe(name)} has ${data.length} values, needed ${sizeOf(shape)} for ${formatShape(shape)}`,
      );
    }
    const begin = end;
    end += data.byteLength;
    named.push([name, { dtype: kindOf(data), shape: [...shape], data_offsets: [begin, end] }]);
  }
  const entries = Object.fromEntries(named);
  const body = new Uint8Array(end);
  for (const [i, [, { data }]] of sorted.entries()) {
    body.set(bytesOf(data), named[i]?.[1].data_offsets[0]);
  }
  const text = textOf(metadata);
  const header = JSON.stringify({
    __metadata__: { ssvae: text, crc32: checksum(entries, text, body) },
    ...entries,
  });
  const encoded = new TextEncoder().encode(header);
  const padded = Math.ceil(encoded.length / 8) * 8;
  const bytes = new Uint8Array(8 + padded + end).fill(0x20, 8, 8 + padded);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true);
  bytes.set(encoded, 8);
  bytes.set(body, 8 + padded);
  return bytes;
}

/** Text of UTF-8; none where the bytes are something else. */
const decodeText = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return '';
  }
};

const parseHeader = (
  where: string,
  bytes: Uint8Array,
): { header: Readonly<Record<string, unknown>>; start: number } => {
  if (bytes.length < 8)
    throw new RangeError(`${where}: the file has ${bytes.length} bytes, needed a safetensors header`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8)) {
    throw new RangeError(
      `${where}: the header claims ${length} bytes, the file has ${bytes.length - 8}; truncated, or not a safetensors file`,
    );
  }
  const start = 8 + Number(length);
  const header = parseStoredJson(where, 'the header', decodeText(bytes.subarray(8, start)));
  if (isRecord(header)) return { header, start };
  throw new RangeError(`${where}: the header is not a JSON object; damaged, or not a safetensors file`);
};

const isKind = (value: unknown): value is Kind => isString(value) && Object.hasOwn(KINDS, value);

/** Whether an entry is one, and its numbers fit each other and a body of `size` bytes. */
const isEntry = (value: unknown, size: number): value is Entry => {
  if (!isRecord(value)) return false;
  const { dtype, shape, data_offsets: offsets, ...surplus } = value;
  if (Object.keys(surplus).length > 0) return false;
  if (!isKind(dtype) || !isListOf(isCount)(shape) || !isListOf(isCount)(offsets)) return false;
  const [begin = 0, end = 0] = offsets;
  const fits = begin <= end && end <= size && offsets.length === 2;
  return fits && end - begin === sizeOf(shape) * KINDS[dtype].BYTES_PER_ELEMENT;
};

const inOrder = ([, a]: readonly [string, Entry], [, b]: readonly [string, Entry]): number =>
  a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];

/** What the header says of each array. */
const parseEntries = (
  where: string,
  entries: Readonly<Record<string, unknown>>,
  size: number,
): readonly (readonly [string, Entry])[] => {
  const parsed = Object.entries(entries).map(([name, entry]): [string, Entry] => {
    if (!isEntry(entry, size))
      throw new RangeError(`${where}: the entry ${describe(name)} does not fit the file`);
    return [name, entry];
  });
  // The format asks for neither holes nor overlaps; a piece under a thousand names would be copied a thousand times.
  let at = 0;
  for (const [name, { data_offsets: offsets }] of [...parsed].sort(inOrder)) {
    if (offsets[0] !== at)
      throw new RangeError(
        `${where}: the entry ${describe(name)} begins at byte ${offsets[0]}, needed ${at}: arrays follow each other`,
      );
    at = offsets[1];
  }
  if (at !== size)
    throw new RangeError(`${where}: the entries end at byte ${at}, needed ${size}, the end of the file`);
  return parsed;
};

/**
 * Reads a safetensors file that {@link writeSafetensors} wrote.
 *
 * @param bytes the whole file
 * @param where name of the reader, for messages
 * @returns arrays (copies) and metadata
 * @throws RangeError when the file is truncated, damaged, or carries no metadata of this library
 */
export function readSafetensors(bytes: Uint8Array, where = 'readSafetensors'): StoredFile {
  const { header, start } = parseHeader(where, bytes);
  const { __metadata__: stamps, ...entries } = header;
  const { ssvae, crc32: expected } = isRecord(stamps) ? stamps : {};
  if (!isString(ssvae) || !isString(expected) || expected.length !== 8) {
    throw new RangeError(`${where}: the file has no ssvae metadata, needed a file that ssvae wrote`);
  }
  const body = bytes.subarray(start);
  const actual = checksum(entries, ssvae, body);
  if (actual !== expected) {
    throw new RangeError(
      `${where}: the checksum is ${actual}, the file says ${describe(expected)}; the file is damaged`,
    );
  }
  const metadata = parseStoredJson(where, 'the metadata', ssvae);
  if (metadata === undefined)
    throw new RangeError(`${where}: the metadata is not JSON, needed a file that ssvae wrote`);
  const arrays = parseEntries(where, entries, body.length).map(([name, entry]): [string, StoredArray] => {
    // Not `body.slice`: where the bytes are a Buffer of Node, that shares its memory instead of copying it.
    const copy = Uint8Array.from(body.subarray(...entry.data_offsets));
    return [name, { shape: entry.shape, data: new KINDS[entry.dtype](copy.buffer) }];
  });
  return { arrays: Object.fromEntries(arrays), metadata };
}
