/** Image files that a user chose or dropped, in folders of one class each. */
import { oneLine } from '../core/describe';
import type { Image } from '../core/inputs/imagesReader';
import type { InputSpec } from '../core/inputs/registry';
import {
  assertOneSize,
  classOfFolder,
  isImageName,
  NO_IMAGE_NAME,
  partsNotes,
  passedOverNote,
} from '../data/imageNames';
import { fittedImage, type ImagesOptions, images } from '../data/images';
import type { FilesDataset } from '../data/ownData';

/** Files of `<input type="file" webkitdirectory>`, or the items of a drop, `event.dataTransfer.items`. */
export type ImageFiles = FileList | readonly File[] | DataTransferItemList;

/** How image files are read. */
export type ImageFilesOptions = Omit<ImagesOptions, 'labels' | 'weight' | 'planar'>;

/** A file and its path, folders divided by slashes. */
interface PathFile {
  readonly path: string;
  readonly file: File;
}

const WHERE = 'imageFiles';

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject));

/** All entries of a folder: a reader gives some hundred at a time. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<readonly FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function filesBelow(entry: FileSystemEntry): Promise<readonly PathFile[]> {
  if (entry.isFile)
    return [{ path: entry.fullPath.slice(1), file: await fileOf(entry as FileSystemFileEntry) }];
  const lists = await Promise.all((await entriesOf(entry as FileSystemDirectoryEntry)).map(filesBelow));
  return lists.flat();
}

/** The files with their paths. The entries of a drop are asked for at once: they are gone after the event. */
async function pathsOf(files: ImageFiles): Promise<readonly PathFile[]> {
  const items = Array.from(files as ArrayLike<File | DataTransferItem>);
  const entries = items.map((item) => ('webkitGetAsEntry' in item ? item.webkitGetAsEntry() : item));
  const lists = await Promise.all(
    entries.map((entry) => {
      if (entry === null) return [];
      if ('fullPath' in entry) return filesBelow(entry);
      return [{ path: entry.webkitRelativePath || entry.name, file: entry }];
    }),
  );
  return lists.flat();
}

/**
 * Paths without their first folder, where it is the same: the one that was chosen. Where files may lie in no folder of a class,
 * it may hold them itself.
 */
const withoutChosen = (files: readonly PathFile[], input: InputSpec | undefined): readonly PathFile[] => {
  const [top] = files[0]?.path.split('/') ?? [];
  const least = input ? 2 : 3;
  const isChosen = files.every(({ path }) => path.startsWith(`${top}/`) && path.split('/').length >= least);
  return isChosen
    ? files.map(({ path, file }) => ({ path: path.slice((top?.length ?? 0) + 1), file }))
    : files;
};

/** The pixels of a file, drawn on a canvas of its size. */
async function imageOf({ path, file }: PathFile): Promise<Image> {
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch (cause) {
    throw new RangeError(
      `${WHERE}: ${oneLine(path, 200)} cannot be decoded, needed an image that the browser shows`,
      {
        cause,
      },
    );
  }
  const { width, height } = bitmap;
  const canvas = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (canvas === null)
    throw new RangeError(`${WHERE}: the browser gives no canvas, needed one of two dimensions`);
  canvas.drawImage(bitmap, 0, 0);
  bitmap.close();
  return canvas.getImageData(0, 0, width, height);
}

/**
 * A data set of the image files that a user chose or dropped: each folder is a class, and the files in `unlabeled` have none.
 * The browser decodes them.
 *
 *   cat/1.png   cat/2.jpg   dog/a.png   unlabeled/x.webp
 *
 * Files may lie deeper; the uppermost folder below the chosen one is the class. Other files are counted in `notes`.
 * The order is that of the paths. With `input`, files may lie in no folder of a class, such as the chosen folder: they have none.
 *
 * @param files of `<input type="file" webkitdirectory>`, or the items of a drop
 * @param options as `images` takes them
 * @returns a data set with `input`, `likelihood`, `notes`, and `paths`: the file of each example below the chosen folder
 * @throws RangeError naming the file that is damaged or of another size, or when there is no image
 * @example input.onchange = async () => fit(await imageFiles(input.files, { size: 32 }), { seed: 1 })
 */
export async function imageFiles(files: ImageFiles, options: ImageFilesOptions = {}): Promise<FilesDataset> {
  if (typeof files !== 'object' || files === null || !Number.isInteger((files as FileList).length))
    throw new TypeError(
      `${WHERE}: files is ${typeof files}, needed the files of an input, or the items of a drop`,
    );
  const given = await pathsOf(files);
  const all = given.filter(({ file }) => isImageName(file.name));
  if (all.length === 0)
    throw new RangeError(`${WHERE}: files hold no image, needed folders of images, one a class`);
  const found = [...withoutChosen(all, options.input)].sort((a, b) => (a.path < b.path ? -1 : 1));
  const paths = found.map(({ path }) => path);
  const labels = paths.map((path) => classOfFolder(WHERE, path, options.input));
  const list: Image[] = [];
  for (const file of found) list.push(fittedImage(await imageOf(file), options));
  if (options.size === undefined) assertOneSize(WHERE, list, paths);
  const known = labels.some((label) => label !== undefined);
  const dataset = images(list, { name: 'image files', ...options, ...(known && { labels }) });
  const others = given.filter(({ file }) => !isImageName(file.name) && !file.name.startsWith('.'));
  const passed = others
    .slice(0, 1)
    .map(({ path }) => passedOverNote({ example: path, count: others.length }, NO_IMAGE_NAME));
  return { ...dataset, paths, notes: [...dataset.notes, ...passed, ...partsNotes(labels)] };
}
