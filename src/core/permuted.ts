/** A random order of many things, without a list of it. */
import type { Noise } from './noise';

/** Up to so many, a list is made: 4 MiB, in less time than a training step. */
const LISTED = 2 ** 20;

/** Rounds of the network; four mix a pair of numbers, and more cost little. */
const ROUNDS = 8;

/** A number of 32 bits, each of which depends on all bits of the input (MurmurHash3, Appleby 2011). */
const mixed = (word: number): number => {
  let h = word;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/**
 * The integers 0 … count − 1 in an order that is computed position by position: a Feistel network on the two digits of the
 * position in base ⌈√count⌉, gone through again where it leads beyond the count (Black & Rogaway 2002).
 *
 * @param noise stream that the keys are drawn from
 * @param count how many, at most 2³¹ − 1
 * @returns the integer at a position
 */
export function keyedOrder(noise: Noise, count: number): (position: number) => number {
  const base = Math.ceil(Math.sqrt(count));
  const keys = Int32Array.from({ length: ROUNDS }, () => Math.floor(noise.next() * 2 ** 32));
  const through = (position: number): number => {
    let high = Math.floor(position / base);
    let low = position % base;
    for (let round = 0; round < ROUNDS; round += 2) {
      high = (high + mixed(low ^ (keys[round] as number))) % base;
      low = (low + mixed(high ^ (keys[round + 1] as number))) % base;
    }
    return high * base + low;
  };
  return (position) => {
    let place = through(position);
    while (place >= count) place = through(place);
    return place;
  };
}

/**
 * The integers 0 … count − 1 in random order: a list of up to 2²⁰ of them, where every order is equally probable, and beyond
 * it {@link keyedOrder}, which takes neither time nor memory ahead.
 *
 * @param noise stream of the order
 * @param count how many
 * @returns the integer at a position
 */
export function permuted(noise: Noise, count: number): (position: number) => number {
  if (count > LISTED) return keyedOrder(noise, count);
  const order = noise.permutation(count);
  return (position) => order[position] as number;
}
