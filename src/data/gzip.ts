/** Unpacking of gzip, alike on every engine: their own streams differ in what may follow the first member. */
import { assertBytes, assertInteger, optionsOf } from '../core/assert';
import { crc32 } from '../core/crc32';
import { createRests } from '../core/rests';
import { inflate, type Unpacked } from './inflate';

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

const HEADER = 10;
const TRAILER = 8;
/** Flags (RFC 1952, §2.3.1): what stands behind the header's ten bytes. */
const [CHECKED, EXTRA, NAME, COMMENT, RESERVED] = [2, 4, 8, 16, 0xe0];
/** Nothing packs better (zlib's technical details). */
const BEST_RATIO = 1032;

const damaged = (): RangeError => new RangeError('not gzip, or cut off');

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Index of the first byte behind a member's header. */
const behindHeader = (bytes: Uint8Array, from: number): number => {
  const [method, flags = 0] = bytes.subarray(from + 2, from + 4);
  if (method !== 8 || flags & RESERVED) throw damaged();
  const need = (at: number): number => {
    if (at > bytes.length) throw damaged();
    return at;
  };
  let at = need(from + HEADER);
  if (flags & EXTRA) at = need(need(at + 2) + viewOf(bytes).getUint16(at, true));
  for (const flag of [NAME, COMMENT]) {
    if (!(flags & flag)) continue;
    const end = bytes.indexOf(0, at);
    if (end < 0) throw damaged();
    at = end + 1;
  }
  if (!(flags & CHECKED)) return at;
  const end = need(at + 2);
  if ((crc32(bytes.subarray(from, at)) & 0xffff) !== viewOf(bytes).getUint16(at, true)) throw damaged();
  return end;
};

/** Unpacks the member at `from`; index of the first byte behind it. */
const unpackMember = async (
  bytes: Uint8Array,
  from: number,
  out: Unpacked,
  rest: () => Promise<void>,
): Promise<number> => {
  const before = out.size;
  const end = await inflate(bytes, behindHeader(bytes, from), out, rest);
  if (end + TRAILER > bytes.length) throw damaged();
  const view = viewOf(bytes);
  const unpacked = out.bytes.subarray(before, out.size);
  if (
    view.getUint32(end, true) !== crc32(unpacked) ||
    view.getUint32(end + 4, true) !== unpacked.length % 2 ** 32
  )
    throw damaged();
  return end + TRAILER;
};

/** Room for what is unpacked: first what a file of one member says itself, in its last four bytes. */
const roomFor = (bytes: Uint8Array, maxBytes: number, tooLarge: () => Error): Unpacked => {
  const said = bytes.length < 4 ? 0 : viewOf(bytes).getUint32(bytes.length - 4, true);
  return {
    bytes: new Uint8Array(Math.min(said, maxBytes, BEST_RATIO * bytes.length)),
    size: 0,
    grow(more) {
      const needed = this.size + more;
      if (needed > maxBytes) throw tooLarge();
      if (needed <= this.bytes.length) return;
      const larger = new Uint8Array(Math.min(maxBytes, Math.max(needed, 2 * this.bytes.length)));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
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
 * @throws RangeError in one line when the bytes are no gzip, are damaged or truncated, have something else behind
 * their end, or unpack to more than `maxBytes`
 * @example await gunzip(packed) // the bytes that were packed
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { maxBytes = 2 ** 30 } = optionsOf('gunzip', options, { maxBytes: true });
  assertBytes('gunzip', 'bytes', bytes);
  assertInteger('gunzip', 'maxBytes', maxBytes);
  if (!isGzip(bytes))
    throw new RangeError(`gunzip: bytes are no gzip (${bytes.length} bytes), needed the magic number 1f 8b`);
  const tooLarge = new RangeError(
    `gunzip: bytes unpack to more than ${maxBytes} bytes, needed at most maxBytes`,
  );
  const out = roomFor(bytes, maxBytes, () => tooLarge);
  const rest = createRests();
  let at = 0;
  while (at < bytes.length) {
    let end = at;
    try {
      end = await unpackMember(bytes, at, out, rest);
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
