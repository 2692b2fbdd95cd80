/** Image files in a folder, block by block. */
import { basename, join } from 'node:path';
import { oneLine } from '../../core/describe';
import type { ImagesInput } from '../../core/inputs/images';
import type { Image } from '../../core/inputs/imagesReader';
import { readInputs } from '../../core/inputs/readers';
import { shapeOfInput } from '../../core/inputs/registry';
import { callable, integersFrom, number, optional, readOptions, text, unchecked } from '../../core/options';
import { sizeOf } from '../../core/shape';
import { type ImagesOptions, images } from '../../data/images';
import { assertFittedAlone, inputRule } from '../../data/ownData';
import type { OwnBlocks } from '../../data/stream/blocks';
import { crc32 } from '../../files/crc32';
import { absolute, assertPath } from '../file';
import { assertAnyImage, filesBelow } from '../images/filesBelow';
import { type DecodeImage, decodeFile } from '../images/imageFolder';
import { type FileState, readRange, stateOf } from './fileRange';

/** How a folder of images is read. */
export interface ImageBlocksOptions
  extends Pick<ImagesOptions, 'size' | 'gray' | 'planar' | 'background' | 'input'> {
  /** decodes a file; default: PNG files are decoded, and an error names any other */
  readonly decode?: DecodeImage;
  /** images of a block; default: as many as 16 MiB hold once they have their size */
  readonly imagesPerBlock?: number;
  /** names the data for exact resume; default: names, sizes and times of the files */
  readonly version?: string;
}

const WHERE = 'imageBlocks';

/** Bytes of a block, about. */
const BLOCK_BYTES = 2 ** 24;

/** Images whose size and colors are read first. */
const SAMPLED = 32;

/** Files that are asked for their state at once. */
const ASKED = 64;

/** Size and time of each file. */
async function statesOf(dir: string, paths: readonly string[]): Promise<readonly FileState[]> {
  const states: FileState[] = [];
  for (let from = 0; from < paths.length; from += ASKED) {
    const some = paths.slice(from, from + ASKED);
    states.push(...(await Promise.all(some.map((path) => stateOf(WHERE, join(dir, path))))));
  }
  return states;
}

/** How images are read that some of them tell: colors where one of them has colors. */
async function fittedInput(
  imageAt: (n: number) => Promise<Image>,
  paths: readonly string[],
  options: Pick<ImagesOptions, 'size' | 'gray' | 'planar' | 'background'>,
): Promise<ImagesInput> {
  const count = Math.min(SAMPLED, paths.length);
  let input: ImagesInput | undefined;
  for (let i = 0; i < count; i++) {
    const one = images([await imageAt(Math.floor((i * paths.length) / count))], options).input as ImagesInput;
    if (input && !one.resized && String(one.size) !== String(input.size))
      throw new RangeError(
        `${WHERE}: the images have ${input.size.join(' × ')} and ${one.size.join(' × ')} pixels, needed one size, or the option size`,
      );
    if (input === undefined || one.channels > input.channels) input = one;
  }
  return input as ImagesInput;
}

/**
 * The image files in a folder and the folders in it, for `streamBatches`. Names of folders are not read as classes.
 *
 * Read the few labeled images by `imageFolder`, from another folder, and give its `input` to this function: both are then read in
 * the same way. Without it, size and colors are those of up to 32 files.
 *
 * Files and folders whose names begin with a dot are passed over. Links to files and folders are followed, and each folder is
 * read once. What else is passed over is counted in `notes`: files whose names are not those of images, links that lead to
 * nothing or to a folder that is read already, and devices and pipes with the names of images.
 *
 * Files are read and decoded when their block is needed. They must stay as they are: one that changes or vanishes while a run
 * reads it raises an error with its name.
 *
 * @param dir the folder
 * @param options as `images` takes them; `decode` for formats other than PNG; images of a block
 * @returns blocks, with `input` and `notes`
 * @throws RangeError or TypeError naming the file that is damaged or of another format or size, or when there is no image
 * @example await imageBlocks('photos/unlabeled', { input: labeled.input, decode: (bytes) => decodeJpeg(bytes) })
 */
export async function imageBlocks(
  dir: string,
  options: ImageBlocksOptions = {},
): Promise<OwnBlocks<ImagesInput>> {
  const {
    decode,
    imagesPerBlock,
    version,
    input: given,
    ...fitting
  } = readOptions(WHERE, options, {
    decode: optional(callable<DecodeImage>()),
    imagesPerBlock: optional(number(integersFrom(1))),
    version: optional(text()),
    input: inputRule('images'),
    // `images` checks them.
    size: unchecked<ImagesOptions['size']>(),
    gray: unchecked<boolean | undefined>(),
    planar: unchecked<boolean | undefined>(),
    background: unchecked<number | undefined>(),
  });
  assertFittedAlone(WHERE, options, ['size', 'gray', 'planar', 'background']);
  assertPath(WHERE, 'dir', dir, 'folder');
  const folder = absolute(WHERE, dir);
  const found = await filesBelow(WHERE, folder, 'in all');
  assertAnyImage(WHERE, dir, found, 'at least one');
  const { paths, notes } = found;
  const states = await statesOf(folder, paths);
  const imageAt = async (n: number): Promise<Image> => {
    const path = paths[n] as string;
    const bytes = await readRange(WHERE, join(folder, path), states[n] as FileState);
    return decodeFile(WHERE, bytes, path, decode);
  };
  const set = Object.fromEntries(Object.entries(fitting).filter(([, value]) => value !== undefined));
  const input = given ?? (await fittedInput(imageAt, paths, set));
  const shape = shapeOfInput(input);
  const pixels = sizeOf(shape);
  const each = Math.min(paths.length, imagesPerBlock ?? Math.max(1, Math.floor(BLOCK_BYTES / pixels)));
  const sizes = Array.from({ length: Math.ceil(paths.length / each) }, (_, block) =>
    Math.min(each, paths.length - block * each),
  );
  return {
    name: basename(dir),
    shape,
    sizes,
    bytes: 'unit',
    input,
    notes,
    get identity() {
      const files = paths.map((path, n) => `${path} ${states[n]?.size} ${states[n]?.mtimeMs}`);
      return version ?? `${paths.length} ${crc32(new TextEncoder().encode(files.join('\n')))}`;
    },
    async read(block) {
      const x = new Uint8Array((sizes[block] as number) * pixels);
      for (let i = 0; i < (sizes[block] as number); i++) {
        const n = block * each + i;
        const image = await imageAt(n);
        const [height, width] = input.size;
        if (!input.resized && (image.height !== height || image.width !== width))
          throw new RangeError(
            `${WHERE}: ${oneLine(paths[n] as string, 200)} has ${image.height} × ${image.width} pixels, needed ${height} × ${width}, or the option size`,
          );
        // One by one: an image as it is may take far more memory than its example.
        x.set(readInputs(WHERE, 'image', input, [image]).x as Uint8Array, i * pixels);
      }
      return { x };
    },
  };
}
