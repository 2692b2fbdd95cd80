/** Names of image files, and the classes that their folders name. */
import { describe, oneLine } from '../core/describe';
import type { Image } from '../core/inputs/imagesReader';
import type { InputSpec } from '../core/inputs/registry';

/** The folder of files without a class. */
const UNLABELED = 'unlabeled';

/** Whether a file is an image by its name, and not hidden. */
export const isImageName = (name: string): boolean =>
  /^[^.].*\.(png|jpe?g|gif|webp|bmp|avif|tiff?|pgm|ppm|qoi|heic|heif|jxl|jp2)$/i.test(name);

/** Why a file is passed over whose name is not that of an image: of one, and of several. */
export const NO_IMAGE_NAME = ['it has no name of an image', 'they have no names of images'] as const;

/** Paths that were passed over for one reason. */
export interface PassedOver {
  readonly example: string;
  readonly count: number;
}

/** A note on them, for the user: the reason of one path, and of several. */
export const passedOverNote = (
  { example, count }: PassedOver,
  [ofOne, ofSeveral]: readonly [string, string],
): string =>
  count === 1
    ? `the path ${oneLine(example, 200)} is passed over: ${ofOne}`
    : `${count} paths are passed over, such as ${oneLine(example, 200)}: ${ofSeveral}`;

/**
 * The class of a file: the uppermost folder of its path.
 *
 * @param path below the folder that is read, divided by slashes
 * @param input how a model reads images, where it is given: a file in no folder is then an image to predict
 * @returns the name of the class; none in `unlabeled`, and for a file in no folder
 * @throws RangeError when the file is in no folder, and no input is given
 */
export function classOfFolder(where: string, path: string, input?: InputSpec): string | undefined {
  const [folder = '', ...rest] = path.split('/');
  if (rest.length === 0) {
    if (input) return undefined;
    throw new RangeError(
      `${where}: ${oneLine(path, 200)} is in no folder of a class, needed one, or the folder ${UNLABELED}; for images to predict, input: model.input`,
    );
  }
  if (folder !== UNLABELED && /^unlabell?ed$/i.test(folder))
    throw new RangeError(
      `${where}: the folder ${describe(folder)} would be a class, needed the name ${UNLABELED} where its images have none, or another name`,
    );
  return folder === UNLABELED ? undefined : folder;
}

/** What the parts of a data set are called. */
const PART = /^(train(ing)?|val(id(ation)?)?|test(ing)?|dev|eval)$/i;

/** A note where the folders that would be classes are the parts of a data set, each with the classes in it; else none. */
export function partsNotes(labels: readonly (string | undefined)[]): readonly string[] {
  const classes = [...new Set(labels.filter((label) => label !== undefined))];
  if (classes.length < 2 || !classes.every((name) => PART.test(name))) return [];
  return [
    `the classes are ${classes.map(describe).join(', ')}, as the parts of a data set are called: read a part alone where its folders are the classes`,
  ];
}

/** Refuses images of different sizes, by the names of their files. */
export function assertOneSize(
  where: string,
  images: readonly Pick<Image, 'width' | 'height'>[],
  paths: readonly string[],
): void {
  const [first] = images;
  const other = images.findIndex(({ width, height }) => width !== first?.width || height !== first?.height);
  if (first === undefined || other < 0) return;
  const sizeOf = (i: number): string =>
    `${oneLine(paths[i] as string, 150)} has ${images[i]?.height} × ${images[i]?.width} pixels`;
  throw new RangeError(`${where}: ${sizeOf(other)} and ${sizeOf(0)}, needed one size, or the option size`);
}
