/** The IDX format of MNIST and its relatives. */
import { assertBytes } from '../core/assert';
import { formatShape } from '../core/describe';
import { messageOf } from '../core/messageOf';
import { checked, readOptions, unchecked } from '../core/options';
import { sizeOf } from '../core/shape';
import { checkDataset, type Dataset } from './dataset';
import { isGzip } from './gzip';

/** An array of bytes and its shape. */
export interface IdxArray {
  /** sizes of the axes, slowest first */
  readonly shape: readonly number[];
  /** the values, row-major; a view of the bytes that were parsed */
  readonly data: Uint8Array;
}

/** The header of an IDX file of some axes: its bytes, and the sizes of the axes. */
export const idxHeader = (
  bytes: Uint8Array,
  rank: number,
): { readonly length: number; readonly shape: readonly number[] } => {
  const length = 4 + 4 * rank;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  return { length, shape: Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis)) };
};

/**
 * Reads an IDX file of unsigned bytes (http://yann.lecun.com/exdb/mnist: magic number 0x00 0x00 0x08 rank, one
 * big-endian 32-bit size for each axis, then the values).
 *
 * @param bytes the whole file, unpacked
 * @returns shape and values; nothing is copied
 * @throws RangeError in one line when the magic number is another, the values are not unsigned bytes, or the length
 * is not what the sizes need
 * @example parseIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 2, 7, 9])) // { shape: [2], data: [7, 9] }
 */
export function parseIdx(bytes: Uint8Array): IdxArray {
  assertBytes('parseIdx', 'bytes', bytes);
  if (isGzip(bytes))
    throw new RangeError('parseIdx: bytes are packed with gzip, needed what gunzip makes of them');
  const [first, second, type, rank = 0] = bytes;
  if (bytes.length < 4 || first !== 0 || second !== 0) {
    throw new RangeError(
      `parseIdx: bytes do not start with an IDX magic number (${bytes.length} bytes), needed 0 0 8 rank`,
    );
  }
  if (type !== 8)
    throw new RangeError(`parseIdx: bytes hold values of type ${type}, needed 8 (unsigned bytes)`);
  const header = 4 + 4 * rank;
  if (rank === 0 || bytes.length < header) {
    throw new RangeError(
      `parseIdx: bytes are ${bytes.length} with ${rank} axes, needed at least one axis and ${header} bytes of header`,
    );
  }
  const { shape } = idxHeader(bytes, rank);
  // Many sizes overflow to infinity, and that times a zero is not a number.
  const values = shape.includes(0) ? 0 : sizeOf(shape);
  const needed = header + values;
  if (bytes.length !== needed) {
    const fault = bytes.length < needed ? 'truncated' : 'longer than its header says';
    throw new RangeError(
      `parseIdx: bytes are ${fault}: ${bytes.length}, needed ${needed} for shape ${formatShape(shape)}`,
    );
  }
  return { shape, data: bytes.subarray(header) };
}

/** Two IDX files that belong together. */
export interface IdxDatasetOptions {
  /** what the set is called in tables and messages */
  readonly name: string;
  /** file of images, [N, H, W] or [N, H, W, C], unpacked */
  readonly images: Uint8Array;
  /** file of labels, [N], unpacked */
  readonly labels: Uint8Array;
  /** number of classes; default 10 */
  readonly classes?: number;
  /** what the classes are called, one name for each; default none */
  readonly classNames?: readonly string[];
}

/** Names the file that is damaged. */
const naming = <T>(file: string, parse: () => T): T => {
  try {
    return parse();
  } catch (cause) {
    throw new RangeError(`idxDataset: ${file}: ${messageOf(cause)}`, { cause });
  }
};

/** Whether an axis is as short as that of channels. */
const isFew = (size: number): boolean => size <= 4;

/**
 * A data set out of an IDX file of images and one of labels.
 *
 * Four axes are [N, H, W, C]. Where only the second has four or fewer places it is that of channels, [N, C, H, W], and the file
 * is refused: each image would be scrambled.
 *
 * @param options name, both files, number of classes
 * @returns shape [H, W, C], C = 1 where the file has no channels
 * @throws RangeError in one line when a file is damaged, the axes are others, the channels come first, the counts
 * differ, or a label is not a class
 * @example idxDataset({ name: 'mnist', images, labels }).shape // [28, 28, 1]
 */
export function idxDataset(options: IdxDatasetOptions): Dataset {
  const { name, images, labels, classes, classNames } = readOptions('idxDataset', options, {
    name: unchecked(),
    images: checked<Uint8Array>(assertBytes),
    labels: checked<Uint8Array>(assertBytes),
    classes: unchecked(10),
    classNames: unchecked(),
  });
  const { shape, data: x } = naming('images', () => parseIdx(images));
  const { shape: labelShape, data: y } = naming('labels', () => parseIdx(labels));
  const [count, height = 0, width = 0, channels = 1] = shape;
  if (shape.length !== 3 && shape.length !== 4) {
    throw new RangeError(`idxDataset: images have shape ${formatShape(shape)}, needed [N,H,W] or [N,H,W,C]`);
  }
  if (labelShape.length !== 1 || labelShape[0] !== count) {
    throw new RangeError(
      `idxDataset: labels have shape ${formatShape(labelShape)}, needed [${count}], one for each image`,
    );
  }
  if (shape.length === 4 && isFew(height) && !isFew(channels)) {
    throw new RangeError(
      `idxDataset: images have shape ${formatShape(shape)}, channels first by their look, needed [N,H,W,C]: move the channels behind the columns`,
    );
  }
  return checkDataset(
    'idxDataset',
    'options',
    {
      name,
      x,
      y,
      shape: [height, width, channels],
      classes,
      ...(classNames !== undefined && { classNames }),
    },
    'labels',
  );
}
