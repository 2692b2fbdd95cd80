/** Reading of tar archives: as much of the format as published data sets need. */
import { describe } from '../../core/describe';

/** A file of an archive. */
export interface TarEntry {
  /** path inside the archive */
  readonly name: string;
  /** content; a view of the archive's bytes */
  readonly data: Uint8Array;
}

const BLOCK = 512;

const text = (bytes: Uint8Array): string => {
  const end = bytes.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end));
};

const octal = (bytes: Uint8Array, what: string, at: number): number => {
  const digits = text(bytes).trim();
  if (!/^[0-7]+$/.test(digits))
    throw new RangeError(`readTar: ${what} at byte ${at} is not an octal number, needed a tar header`);
  return Number.parseInt(digits, 8);
};

// POSIX.1-1988: the sum of the header's bytes with its own field taken as eight spaces.
const checksumOf = (header: Uint8Array): number =>
  header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);

/**
 * The regular files of a tar archive (POSIX ustar); folders and extended headers are passed over.
 *
 * @param bytes the whole archive, unpacked
 * @returns the files in their order; nothing is copied
 * @throws RangeError in one line when a header is damaged or a file reaches past the end
 * @example readTar(archive).map((entry) => entry.name) // ['cifar-10-batches-bin/data_batch_1.bin', …]
 */
export function readTar(bytes: Uint8Array): readonly TarEntry[] {
  const entries: TarEntry[] = [];
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const header = bytes.subarray(at, at + BLOCK);
    const size = octal(header.subarray(124, 136), 'size', at);
    if (octal(header.subarray(148, 156), 'checksum', at) !== checksumOf(header)) {
      throw new RangeError(
        `readTar: header at byte ${at} does not match its checksum, needed an undamaged archive`,
      );
    }
    const from = at + BLOCK;
    if (from + size > bytes.length) {
      throw new RangeError(
        `readTar: archive ends at byte ${bytes.length}, needed ${from + size} for ${describe(text(header.subarray(0, 100)))}`,
      );
    }
    const type = header[156];
    // '0' and, in old archives, NUL mark a regular file.
    if (type === 48 || type === 0) {
      const prefix = text(header.subarray(257, 262)) === 'ustar' ? text(header.subarray(345, 500)) : '';
      const name = text(header.subarray(0, 100));
      entries.push({
        name: prefix === '' ? name : `${prefix}/${name}`,
        data: bytes.subarray(from, from + size),
      });
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (entries.length === 0)
    throw new RangeError(`readTar: archive of ${bytes.length} bytes holds no file, needed at least one`);
  return entries;
}
