/**
 * Random 32-bit words, and the keys of their streams.
 *
 * Generator: xoshiro128++ 1.0 (Blackman & Vigna 2021), 128 bits of state. A key is a 128-bit hash.
 */

/** Four 32-bit words. */
export type Key = [number, number, number, number];

/** The key that seeds are hashed from: the first digits of π. */
export const ROOT_KEY: Readonly<Key> = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344];

const rotateLeft = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

// Finalizer of MurmurHash3: every input bit reaches every output bit.
const avalanche = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
};

// Absorbs one 32-bit value into four lanes that feed each other, so lanes do not stay parallel copies.
const absorb = (lanes: Key, value: number): void => {
  for (let i = 0; i < 4; i++) {
    const previous = lanes[(i + 3) % 4] as number;
    lanes[i] = avalanche(rotateLeft((lanes[i] as number) ^ value, 13) + Math.imul(previous, 0x9e3779b1) + i);
  }
};

/** The key of a stream that is split from another by a name. */
export const deriveKey = (parent: readonly number[], name: string | number): Key => {
  const text = `${typeof name}:${name}`;
  const lanes: Key = [...(parent as Key)];
  absorb(lanes, text.length);
  for (let i = 0; i < text.length; i++) absorb(lanes, text.charCodeAt(i));
  absorb(lanes, 0);
  absorb(lanes, 0);
  return lanes;
};

/** The next word of the generator, whose state moves on. */
export const nextWord = (words: Int32Array): number => {
  const a = words[0] as number;
  const b = words[1] as number;
  const c = words[2] as number;
  const d = words[3] as number;
  const result = rotateLeft((a + d) | 0, 7) + a;
  const shifted = b << 9;
  const s2 = c ^ a;
  const s3 = d ^ b;
  words[1] = b ^ s2;
  words[0] = a ^ s3;
  words[2] = s2 ^ shifted;
  words[3] = rotateLeft(s3, 11);
  return result >>> 0;
};
