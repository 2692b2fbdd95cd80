/** Unpacking of gzip, alike on every engine: their own streams differ in what may follow the first member. */
import { assertBytes } from '../core/assert';
import { integersFrom, number, readOptions } from '../core/options';
import { createMemberReader } from './gzipMember';

/** How much may come out. */
export interface GunzipOptions {
  /** largest unpacked size in bytes, of all members together: a small file can claim a huge one; default 2³⁰ */
  readonly maxBytes?: number;
}

/**
 * Whether bytes are gzip, by their first two (RFC 1952, §2.3.1).
 *
 * @example isGzip(new Uint8Array([0x1f, 0x8b])) // true
 */
export const isGzip = (bytes: Uint8Array): boolean => bytes?.[0] === 0x1f && bytes[1] === 0x8b;

/** Nothing packs better (zlib's technical details). */
const BEST_RATIO = 1032;

/** Unpacked bytes, and room behind them. */
interface Unpacked {
  bytes: Uint8Array;
  size: number;
  /** throws where there may be no more */
  add(piece: Uint8Array): void;
}

/** Room for what is unpacked: first what a file of one member says itself, in its last four bytes. */
const roomFor = (packed: Uint8Array, maxBytes: number, tooLarge: Error): Unpacked => {
  const [a = 0, b = 0, c = 0, d = 0] = packed.subarray(-4);
  const said = a + 2 ** 8 * b + 2 ** 16 * c + 2 ** 24 * d;
  return {
    bytes: new Uint8Array(Math.min(said, maxBytes, BEST_RATIO * packed.length)),
    size: 0,
    add(piece) {
      const needed = this.size + piece.length;
      if (needed > maxBytes) throw tooLarge;
      if (needed > this.bytes.length) {
        const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * this.bytes.length)));
        larger.set(this.bytes.subarray(0, this.size));
        this.bytes = larger;
      }
      this.bytes.set(piece, this.size);
      this.size = needed;
    },
  };
};

/**
 * Unpacks gzip: one member or several behind each other (RFC 1952, §2.2), as `cat` and block-wise packers make them.
 * Zeros behind a member, which tools pad with, are passed over.
 *
 * @param bytes a whole gzip file
 * @param options largest unpacked size
 * @returns the unpacked bytes, of all members in their order
 * @throws RangeError in one line when the bytes are not gzip, are damaged or truncated, have something else behind
 * their end, or unpack to more than `maxBytes`
 * @example await gunzip(packed) // the bytes that were packed
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { maxBytes } = readOptions('gunzip', options, { maxBytes: number(integersFrom(1), 2 ** 30) });
  assertBytes('gunzip', 'bytes', bytes);
  if (!isGzip(bytes))
    throw new RangeError(`gunzip: bytes are not gzip (${bytes.length} bytes), needed the magic number 1f 8b`);
  const tooLarge = new RangeError(
    `gunzip: bytes unpack to more than ${maxBytes} bytes, needed at most maxBytes`,
  );
  const out = roomFor(bytes, maxBytes, tooLarge);
  const behindMember = createMemberReader(bytes, (piece) => out.add(piece));
  let at = 0;
  while (at < bytes.length) {
    let end = at;
    try {
      end = await behindMember(at);
    } catch (cause) {
      if (cause === tooLarge) throw cause;
      throw new RangeError(
        `gunzip: bytes are damaged or truncated (${bytes.length} bytes, ${out.size} unpacked), needed a whole gzip file`,
        { cause },
      );
    }
    at = end;
    while (bytes[at] === 0) at++;
    if (at < bytes.length && !isGzip(bytes.subarray(at)))
      throw new RangeError(
        `gunzip: bytes have ${bytes.length - end} bytes behind the end of the gzip data, needed another member, or zeros`,
      );
  }
  return out.size === out.bytes.length ? out.bytes : out.bytes.slice(0, out.size);
}
