/** Reads images: gray or colors over a background, in one size. */
import { isRecord } from '../../files/json';
import { describe } from '../describe';
import { inputValues, isBytes } from '../typedArrays';
import type { ImagesInput } from './images';
import type { InputReader } from './input';
import { resize } from './resize';

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
  const pixels =
    Number.isInteger(width) && Number.isInteger(height) ? (width as number) * (height as number) : 0;
  const bytes = inputValues(data);
  const channels = (bytes?.length ?? 0) / pixels;
  if (isBytes(bytes) && [1, 2, 3, 4].includes(channels)) return channels;
  const came = isImage(image)
    ? `{ data: ${describe(data)}${isBytes(bytes) ? ` of ${bytes.length}` : ''}, width: ${describe(width)}, height: ${describe(height)} }`
    : describe(image);
  throw new TypeError(
    `${where}: ${name} is ${came}, needed { data, width, height }: bytes, 1, 2, 3 or 4 for each pixel, as getImageData and decoders of files give them`,
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

/** Gray, or red, green and blue, of an image's pixels over a background, channel after channel. */
function planesOf(
  image: Image,
  given: number,
  { channels, planar, background }: ImagesInput,
): Float32Array[] {
  const { data, width, height } = image;
  const pixels = width * height;
  const at = (pixel: number, channel: number): number =>
    data[planar ? channel * pixels + pixel : pixel * given + channel] as number;
  const hasAlpha = given % 2 === 0;
  const colors = given >= 3 ? 3 : 1;
  const planes = Array.from({ length: channels }, () => new Float32Array(pixels));
  for (let pixel = 0; pixel < pixels; pixel++) {
    const alpha = hasAlpha ? at(pixel, given - 1) / 255 : 1;
    const shown = (channel: number): number => alpha * at(pixel, channel) + (1 - alpha) * background;
    // ITU-R BT.601, as image libraries have it.
    const gray = colors === 3 && channels === 1;
    for (const [channel, plane] of planes.entries())
      plane[pixel] = gray
        ? 0.299 * shown(0) + 0.587 * shown(1) + 0.114 * shown(2)
        : shown(colors === 3 ? channel : 0);
  }
  return planes;
}

/** Lists of images. */
export const IMAGES_READER: InputReader<ImagesInput> = {
  needed: 'a list of images, { data, width, height } each',
  isRaw: (value) => Array.isArray(value) || isImage(value),
  read(where, name, spec, raw) {
    const { size, channels, resized } = spec;
    const [height, width] = size;
    const list = imagesOf(where, name, raw);
    const x = new Uint8Array(list.length * height * width * channels);
    for (const [n, image] of list.entries()) {
      const given = channelsOf(where, `${name}[${n}]`, image);
      if (!resized && (image.height !== height || image.width !== width))
        throw new RangeError(
          `${where}: ${name}[${n}] has ${image.height} × ${image.width} pixels, needed ${height} × ${width}, or the option size when the data set is made: all are then resized`,
        );
      const from = n * height * width * channels;
      for (const [channel, plane] of planesOf(image, given, spec).entries()) {
        const values = resize(plane, [image.height, image.width], size);
        for (let i = 0; i < values.length; i++)
          x[from + i * channels + channel] = Math.round(Math.min(255, Math.max(0, values[i] as number)));
      }
    }
    return { x, count: list.length };
  },
};
