/** Unpacking of gzip by the web-standard stream, which Node and browsers have alike. */
import { assertBytes, assertInteger, optionsOf } from '../core/assert';

/** How much may come out. */
export interface GunzipOptions {
  /** largest unpacked size in bytes: a small file can claim a huge one; default 2³⁰ */
  readonly maxBytes?: number;
}

const PIECE = 1 << 16;

/**
 * Whether bytes are gzip, by their first two (RFC 1952, §2.3.1).
 *
 * @example isGzip(new Uint8Array([0x1f, 0x8b])) // true
 */
export const isGzip = (bytes: Uint8Array): boolean => bytes?.[0] === 0x1f && bytes[1] === 0x8b;

const inPieces = (bytes: Uint8Array): ReadableStream<BufferSource> => {
  let from = 0;
  return new ReadableStream({
    pull(controller) {
      if (from >= bytes.length) controller.close();
      else controller.enqueue(bytes.slice(from, from + PIECE));
      from += PIECE;
    },
  });
};

/**
 * Unpacks gzip.
 *
 * @param bytes a whole gzip file
 * @param options largest unpacked size
 * @returns the unpacked bytes
 * @throws RangeError in one line when the bytes are no gzip, are damaged or truncated, or unpack to more than `maxBytes`
 * @example await gunzip(packed) // the bytes that were packed
 */
export async function gunzip(bytes: Uint8Array, options: GunzipOptions = {}): Promise<Uint8Array> {
  const { maxBytes = 2 ** 30 } = optionsOf('gunzip', options, { maxBytes: true });
  assertBytes('gunzip', 'bytes', bytes);
  assertInteger('gunzip', 'maxBytes', maxBytes);
  if (!isGzip(bytes))
    throw new RangeError(`gunzip: bytes are no gzip (${bytes.length} bytes), needed the magic number 1f 8b`);
  const reader = inPieces(bytes).pipeThrough(new DecompressionStream('gzip')).getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      pieces.push(read.value);
      size += read.value.length;
      if (size > maxBytes) break;
    }
  } catch (cause) {
    throw new RangeError(
      `gunzip: bytes are damaged or truncated (${bytes.length} bytes, ${size} unpacked), needed a whole gzip file`,
      { cause },
    );
  }
  if (size > maxBytes) {
    await reader.cancel().catch(() => undefined);
    throw new RangeError(`gunzip: bytes unpack to more than ${maxBytes} bytes, needed at most maxBytes`);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
