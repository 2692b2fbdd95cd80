/** Reads images: gray or colors over a background, in one size. */
import { isRecord } from '../../files/json';
import { describe } from '../describe';
import { inputValues, isBytes } from '../typedArrays';
import type { ImagesInput } from './images';
import type { InputReader } from './input';
import { resize } from './resize';
import { assertRoom } from './room';

/** Pixels, as a canvas's `getImageData` and decoders of files give them. */
export interface Image {
  /** bytes: 1 (gray), 2 (gray, alpha), 3 (red, green, blue) or 4 (with alpha) for each pixel */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** pixels of a row */
  readonly width: number;
  /** rows */
  readonly height: number;
}

const isImage = (value: unknown): value is Image =>
  isRecord(value) && 'data' in value && 'width' in value && 'height' in value;

/** Number of channels of an image; an image that is none is refused. */
export function channelsOf(where: string, name: string, image: unknown): number {
  const { data, width, height } = isImage(image) ? image : {};
  const isSide = (value: unknown): boolean => Number.isInteger(value) && (value as number) > 0;
  const pixels = isSide(width) && isSide(height) ? (width as number) * (height as number) : 0;
  const bytes = inputValues(data);
  const channels = (bytes?.length ?? 0) / pixels;
  if (isBytes(bytes) && [1, 2, 3, 4].includes(channels)) return channels;
  const came = isImage(image)
    ? `{ data: ${describe(data)}${isBytes(bytes) ? ` of ${bytes.length}` : ''}, width: ${describe(width)}, height: ${describe(height)} }`
    : describe(image);
  throw new TypeError(
    `${where}: ${name} is ${came}, needed { data, width, height }: width and height of at least 1, and bytes, 1, 2, 3 or 4 for each pixel, as getImageData and decoders of files give them`,
  );
}

/** A list of images; one alone is a list of one. */
export function imagesOf(where: string, name: string, given: unknown): readonly Image[] {
  if (isImage(given)) return [given];
  if (!Array.isArray(given))
    throw new TypeError(
      `${where}: ${name} is ${describe(given)}, needed a list of images, { data, width, height } each`,
    );
  return given;
}

/** Rows of a channel of an image: gray, red, green or blue over a background. Each is overwritten by the next. */
function rowsOf(
  { data, width, height }: Image,
  given: number,
  channel: number,
  { channels, planar, background }: ImagesInput,
): (row: number) => Float32Array {
  const pixels = width * height;
  const [toPixel, toChannel] = planar ? [1, pixels] : [given, 1];
  const colors = given >= 3 ? 3 : 1;
  // ITU-R BT.601, as image libraries have it.
  const shares = colors === 3 && channels === 1 ? [0.299, 0.587, 0.114] : [1];
  const first = colors === 3 && channels === 3 ? channel : 0;
  const values = new Float32Array(width);
  return (row) => {
    for (let column = 0; column < width; column++) {
      const at = (row * width + column) * toPixel;
      let value = 0;
      for (let c = 0; c < shares.length; c++)
        value += (shares[c] as number) * (data[at + (first + c) * toChannel] as number);
      const alpha = given % 2 === 0 ? (data[at + (given - 1) * toChannel] as number) / 255 : 1;
      values[column] = alpha * value + (1 - alpha) * background;
    }
    return values;
  };
}

/** Lists of images. */
export const IMAGES_READER: InputReader<ImagesInput> = {
  needed: 'a list of images, { data, width, height } each',
  isRaw: (value) => Array.isArray(value) || isImage(value),
  read(where, name, spec, raw) {
    const { size, channels, resized } = spec;
    const [height, width] = size;
    const list = imagesOf(where, name, raw);
    const fewer = 'give a smaller size, or read images in blocks, by imageBlocks and streamBatches';
    assertRoom(where, name, list.length, height * width * channels, fewer);
    const x = new Uint8Array(list.length * height * width * channels);
    for (const [n, image] of list.entries()) {
      const given = channelsOf(where, `${name}[${n}]`, image);
      if (!resized && (image.height !== height || image.width !== width))
        throw new RangeError(
          `${where}: ${name}[${n}] has ${image.height} × ${image.width} pixels, needed ${height} × ${width}, or the option size when the data set is made: all are then resized`,
        );
      const from = n * height * width * channels;
      for (let channel = 0; channel < channels; channel++) {
        const values = resize(rowsOf(image, given, channel, spec), [image.height, image.width], size);
        for (let i = 0; i < values.length; i++)
          x[from + i * channels + channel] = Math.round(Math.min(255, Math.max(0, values[i] as number)));
      }
    }
    return { x, count: list.length };
  },
};
