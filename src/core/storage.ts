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
