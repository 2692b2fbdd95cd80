/** Pixels of red, green, blue and alpha, as canvases and image decoders give them, where other channels are needed. */
import { assertInteger, assertSize } from './assert';
import { formatShape } from './describe';
import { sizeOf } from './shape';
import { isClamped } from './typedArrays';

/** Refuses anything but a number of pixels around an image. */
export function assertPadding(where: string, name: string, padding: number): void {
  assertInteger(where, name, padding, 0);
  assertSize(where, name, padding);
}

/** Values of a pixel. */
const RGBA = 4;

/** Of fewer pixels nobody makes an image, and values may look like one by chance. */
const FEWEST = 16;

/** Pixels of one example: its values, or those of one channel where it has channels. */
const pixelsOf = (shape: readonly number[]): number => sizeOf(shape.length < 3 ? shape : shape.slice(0, -1));

/** How many images of four channels values could be, of the size that an example has; none where it has four itself. */
const imagesIn = (length: number, shape: readonly number[]): number => {
  const images = length / (RGBA * pixelsOf(shape));
  return shape.at(-1) !== RGBA && Number.isInteger(images) ? images : 0;
};

/** Whether every pixel is gray, and alpha not: what a drawing on a canvas is, and images one after another are not. */
const isGrayWithAlpha = (values: ArrayLike<number>): boolean => {
  let alpha = false;
  for (let i = 0; i < values.length; i += RGBA) {
    const gray = values[i];
    if (values[i + 1] !== gray || values[i + 2] !== gray) return false;
    alpha ||= values[i + 3] !== gray;
  }
  return alpha;
};

/**
 * What a message about a wrong number of values adds where they could be pixels with alpha.
 *
 * @param length number of values
 * @param shape of one example
 * @returns nothing where they could not
 */
export const rgbaHint = (length: number, shape: readonly number[]): string =>
  pixelsOf(shape) >= FEWEST && imagesIn(length, shape) > 0
    ? '; a canvas gives red, green, blue and alpha of each pixel: take the channels that you need'
    : '';

/**
 * Refuses images with alpha that would be read as several examples: they are known by their type, which is that of a
 * canvas, or by their look, where every pixel is gray.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param values any number of examples
 * @param shape of one example
 * @throws RangeError that says how to take the channels that are needed
 */
export function assertNotRgba(
  where: string,
  name: string,
  values: ArrayLike<number>,
  shape: readonly number[],
): void {
  const images = imagesIn(values.length, shape);
  const clamped = isClamped(values);
  if (images === 0 || !(clamped || (pixelsOf(shape) >= FEWEST && isGrayWithAlpha(values)))) return;
  const wanted = shape.length > 2 && shape.at(-1) === 3 ? '< 3' : '=== 0';
  const otherwise = clamped ? `; if it holds no alpha, Uint8Array.from(${name})` : '';
  throw new RangeError(
    `${where}: ${name} holds red, green, blue and alpha of each pixel, as a canvas gives them (${values.length} values), needed ${images} × ${formatShape(shape)}: Uint8Array.from(${name}.filter((_, i) => i % 4 ${wanted}))${otherwise}`,
  );
}
