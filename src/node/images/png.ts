/** PNG files as pixels: 8 and 16 bits, palettes and gray of fewer bits, without interlace. W3C, PNG 3rd edition. */
import { inflateSync } from 'node:zlib';
import type { Image } from '../../core/inputs/imagesReader';
import { codeOf } from '../systemError';
import { chunksOf, HEADER_ENDS, refuse } from './pngChunks';

/** Values of a pixel in the file, by color type. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Bits that a value of a color type may have. */
const DEPTHS: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** An image of more bytes is refused: a small file may unpack to any number, and up to three times as many are held at once. */
const MOST_BYTES = 2 ** 27;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly color: number;
}

function headerOf(where: string, chunk: Uint8Array | undefined): Header {
  if (chunk?.length !== 13) return refuse(where, 'has no header');
  const view = new DataView(chunk.buffer, chunk.byteOffset, 13);
  const [width, height, depth, color] = [
    view.getUint32(0),
    view.getUint32(4),
    view.getUint8(8),
    view.getUint8(9),
  ];
  if (width * height === 0) refuse(where, `has ${width} × ${height} pixels`);
  if (!DEPTHS[color]?.includes(depth)) refuse(where, `has ${depth} bits of color type ${color}`);
  if (view.getUint8(12) !== 0) refuse(where, 'is interlaced');
  return { width, height, depth, color };
}

/**
 * Width and height that the header of a PNG file tells, without unpacking it.
 *
 * @param where names the file, for messages
 * @throws RangeError as `decodePng`
 */
export function sizeOfPng(where: string, bytes: Uint8Array): Pick<Image, 'width' | 'height'> {
  const { IHDR = [] } = chunksOf(where, bytes.subarray(0, HEADER_ENDS));
  const { width, height } = headerOf(where, IHDR[0]);
  return { width, height };
}

/** Refuses an image of too many bytes, in the file or as pixels of a byte a channel. */
function assertHeld(
  where: string,
  { width, height, depth, color }: Header,
  stride: number,
  channels: number,
): void {
  const size = height * Math.max(stride, width * channels);
  if (size > MOST_BYTES)
    throw new RangeError(
      `${where} has ${width} × ${height} pixels of ${depth} bits and color type ${color}, ${size} bytes; needed at most ${MOST_BYTES} bytes, or the option decode that makes it smaller`,
    );
}

