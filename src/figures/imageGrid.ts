/** Images side by side, as plain pixels. */
import { assertInteger, assertSize } from '../core/assert';
import { describe, formatShape } from '../core/describe';
import { checked, integersFrom, type NumberRange, number, readOptions } from '../core/options';
import { assertNotRgba, assertPadding, rgbaHint } from '../core/pixels';
import { sizeOf } from '../core/shape';
import { inputValues, isBytes } from '../core/typedArrays';

/** A picture: rows of pixels from the top, channels of a pixel beside each other. */
export interface PixelGrid {
  /** pixels in a row */
  readonly width: number;
  /** rows */
  readonly height: number;
  /** 1 for gray, 3 for red, green and blue */
  readonly channels: 1 | 3;
  /** height × width × channels bytes */
  readonly pixels: Uint8Array;
}

/** How images are laid out. */
export interface ImageGridOptions {
  /** shape of one image: [height, width], or [height, width, channels] with 1 or 3 channels */
  readonly shape: readonly number[];
  /** images in a row; default 10 */
  readonly columns?: number;
  /** pixels between images; default 1 */
  readonly padding?: number;
  /** gray value of what is between them, 0 to 255; default 128 */
  readonly background?: number;
}

const GREY: NumberRange = {
  needed: 'a number from 0 to 255',
  holds: (value) => value >= 0 && value <= 255,
};

/** Background where none is asked for. */
const MEDIUM_GREY = 128;

/** Refuses a shape that is none of an image. */
const assertImageShape = (where: string, name: string, shape: readonly number[]): void => {
  if (!Array.isArray(shape)) throw new TypeError(`${where}: ${name} is ${describe(shape)}, needed an array`);
  const depth = shape[2] ?? 1;
  if (shape.length < 2 || shape.length > 3 || (depth !== 1 && depth !== 3)) {
    throw new RangeError(
      `${where}: ${name} is ${formatShape(shape)}, needed [height,width], or with 1 or 3 channels`,
    );
  }
  for (const axis of shape) assertInteger(where, `an axis of ${name}`, axis);
};

/** The options `shape` and `padding` of every grid. */
export const gridRules = (shape?: readonly number[]) => ({
  shape: checked(assertImageShape, shape),
  padding: checked(assertPadding, 1),
});

/** The option `columns`. */
export const gridColumns = () => number(integersFrom(1), 10);

/** How cells are laid out, once it is checked. */
type Layout = Pick<ImageGridOptions, 'background'> & Required<Omit<ImageGridOptions, 'background'>>;

/** Values of one image, or nothing for an empty place. */
export type Cell = Uint8Array | Float32Array | undefined;

/**
 * Lays images out in rows.
 *
 * @param images values one image after another: bytes, or numbers of which [0, 1] becomes black to white and what
 * lies outside is cut off
 * @param options shape, columns, padding, background
 * @returns the picture; places without an image keep the background
 * @throws RangeError when there is no image, the values do not divide into images of that shape, or one is NaN
 * @example imageGrid(Float32Array.of(0, 1), { shape: [1, 1], columns: 2, padding: 0 }).pixels // [0, 255]
 */
export function imageGrid(
  images: Uint8Array | Uint8ClampedArray | Float32Array,
  options: ImageGridOptions,
): PixelGrid {
  const layout = readOptions('imageGrid', options, {
    ...gridRules(),
    columns: gridColumns(),
    background: number(GREY, MEDIUM_GREY),
  });
  const { shape } = layout;
  const values = inputValues(images);
  if (values === undefined)
    throw new TypeError(`imageGrid: images is ${describe(images)}, needed a Uint8Array or a Float32Array`);
  const size = sizeOf(shape);
  assertNotRgba('imageGrid', 'images', images, shape);
  if (images.length === 0 || images.length % size !== 0) {
    throw new RangeError(
      `imageGrid: images hold ${images.length} values, needed a multiple of ${size} for images ${formatShape(shape)}${rgbaHint(images.length, shape)}`,
    );
  }
  return layOut('imageGrid', cellsOf(values, size), layout);
}

/** Cuts values into images of `size` values. */
export const cellsOf = (images: Uint8Array | Float32Array, size: number): Cell[] =>
  Array.from({ length: images.length / size }, (_, i) => images.subarray(i * size, (i + 1) * size));

/** Lays cells out in rows, left to right and top to bottom. */
export function layOut(
  where: string,
  cells: readonly Cell[],
  { shape, columns, padding, background = MEDIUM_GREY }: Layout,
): PixelGrid {
  const [rows = 0, width = 0, depth = 1] = shape;
  const channels = depth === 3 ? 3 : 1;
  const size = rows * width * channels;
  const unfit = cells.find((cell) => cell !== undefined && cell.length !== size);
  if (cells.length === 0 || unfit) {
    const came = unfit ? `${unfit.length} values` : 'no image';
    throw new RangeError(
      `${where}: an image of shape ${formatShape(shape)} needed ${size} values, came ${came}`,
    );
  }
  const across = Math.min(columns, cells.length);
  const down = Math.ceil(cells.length / across);
  const gridWidth = across * (width + padding) - padding;
  const gridHeight = down * (rows + padding) - padding;
  assertSize(where, 'the size of the picture', gridWidth * gridHeight * channels);
  const pixels = new Uint8Array(gridWidth * gridHeight * channels).fill(background);
  for (const [i, cell] of cells.entries()) {
    if (cell === undefined) continue;
    const bytes = isBytes(cell) ? cell : toBytes(where, cell);
    const left = (i % across) * (width + padding);
    const top = Math.floor(i / across) * (rows + padding);
    for (let row = 0; row < rows; row++) {
      const line = bytes.subarray(row * width * channels, (row + 1) * width * channels);
      pixels.set(line, ((top + row) * gridWidth + left) * channels);
    }
  }
  return { width: gridWidth, height: gridHeight, channels, pixels };
}

const toBytes = (where: string, values: Float32Array): Uint8Array =>
  Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) throw new RangeError(`${where}: an image holds NaN, needed numbers`);
    return Math.round(255 * Math.min(1, Math.max(0, value)));
  });
