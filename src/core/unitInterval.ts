/** Bytes as numbers from 0 to 1. */

// byte / 255 rounded once to float32: a product with 1/255 would be off in the last bit for some bytes.
const OF_BYTE = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/** byte / 255, float32. */
export const unitOf = (byte: number): number => OF_BYTE[byte] as number;

/** bytes / 255, float32. */
export const unitsOf = (bytes: Uint8Array): Float32Array => Float32Array.from(bytes, unitOf);
