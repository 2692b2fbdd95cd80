/** What the bytes of inputs stand for. */

/** `'unit'`: a byte is value / 255, as in pixels; `'counts'`: a byte is the number that it is. */
export type ByteMeaning = 'unit' | 'counts';

/** Both. */
export const BYTE_MEANINGS: readonly ByteMeaning[] = ['unit', 'counts'];

// byte / 255 rounded once to float32: a product with 1/255 would be off in the last bit for some bytes.
const VALUES: Readonly<Record<ByteMeaning, Float32Array>> = {
  unit: /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, byte) => byte / 255),
  counts: /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, byte) => byte),
};

/** The value of a byte, float32, by the byte. */
export const valuesByByte = (meaning: ByteMeaning = 'unit'): Float32Array => VALUES[meaning];

/** The values that bytes stand for, float32. */
export const valuesOfBytes = (bytes: Uint8Array, meaning: ByteMeaning): Float32Array => {
  const values = valuesByByte(meaning);
  return Float32Array.from(bytes, (byte) => values[byte] as number);
};
