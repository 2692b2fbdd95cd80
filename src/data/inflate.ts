/** Deflate (RFC 1951): unpacking that tells where the packed data end, as no engine's own stream does. */

/** Unpacked bytes, and the room they may take. */
export interface Unpacked {
  /** the bytes so far, and room behind them */
  bytes: Uint8Array;
  /** how many there are */
  size: number;
  /** makes room for so many more; throws where there may be no more */
  grow(more: number): void;
}

/** Packed bytes, read bit by bit, least significant first. */
interface Bits {
  readonly bytes: Uint8Array;
  /** next byte that has not been taken up */
  at: number;
  /** bits taken up */
  held: number;
  /** how many of them */
  count: number;
}

/** A prefix code: symbols in the order of their codes, and how many codes there are of each length. */
interface Code {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
  /** by the next {@link FAST} bits: symbol × 16 + length, 0 where the code is longer */
  readonly fast: Uint16Array;
}

const LONGEST = 15;
const FAST = 9;
const END_OF_BLOCK = 256;
/** Bytes between two rests. */
const PIECE = 1 << 18;

// §3.2.5: the least length or distance of each symbol, and how many further bits add to it.
const LENGTH_BITS = Uint8Array.from({ length: 29 }, (_, i) => (i < 8 || i === 28 ? 0 : (i >> 2) - 1));
const DISTANCE_BITS = Uint8Array.from({ length: 30 }, (_, i) => (i < 2 ? 0 : (i >> 1) - 1));
const leastOf = (bits: Uint8Array, first: number): Uint16Array => {
  const least = new Uint16Array(bits.length);
  for (let i = 0, next = first; i < bits.length; i++) {
    least[i] = next;
    next += 1 << (bits[i] as number);
  }
  return least;
};
const LENGTHS = leastOf(LENGTH_BITS, 3);
LENGTHS[28] = 258;
const DISTANCES = leastOf(DISTANCE_BITS, 1);

/** §3.2.7: the order of the lengths of the code for code lengths. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const damaged = (): RangeError => new RangeError('not deflate, or cut off');

/** The code of these lengths (§3.2.2); one that is over-subscribed, or incomplete but for a single code, is refused. */
const codeOf = (lengths: Uint8Array, mayBeSingle = true): Code => {
  const counts = new Uint16Array(LONGEST + 1);
  for (const length of lengths) counts[length] = (counts[length] as number) + 1;
  counts[0] = 0;
  const [first, place] = [new Uint16Array(LONGEST + 2), new Uint16Array(LONGEST + 2)];
  let left = 1;
  let longest = 0;
  for (let length = 1; length <= LONGEST; length++) {
    const count = counts[length] as number;
    left = 2 * left - count;
    if (left < 0) throw damaged();
    if (count > 0) longest = length;
    first[length + 1] = ((first[length] as number) + count) << 1;
    place[length + 1] = (place[length] as number) + count;
  }
  if (left > 0 && longest > 0 && !(mayBeSingle && longest === 1)) throw damaged();
  const symbols = new Uint16Array(place[LONGEST + 1] as number);
  const fast = new Uint16Array(1 << FAST);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const position = place[length] as number;
    symbols[position] = symbol;
    place[length] = position + 1;
    let code = first[length] as number;
    first[length] = code + 1;
    if (length > FAST) continue;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    for (let i = reversed; i < fast.length; i += 1 << length) fast[i] = (symbol << 4) | length;
  }
  return { counts, symbols, fast };
};

