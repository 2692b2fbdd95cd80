/** Image files in folders, one for each class. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { plainOf } from '../../core/assert';
import { oneLine } from '../../core/describe';
import { channelsOf, type Image } from '../../core/inputs/imagesReader';
import { messageOf } from '../../core/messageOf';
import { callable, optional } from '../../core/options';
import { assertOneSize, classOfFolder, partsNotes } from '../../data/imageNames';
import { fittedImage, type ImagesOptions, images, LONGEST_SIDE } from '../../data/images';
import type { FilesDataset } from '../../data/ownData';
import { absolute, assertPath } from '../file';
import { naming } from '../systemError';
import { assertAnyImage, filesBelow } from './filesBelow';
import { decodePng, sizeOfPng } from './png';

/** Decodes the bytes of a file into pixels, `{ data, width, height }`, or a promise of it. */
export type DecodeImage = (bytes: Uint8Array, path: string) => Image | Promise<Image>;

/** How a folder of images is read. */
export interface ImageFolderOptions extends Omit<ImagesOptions, 'labels' | 'weight'> {
  /** decodes a file; default: PNG files are decoded, and the error names any other file */
  readonly decode?: DecodeImage;
}

const WHERE = 'imageFolder';

const png = (where: string, bytes: Uint8Array, path: string): Image => {
  if (extname(path).toLowerCase() !== '.png')
    throw new RangeError(
      `${where}: ${oneLine(path, 200)} is not a PNG file, needed the option decode for other formats`,
    );
  return decodePng(`${where}: ${oneLine(path, 200)}`, bytes);
};

/** The image in the bytes of a file; what a decoder throws is said together with the file's name. */
export async function decodeFile(
  where: string,
  bytes: Uint8Array,
  path: string,
  decode: DecodeImage | undefined,
): Promise<Image> {
  if (decode === undefined) return png(where, bytes, path);
  let image: Image;
  try {
    image = await decode(bytes, path);
  } catch (cause) {
    throw new RangeError(
      `${where}: decode fails on ${oneLine(path, 200)}: ${oneLine(messageOf(cause))}; needed { data, width, height }`,
      { cause },
    );
  }
  channelsOf(where, `the image of ${oneLine(path, 200)}`, image);
  return image;
}

/** Refuses an image by what its header tells, where no size is asked for: a large one, or of another size than the first. */
function assertAsItIs(
  path: string,
  size: Pick<Image, 'width' | 'height'>,
  first: Image | undefined,
  firstPath: string,
): void {
  if (first) assertOneSize(WHERE, [first, size], [firstPath, path]);
  if (Math.max(size.width, size.height) > LONGEST_SIDE)
    throw new RangeError(
      `${WHERE}: ${oneLine(path, 200)} has ${size.height} × ${size.width} pixels, needed at most ${LONGEST_SIDE} a side, or the option size`,
    );
}

/**
 * A data set of the image files in a folder: each folder in it is a class, and the files in `unlabeled` have none.
 *
 *   photos/cat/1.png   photos/cat/2.png   photos/dog/a.png   photos/unlabeled/x.png
 *
 * Files may lie deeper; the uppermost folder is the class. Files and folders whose names begin with a dot are passed over. The
 * order is that of the names. With `input`, files may lie in no folder of a class: they have none.
 *
 * Links to files and folders are followed. Each folder is read once for each class. What is passed over is counted in `notes`:
 * files whose names are not those of images, links that lead to nothing or to a folder that is read already, and devices and
 * pipes with the names of images.
 *
 * @param dir the folder
 * @param options as `images` takes them; `decode` for formats other than PNG
 * @returns a data set with `input`, `likelihood`, `notes`, and `paths`: the file of each example below the folder
 * @throws RangeError or TypeError naming the file that is damaged or of another format or size, or when there is no image
 * @throws Error naming a folder, a file or a link that cannot be read
 * @example await imageFolder('photos', { size: 32, decode: (bytes) => decodeJpeg(bytes) })
 */
export async function imageFolder(dir: string, options: ImageFolderOptions = {}): Promise<FilesDataset> {
  const { decode, ...own } = plainOf(WHERE, options, 'options');
  for (const name of ['labels', 'weight'])
    if (Object.hasOwn(own, name))
      throw new RangeError(`${WHERE}: ${name} is not an option, needed folders, one a class`);
  const decoder = optional(callable<DecodeImage>())(WHERE, 'decode', decode);
  assertPath(WHERE, 'dir', dir, 'folder');
  const folder = absolute(WHERE, dir);
  const found = await filesBelow(WHERE, folder, 'a class');
  assertAnyImage(WHERE, dir, found, 'folders of images, one a class');
  const { paths } = found;
  const labels = paths.map((path) => classOfFolder(WHERE, path, own.input));
  const list: Image[] = [];
  for (const path of paths) {
    const bytes = new Uint8Array(
      await naming(`${WHERE}: ${oneLine(path, 200)}`, 'cannot be read', () => readFile(join(folder, path))),
    );
    const isAsItIs = own.size === undefined && own.input === undefined;
    const check = (size: Pick<Image, 'width' | 'height'>): void => {
      if (isAsItIs) assertAsItIs(path, size, list[0], paths[0] as string);
    };
    if (decoder === undefined && extname(path).toLowerCase() === '.png')
      check(sizeOfPng(`${WHERE}: ${oneLine(path, 200)}`, bytes));
    const image = await decodeFile(WHERE, bytes, path, decoder);
    check(image);
    list.push(fittedImage(image, own));
  }
  const known = labels.some((label) => label !== undefined);
  const dataset = images(list, { name: basename(dir), ...own, ...(known && { labels }) });
  return { ...dataset, paths, notes: [...dataset.notes, ...found.notes, ...partsNotes(labels)] };
}
