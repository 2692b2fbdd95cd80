/** The chunks of PNG files. */
import { oneLine } from '../../core/describe';
import { crc32 } from '../../files/crc32';

const SIGNATURE = [137, 80, 78, 71, 13, 10, 26, 10];

/** The header is the first chunk: 13 bytes, with its length, type and checksum. */
export const HEADER_ENDS = SIGNATURE.length + 25;

/** Refuses a file, by what it has. */
export const refuse = (where: string, what: string): never => {
  throw new RangeError(`${where} ${what}, needed a PNG file of 1 to 16 bits without interlace`);
};

/** Chunks that are read. Their checksums are compared; others are passed over where their first letter is a small one. */
const READ = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

/** Chunks that a file has once. */
const ONCE = ['IHDR', 'PLTE', 'tRNS'];

/** A file must not be read by those who do not know a chunk that begins with a capital letter. */
const isCritical = (type: string): boolean => (type.charCodeAt(0) & 32) === 0;

/** Refuses a chunk whose checksum, of its type and content, is not the one behind it. */
function assertUndamaged(where: string, type: string, bytes: Uint8Array, from: number, length: number): void {
  const stored = new DataView(bytes.buffer, bytes.byteOffset).getUint32(from + 8 + length);
  if (crc32(bytes.subarray(from + 4, from + 8 + length)) !== stored)
    refuse(where, `holds a damaged chunk ${type}`);
}

/**
 * Chunks of a file: its data, and the header, palette and transparency where they are.
 *
 * @throws RangeError when the file begins or ends otherwise, or a chunk is damaged or of another kind
 */
export function chunksOf(where: string, bytes: Uint8Array): Readonly<Record<string, readonly Uint8Array[]>> {
  if (!SIGNATURE.every((byte, i) => bytes[i] === byte)) refuse(where, 'does not begin as a PNG file');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Record<string, Uint8Array[]> = Object.create(null);
  for (let at = SIGNATURE.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) refuse(where, 'ends in the middle');
    if (READ.includes(type)) {
      assertUndamaged(where, type, bytes, at, length);
      const others = chunks[type];
      if (others && ONCE.includes(type)) refuse(where, `has two chunks ${type}`);
      chunks[type] ??= [];
      chunks[type].push(bytes.subarray(at + 8, at + 8 + length));
      if (type === 'IEND') break;
    } else if (isCritical(type)) refuse(where, `has a chunk ${oneLine(type)} of another kind`);
    at += 12 + length;
  }
  return chunks;
}