/** §3.2.6 */
const FIXED = {
  symbols: codeOf(Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  // 30 and 31 never stand in data.
  distances: codeOf(new Uint8Array(32).fill(5)),
};

/** Takes up bytes until `needed` bits are held; behind the end there are zeros, which `drop` does not take. */
const fill = (bits: Bits, needed: number): void => {
  while (bits.count < needed && bits.at < bits.bytes.length) {
    bits.held |= (bits.bytes[bits.at++] as number) << bits.count;
    bits.count += 8;
  }
};

const drop = (bits: Bits, count: number): void => {
  if (bits.count < count) throw damaged();
  bits.held >>>= count;
  bits.count -= count;
};

const take = (bits: Bits, count: number): number => {
  fill(bits, count);
  const value = bits.held & ((1 << count) - 1);
  drop(bits, count);
  return value;
};

const symbolOf = (bits: Bits, { counts, symbols, fast }: Code): number => {
  fill(bits, LONGEST);
  const entry = fast[bits.held & ((1 << FAST) - 1)] as number;
  if (entry > 0) {
    drop(bits, entry & 15);
    return entry >> 4;
  }
  for (let length = 1, code = 0, first = 0, position = 0; length <= LONGEST; length++) {
    code |= (bits.held >> (length - 1)) & 1;
    const count = counts[length] as number;
    if (code - first < count) {
      drop(bits, length);
      return symbols[position + code - first] as number;
    }
    position += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  throw damaged();
};

/** §3.2.7: the two codes of a block, themselves packed. */
const readCodes = (bits: Bits): typeof FIXED => {
  const [literals, distances, own] = [take(bits, 5) + 257, take(bits, 5) + 1, take(bits, 4) + 4];
  if (literals > 286 || distances > 30) throw damaged();
  const ownLengths = new Uint8Array(ORDER.length);
  for (const place of ORDER.slice(0, own)) ownLengths[place] = take(bits, 3);
  const code = codeOf(ownLengths, false);
  const lengths = new Uint8Array(literals + distances);
  for (let i = 0; i < lengths.length; ) {
    const symbol = symbolOf(bits, code);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    if (symbol === 16 && i === 0) throw damaged();
    const value = symbol === 16 ? (lengths[i - 1] as number) : 0;
    const times = symbol === 18 ? 11 + take(bits, 7) : 3 + take(bits, symbol === 17 ? 3 : 2);
    if (i + times > lengths.length) throw damaged();
    lengths.fill(value, i, i + times);
    i += times;
  }
  if (lengths[END_OF_BLOCK] === 0) throw damaged();
  return { symbols: codeOf(lengths.subarray(0, literals)), distances: codeOf(lengths.subarray(literals)) };
};

/** §3.2.4: a block that is not packed. */
const copyStored = (bits: Bits, out: Unpacked): void => {
  bits.at -= bits.count >> 3;
  bits.held = 0;
  bits.count = 0;
  const size = take(bits, 8) | (take(bits, 8) << 8);
  const check = take(bits, 8) | (take(bits, 8) << 8);
  if ((size ^ check) !== 0xffff || bits.at + size > bits.bytes.length) throw damaged();
  out.grow(size);
  out.bytes.set(bits.bytes.subarray(bits.at, bits.at + size), out.size);
  out.size += size;
  bits.at += size;
};

/** Unpacks symbols of a block; whether it has come to its end, and not to that of a piece. */
const copyPacked = (
  bits: Bits,
  { symbols, distances }: typeof FIXED,
  out: Unpacked,
  from: number,
): boolean => {
  let { bytes, size } = out;
  const room = (more: number): void => {
    if (size + more <= bytes.length) return;
    out.size = size;
    out.grow(more);
    bytes = out.bytes;
  };
  const rest = size + PIECE;
  while (size < rest) {
    const symbol = symbolOf(bits, symbols);
    if (symbol < END_OF_BLOCK) {
      room(1);
      bytes[size++] = symbol;
      continue;
    }
    if (symbol === END_OF_BLOCK) {
      out.size = size;
      return true;
    }
    const l = symbol - END_OF_BLOCK - 1;
    if (l >= LENGTHS.length) throw damaged();
    const length = (LENGTHS[l] as number) + take(bits, LENGTH_BITS[l] as number);
    const d = symbolOf(bits, distances);
    if (d >= DISTANCES.length) throw damaged();
    const distance = (DISTANCES[d] as number) + take(bits, DISTANCE_BITS[d] as number);
    if (distance > size - from) throw damaged();
    room(length);
    // One by one: a distance shorter than the length repeats what has just been copied.
    for (let i = 0; i < length; i++, size++) bytes[size] = bytes[size - distance] as number;
  }
  out.size = size;
  return false;
};

/**
 * Unpacks deflate.
 *
 * @param bytes hold the packed data
 * @param at where they begin
 * @param out takes what is unpacked, behind what it holds
 * @param rest lets other work run
 * @returns index of the first byte behind the packed data
 * @throws RangeError when the data are damaged or cut off; whatever `out.grow` throws
 */
export async function inflate(
  bytes: Uint8Array,
  at: number,
  out: Unpacked,
  rest: () => Promise<void>,
): Promise<number> {
  const bits: Bits = { bytes, at, held: 0, count: 0 };
  const from = out.size;
  for (let last = false; !last; ) {
    last = take(bits, 1) === 1;
    const kind = take(bits, 2);
    if (kind === 3) throw damaged();
    if (kind === 0) copyStored(bits, out);
    else {
      const codes = kind === 1 ? FIXED : readCodes(bits);
      while (!copyPacked(bits, codes, out, from)) await rest();
    }
    await rest();
  }
  // Whole bytes that were taken up too early are not of the data.
  return bits.at - (bits.count >> 3);
}
