/** Images as a data set. */
import { describe } from '../core/describe';
import type { ImagesInput } from '../core/inputs/images';
import { channelsOf, type Image, imagesOf } from '../core/inputs/imagesReader';
import { flag, integersFrom, number, optional, type Rule, readOptions } from '../core/options';
import { assertFittedAlone, type OwnDataOptions, type OwnDataset, ownDataRules, ownDataset } from './ownData';

/** How images are read. */
export interface ImagesOptions extends OwnDataOptions {
  /** height and width that all images get, or one number for both; default that of the images, which must then be one */
  readonly size?: number | readonly [number, number];
  /** whether colors become gray; default where no image has colors */
  readonly gray?: boolean;
  /** whether the channels lie one after another, each as a whole image; default `false`: pixel after pixel */
  readonly planar?: boolean;
  /** gray behind transparent pixels, 0 (black, the default) to 255 (white) */
  readonly background?: number;
}

/** The longest side of an image that is learned from as it is. */
export const LONGEST_SIDE = 4096;

const sizeRule: Rule<readonly [number, number] | undefined> = (where, name, size) => {
  if (size === undefined) return undefined;
  const axes: readonly unknown[] = Array.isArray(size) ? size : [size, size];
  if (
    axes.length !== 2 ||
    !axes.every((axis) => Number.isInteger(axis) && (axis as number) > 0 && (axis as number) <= LONGEST_SIDE)
  )
    throw new RangeError(
      `${where}: ${name} is ${describe(size)}, needed [height, width] or one number for both, integers from 1 to ${LONGEST_SIDE}`,
    );
  return [axes[0] as number, axes[1] as number];
};

/**
 * A data set of images: bytes [H, W, C] of one size, value / 255 to a model.
 *
 * Where a size is given, all images get it: by the mean over the area that a pixel covers where an axis shrinks, by a line
 * between neighbors where it grows. Gray is 0.299 R + 0.587 G + 0.114 B; transparent pixels show the background. A model made
 * for the data set keeps all that, so that `predict(model, images)` takes images as these are, a canvas's `getImageData`
 * among them.
 *
 * @param images a list of `{ data, width, height }`: bytes, 1 (gray), 2 (gray, alpha), 3 or 4 (with alpha) for each pixel
 * @param options labels, names of classes, weights; size, gray, planar, background
 * @returns a data set with `input`, `likelihood` (Bernoulli) and `notes`
 * @throws TypeError or RangeError when an image is none, or is of another size than the first and no size is given
 * @example images([{ data: Uint8Array.of(0, 4, 8, 12), width: 4, height: 1 }], { size: [1, 2] }).x // [2, 10]
 */
export function images(images: readonly Image[], options: ImagesOptions = {}): OwnDataset {
  const {
    size,
    gray,
    planar,
    background,
    input: given,
    ...own
  } = readOptions('images', options, {
    ...ownDataRules('images'),
    size: sizeRule,
    gray: optional(flag()),
    planar: flag(false),
    background: number(integersFrom(0, 255), 0),
  });
  assertFittedAlone('images', options, ['size', 'gray', 'planar', 'background']);
  const list = imagesOf('images', 'images', images);
  const [first] = list;
  if (first === undefined) throw new RangeError('images: images are empty, needed at least one');
  let hasColors = false;
  for (const [n, image] of list.entries())
    hasColors = channelsOf('images', `images[${n}]`, image) > 2 || hasColors;
  if (!given && !size && Math.max(first.height, first.width) > LONGEST_SIDE)
    throw new RangeError(
      `images: images[0] has ${first.height} × ${first.width} pixels, needed at most ${LONGEST_SIDE} a side, or the option size`,
    );
  const input: ImagesInput = given ?? {
    kind: 'images',
    size: size ?? [first.height, first.width],
    channels: gray === true || !hasColors ? 1 : 3,
    resized: size !== undefined,
    planar,
    background,
  };
  const dataset = ownDataset({ ...own, where: 'images', argument: 'images', raw: images, input, notes: [] });
  const { x } = dataset;
  if (!given && list.length > 1 && x.every((value) => value === x[0]))
    throw new RangeError(
      `images: all pixels of all images are ${x[0]}, needed images that differ${background === 0 ? ': background: 255 shows black on transparent pixels' : ''}`,
    );
  return dataset;
}

/** Pixels with each channel as a whole image, as the option `planar` reads them. */
const byChannel = (pixels: Uint8Array, channels: number): Uint8Array => {
  const size = pixels.length / channels;
  return Uint8Array.from(pixels, (_, i) => pixels[(i % size) * channels + Math.floor(i / size)] as number);
};

/**
 * One image as {@link images} reads it, in memory of its own and still to be read by the same options: what a decoder gives may be
 * large, and overwritten by the next.
 */
export function fittedImage(image: Image, options: ImagesOptions): Image {
  const { labels: _, weight: __, ...reading } = options;
  const { x, input } = images([image], reading);
  const { size, channels, planar } = input as ImagesInput;
  const [height, width] = size;
  const pixels = x as Uint8Array;
  return { data: planar ? byChannel(pixels, channels) : pixels, height, width };
}
