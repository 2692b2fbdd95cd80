/** CRC-32, the checksum of the library's files. */

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++)
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0xedb88320 : remainder >>> 1;
  return remainder >>> 0;
});

/**
 * CRC-32 (ISO 3309, as in gzip and PNG) of several pieces of bytes in turn.
 *
 * @param pieces the bytes
 * @returns an unsigned 32-bit integer
 * @example crc32(new TextEncoder().encode('123456789')) // 0xcbf43926
 */
export function crc32(...pieces: readonly Uint8Array[]): number {
  let crc = 0xffffffff;
  for (const bytes of pieces) {
    for (let i = 0; i < bytes.length; i++) {
      crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 0xff] as number);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
