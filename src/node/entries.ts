/** What a folder holds: links count as what they lead to. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { oneLine } from '../core/describe';
import { codeOf, naming } from './systemError';

/** One name in a folder. */
export interface FolderEntry {
  readonly name: string;
  /** what it is, or what its link leads to; `nothing` where the link leads nowhere or to itself */
  readonly is: 'file' | 'folder' | 'nothing' | 'other';
  readonly isLink: boolean;
}

const NOWHERE = ['ENOENT', 'ELOOP', 'ENOTDIR'];

const kindOf = (entry: Pick<Dirent, 'isFile' | 'isDirectory'>): FolderEntry['is'] =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'folder' : 'other';

/** Links are followed a few at once, so that a folder of many does not use up the threads of the system. */
const AT_ONCE = 64;

/**
 * The entries of a folder.
 *
 * @param where function, for messages
 * @param dir the folder
 * @throws Error as `readdir` does; Error naming a link that cannot be followed
 */
export async function entriesOf(where: string, dir: string): Promise<readonly FolderEntry[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const found: FolderEntry[] = [];
  for (let from = 0; from < entries.length; from += AT_ONCE)
    found.push(
      ...(await Promise.all(
        entries.slice(from, from + AT_ONCE).map(async (entry): Promise<FolderEntry> => {
          const { name } = entry;
          if (!entry.isSymbolicLink()) return { name, is: kindOf(entry), isLink: false };
          const path = join(dir, name);
          return naming(`${where}: ${oneLine(path, 200)}`, 'cannot be read', async () => {
            const target = await stat(path).catch((error: unknown) => {
              if (!NOWHERE.includes(codeOf(error) ?? '')) throw error;
              return undefined;
            });
            return { name, is: target ? kindOf(target) : 'nothing', isLink: true };
          });
        }),
      )),
    );
  return found;
}