const paeth = (left: number, up: number, corner: number): number => {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** The data of a file, unpacked: as many bytes as its rows have. */
function inflated(where: string, packed: Uint8Array, size: number): Uint8Array {
  let raw: Uint8Array;
  let read: number;
  try {
    // With `info`, Node gives the unpacker too, which tells how many bytes it has read.
    const { buffer, engine } = inflateSync(packed, {
      maxOutputLength: size + 1,
      info: true,
    }) as unknown as { readonly buffer: Uint8Array; readonly engine: { readonly bytesWritten: number } };
    [raw, read] = [buffer, engine.bytesWritten];
  } catch (error) {
    const isLonger = codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
    return refuse(where, isLonger ? 'holds data beyond its last row' : 'holds damaged data');
  }
  if (raw.length < size) refuse(where, 'ends in the middle');
  if (raw.length > size || read < packed.length) refuse(where, 'holds data beyond its last row');
  return raw;
}

/** Undoes the filter of each row: the bytes of all rows, without those that name the filters. */
function unfiltered(
  where: string,
  raw: Uint8Array,
  height: number,
  stride: number,
  pixel: number,
): Uint8Array {
  const out = new Uint8Array(height * stride);
  for (let row = 0; row < height; row++) {
    const filter = raw[row * (stride + 1)] as number;
    if (filter > 4) refuse(where, `has a row of filter ${filter}`);
    for (let i = 0; i < stride; i++) {
      const at = row * stride + i;
      const left = i >= pixel ? (out[at - pixel] as number) : 0;
      const up = row > 0 ? (out[at - stride] as number) : 0;
      const corner = i >= pixel && row > 0 ? (out[at - stride - pixel] as number) : 0;
      const added = [0, left, up, (left + up) >> 1, filter === 4 ? paeth(left, up, corner) : 0][
        filter
      ] as number;
      out[at] = (raw[row * (stride + 1) + 1 + i] as number) + added;
    }
  }
  return out;
}

/**
 * The pixels of a PNG file. Of 16 bits the upper 8 are kept; gray of fewer bits is scaled to 0 … 255; a palette becomes red,
 * green and blue. Alpha is there where the file has it, or names a transparent color.
 *
 * @param where names the file, for messages
 * @param bytes of the file
 * @throws RangeError saying what the file has and was not needed
 */
export function decodePng(where: string, bytes: Uint8Array): Image {
  const { IHDR = [], PLTE = [], tRNS = [], IDAT = [] } = chunksOf(where, bytes);
  const header = headerOf(where, IHDR[0]);
  const { width, height, depth, color } = header;
  const channels = CHANNELS[color] as number;
  const stride = Math.ceil((width * channels * depth) / 8);
  const [palette, transparent] = [PLTE[0], tRNS[0]];
  if (color === 3 && palette === undefined) refuse(where, 'has no palette');
  // A gray or red-green-blue file may name one color as transparent, two bytes a value.
  const clear =
    transparent && color !== 3 && channels % 2 === 1
      ? Array.from(
          { length: channels },
          (_, c) => 256 * (transparent[2 * c] ?? 0) + (transparent[2 * c + 1] ?? 0),
        )
      : undefined;
  const colors = color === 3 ? 3 : channels;
  const given = colors + (clear || (color === 3 && transparent) ? 1 : 0);
  assertHeld(where, header, stride, given);
  const raw = inflated(where, Buffer.concat(IDAT), height * (stride + 1));
  const rows = unfiltered(where, raw, height, stride, Math.max(1, (channels * depth) / 8));
  const values = new Uint16Array(width * channels);
  /** The values of a row, of as many bits as the file has. */
  const unpack = (row: number): void => {
    const start = row * stride;
    const mask = 2 ** depth - 1;
    for (let i = 0; i < values.length; i++) {
      const bit = i * depth;
      const at = start + (bit >> 3);
      const byte = rows[at] as number;
      if (depth === 16) values[i] = 256 * byte + (rows[at + 1] as number);
      else values[i] = (byte >> (8 - depth - (bit & 7))) & mask;
    }
  };
  const data = new Uint8Array(width * height * given);
  for (let row = 0; row < height; row++) {
    unpack(row);
    const start = row * width * given;
    if (color === 3) fromPalette(where, values, palette as Uint8Array, transparent, data.subarray(start));
    else fromValues(values, depth, channels, clear, data.subarray(start));
  }
  return { data, width, height };
}

/** A row of a file with a palette: red, green, blue, and alpha where the file has it. */
function fromPalette(
  where: string,
  entries: Uint16Array,
  palette: Uint8Array,
  alpha: Uint8Array | undefined,
  out: Uint8Array,
): void {
  let at = 0;
  for (const entry of entries) {
    if (3 * entry + 2 >= palette.length) refuse(where, `names color ${entry} of a smaller palette`);
    out[at++] = palette[3 * entry] as number;
    out[at++] = palette[3 * entry + 1] as number;
    out[at++] = palette[3 * entry + 2] as number;
    if (alpha) out[at++] = alpha[entry] ?? 255;
  }
}

/** A row of gray or colors in 8 bits a value; alpha 0 where a pixel has the color that the file names as transparent. */
function fromValues(
  values: Uint16Array,
  depth: number,
  channels: number,
  clear: readonly number[] | undefined,
  out: Uint8Array,
): void {
  const most = 2 ** depth - 1;
  let at = 0;
  for (let i = 0; i < values.length; i += channels) {
    let isClear = clear !== undefined;
    for (let c = 0; c < channels; c++) {
      const value = values[i + c] as number;
      isClear &&= value === clear?.[c];
      out[at++] = depth === 16 ? value >> 8 : (255 * value) / most;
    }
    if (clear) out[at++] = isClear ? 0 : 255;
  }
}
