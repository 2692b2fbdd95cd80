/** Where bytes are kept: the contract of files, IndexedDB and one's own. */

/** A place for one file. `ssvae/node` has `file(path)`, `ssvae/browser` has `indexedDb(key)`. */
export interface Storage {
  /** how the place is named in messages */
  readonly name: string;
  /** The bytes, or `undefined` where nothing has been written yet. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces the content whole: a failure half-way leaves the former content readable. */
  write(bytes: Uint8Array): Promise<void>;
}

/** A place for several files. `ssvae/node` has `folder(path)`, `ssvae/browser` has `indexedDbFolder(name)`. */
export interface StorageFolder {
  /** how the place is named in messages */
  readonly name: string;
  /** Names of the files that are there, in any order; none where nothing has been written yet. */
  list(): Promise<readonly string[]>;
  /** The place of one file in it. */
  file(name: string): Storage;
  /** Takes a file away; does nothing where it is not there. */
  remove(name: string): Promise<void>;
}

/** Whether a place is for several files. */
export const isFolder = (place: Storage | StorageFolder): place is StorageFolder =>
  typeof (place as Partial<StorageFolder>).list === 'function';
