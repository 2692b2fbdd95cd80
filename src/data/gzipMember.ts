/** Members of a gzip file, unpacked by pako. It is a file of its own so that bundles without `gunzip` are without pako. */
import {
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
} from 'pako';
import { createRests } from '../host/rests';

/** zlib's number for gzip alone, with the largest window. */
const GZIP = 16 + 15;
/** Most bytes that are taken, and most that come out, between two rests. */
const PIECE = 1 << 16;

/**
 * Makes a function that unpacks one member, header and checksums included, and lets other work run meanwhile.
 *
 * @param bytes a whole gzip file
 * @param take is given what is unpacked, piece by piece; a piece is overwritten by the next
 * @returns takes the index where a member begins, resolves to that of the first byte behind it; throws RangeError
 * when the member is damaged or cut off, and whatever `take` throws
 */
export function createMemberReader(
  bytes: Uint8Array,
  take: (piece: Uint8Array) => void,
): (from: number) => Promise<number> {
  const stream = new ZStream();
  stream.input = bytes;
  stream.output = new Uint8Array(PIECE);
  zlibInflateInit2(stream, GZIP);
  const rest = createRests();
  return async (from) => {
    zlibInflateReset(stream);
    stream.next_in = from;
    for (let status: number = Z_OK; status !== Z_STREAM_END; await rest()) {
      stream.avail_in = Math.min(PIECE, bytes.length - stream.next_in);
      stream.next_out = 0;
      stream.avail_out = PIECE;
      status = zlibInflate(stream, Z_NO_FLUSH);
      take(stream.output.subarray(0, stream.next_out));
      if (status !== Z_OK && status !== Z_STREAM_END) throw new RangeError(stream.msg || 'cut off');
    }
    return stream.next_in;
  };
}
