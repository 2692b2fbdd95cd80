/** CRC-32: the checksums of the library's files, and of those that it writes for others. */

const tableOf = (polynomial: number): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++)
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    return remainder >>> 0;
  });

const ISO = /* @__PURE__ */ tableOf(0xedb88320);
const CASTAGNOLI = /* @__PURE__ */ tableOf(0x82f63b78);

const checksum = (table: Uint32Array, pieces: readonly Uint8Array[]): number => {
  let crc = 0xffffffff;
  for (const bytes of pieces) {
    for (let i = 0; i < bytes.length; i++) {
      crc = (crc >>> 8) ^ (table[(crc ^ (bytes[i] as number)) & 0xff] as number);
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
};

/**
 * CRC-32 (ISO 3309, as in gzip and PNG) of several pieces of bytes in turn.
 *
 * @param pieces the bytes
 * @returns an unsigned 32-bit integer
 * @example crc32(new TextEncoder().encode('123456789')) // 0xcbf43926
 */
export const crc32 = (...pieces: readonly Uint8Array[]): number => checksum(ISO, pieces);

/**
 * CRC-32C (Castagnoli, RFC 3720, as in TensorFlow's records) of several pieces of bytes in turn.
 *
 * @param pieces the bytes
 * @returns an unsigned 32-bit integer
 * @example crc32c(new TextEncoder().encode('123456789')) // 0xe3069283
 */
export const crc32c = (...pieces: readonly Uint8Array[]): number => checksum(CASTAGNOLI, pieces);
