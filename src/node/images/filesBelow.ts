/** The image files below a folder: each folder is read once, however many links lead to it. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine } from '../../core/describe';
import { isImageName, NO_IMAGE_NAME, type PassedOver, passedOverNote } from '../../data/imageNames';
import { entriesOf } from '../entries';
import { naming } from '../systemError';

/** The image files below a folder. */
export interface FilesBelow {
  /** their paths below the folder, divided by slashes on every system, in the order of their names */
  readonly paths: readonly string[];
  /** what was passed over, and why: a note for each reason, with a count and an example */
  readonly notes: readonly string[];
}

/** A folder in another one. */
interface Folder {
  readonly path: string;
  readonly isLink: boolean;
}

/** Why a path is passed over: of one path, and of several. */
const REASONS = {
  nothing: ['it leads to nothing', 'they lead to nothing'],
  again: ['it leads to a folder that is read already', 'they lead to folders that are read already'],
  other: ['it is not a regular file', 'they are not regular files'],
  name: NO_IMAGE_NAME,
} as const;

type Reason = keyof typeof REASONS;

/** Names are compared folder by folder: no name holds a zero. */
const inOrder = (paths: readonly string[]): readonly string[] =>
  paths
    .map((path) => path.replaceAll('/', '\0'))
    .sort()
    .map((path) => path.replaceAll('\0', '/'));

/**
 * The image files below a folder. Links to files and folders are followed. Each folder is read once: under its own path where
 * that lies below, otherwise by the first link that leads to it. Names that begin with a dot are passed over without a note.
 *
 * @param where function, for messages
 * @param dir the folder
 * @param once whether a folder is read once in all, or once for each of the uppermost folders, which are classes
 * @throws Error naming a folder or link that cannot be read
 */
export async function filesBelow(
  where: string,
  dir: string,
  once: 'in all' | 'a class',
): Promise<FilesBelow> {
  const paths: string[] = [];
  const passed = new Map<Reason, PassedOver>();
  const passOver = (reason: Reason, path: string): void => {
    const { example = path, count = 0 } = passed.get(reason) ?? {};
    passed.set(reason, { example, count: count + 1 });
  };
  /** Reads one folder: the folders in it. */
  const read = (below: string, visited: Set<string>): Promise<readonly Folder[]> =>
    naming(`${where}: ${oneLine(join(dir, below), 200)}`, 'cannot be read', async () => {
      const real = await realpath(join(dir, below));
      if (visited.has(real)) {
        passOver('again', below);
        return [];
      }
      visited.add(real);
      const folders: Folder[] = [];
      const entries = await entriesOf(where, join(dir, below));
      for (const { name, is, isLink } of [...entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        if (name.startsWith('.')) continue;
        const path = below === '' ? name : `${below}/${name}`;
        if (is === 'folder') folders.push({ path, isLink });
        else if (is === 'nothing') passOver('nothing', path);
        else if (isImageName(name) && is === 'file') paths.push(path);
        else passOver(isImageName(name) ? 'other' : 'name', path);
      }
      return folders;
    });
  /** Reads folders and all below them: links last and in turn, so that paths are short. */
  const walk = async (first: readonly Folder[], visited: Set<string>): Promise<void> => {
    const folders: Folder[] = [];
    const links: Folder[] = [];
    const add = (found: readonly Folder[]): void => {
      for (const folder of found) (folder.isLink ? links : folders).push(folder);
    };
    add(first);
    for (;;) {
      const next = folders.pop() ?? links.shift();
      if (next === undefined) return;
      add(await read(next.path, visited));
    }
  };
  const visited = new Set<string>();
  const top = await read('', visited);
  if (once === 'in all') await walk(top, visited);
  else for (const folder of top) await walk([folder], new Set(visited));
  return {
    paths: inOrder(paths),
    notes: (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
      const some = passed.get(reason);
      return some ? [passedOverNote(some, REASONS[reason])] : [];
    }),
  };
}

/** Refuses a folder without an image, and says what in it was passed over. */
export function assertAnyImage(
  where: string,
  dir: string,
  { paths, notes }: FilesBelow,
  needed: string,
): void {
  if (paths.length > 0) return;
  throw new RangeError(
    `${where}: ${[`${oneLine(dir, 200)} holds no image, needed ${needed}`, ...notes].join('; ')}`,
  );
}
