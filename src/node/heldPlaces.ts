/** Files and folders that runs of this process hold. A path is one or the other: no file is also a folder of another place. */
import { sep } from 'node:path';
import { oneLine } from '../core/describe';
import { ofProcess } from '../core/held';
import { type Claim, Held } from '../files/storage';

/** A place on disk that a run is to hold. */
export interface Place {
  readonly is: 'file' | 'folder';
  /** where it is, from the root, links followed */
  readonly path: string;
  /** how the user names it, for messages */
  readonly name: string;
}

const places = /* @__PURE__ */ ofProcess('ssvae.places', () => new Set<Place>());

/** Whether a place needs a folder where a file is, or is to be. */
const needsFolderAt = (place: Place, file: Place): boolean =>
  file.is === 'file' &&
  ((place.is === 'folder' && place.path === file.path) || place.path.startsWith(`${file.path}${sep}`));

const clash = (name: string, folder: Place, file: Place): Held => {
  const shown = (place: Place): string => oneLine(place.name, 200);
  return new Held(
    `${oneLine(name, 200)} cannot be used: ${shown(folder)} needs a folder where a run of this process keeps the file ${shown(file)}, needed another path for one of them`,
  );
};

/**
 * Refuses a place below a file that a run of this process holds, or a folder at it; and a file where one holds a folder, or a
 * place below.
 *
 * @throws Error naming both places
 */
export function assertNoClash(place: Place): void {
  for (const held of places()) {
    if (needsFolderAt(place, held)) throw clash(place.name, place, held);
    if (needsFolderAt(held, place)) throw clash(place.name, held, place);
  }
}

/**
 * Claims a place that clashes with no other one.
 *
 * @param take claims the place itself
 * @throws Error naming both places that clash, or as `take` does
 */
export async function claimPlace(place: Place, take: () => Promise<Claim>): Promise<Claim> {
  assertNoClash(place);
  places().add(place);
  const giveBack = (): void => void places().delete(place);
  try {
    const { confirm, release } = await take();
    return { confirm, release: () => release().finally(giveBack) };
  } catch (error) {
    giveBack();
    throw error;
  }
}
