/** IndexedDB as storage. */

import { describe } from '../core/describe';
import { isBytes } from '../core/typedArrays';
import {
  assertFreeWithinProcess,
  type Claim,
  claimWithinProcess,
  type Storage,
  type StorageFolder,
} from '../files/storage';

const DATABASE = 'ssvae';
const STORE = 'files';

/** How long a run waits for an entry that another one holds. */
const LOCK_WITHIN_MS = 1000;

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const openDatabase = (): Promise<IDBDatabase> => {
  if (typeof indexedDB === 'undefined')
    throw new Error('indexedDb: this environment has no IndexedDB, needed a browser');
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return settled(request);
};

/** Asks the store for something. */
const asking = async <T>(ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
  const database = await openDatabase();
  try {
    return await settled(ask(database.transaction(STORE).objectStore(STORE)));
  } finally {
    database.close();
  }
};

/** Changes the store, durably and whole. */
const changing = async (change: (store: IDBObjectStore) => void): Promise<void> => {
  const database = await openDatabase();
  try {
    const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
    change(transaction.objectStore(STORE));
    // The request succeeds before the transaction is durable; only its completion counts.
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
};

/** What an entry's lock is called. */
const lockOf = (name: string): string => `ssvae ${name}`;

/** Refuses anything but a name. */
const assertName = (where: string, argument: string, name: unknown): void => {
  if (typeof name !== 'string' || name === '')
    throw new TypeError(`${where}: ${argument} is ${describe(name)}, needed a name, e.g. 'm2'`);
};

/**
 * Takes an entry for one run. The browser frees it when the page is closed, and keeps other tabs and workers out where it has
 * Web Locks; elsewhere (a page that is not secure) one run is kept from another within the page only.
 */
const claimEntry = async (name: string): Promise<Claim> => {
  const within = claimWithinProcess(name, name);
  const { locks } = navigator;
  if (locks === undefined) return within;
  // A page that has just been closed gives its locks back a moment later.
  const patience = AbortSignal.timeout(LOCK_WITHIN_MS);
  try {
    const giveBack = await new Promise<() => void>((resolve, reject) => {
      const hold = (): Promise<void> => new Promise((end) => resolve(end));
      locks.request(lockOf(name), { signal: patience }, hold).catch(reject);
    });
    return {
      confirm: within.confirm,
      async release() {
        giveBack();
        await within.release();
      },
    };
  } catch (cause) {
    await within.release();
    if (!patience.aborted) throw cause;
    throw new Error(
      `${name} belongs to the run of another tab or worker, needed the end of that run, or another place`,
      { cause },
    );
  }
};

/** Refuses an entry that a run holds. */
const assertFreeEntry = async (name: string): Promise<void> => {
  assertFreeWithinProcess(name, name);
  const { held = [] } = (await navigator.locks?.query()) ?? {};
  if (held.some((lock) => lock.name === lockOf(name)))
    throw new Error(`${name} belongs to the run of another tab or worker, needed its end, or another place`);
};

/**
 * An entry of the page's IndexedDB, for models and checkpoints.
 *
 * One transaction replaces the entry whole, so a page closed half-way leaves the former content readable.
 *
 * @param key name of the entry
 * @returns a storage of that entry
 * @throws TypeError when the key is not a name
 * @example await saveModel(model, indexedDb('m2'))
 */
export function indexedDb(key: string): Storage {
  assertName('indexedDb', 'key', key);
  return {
    name: `indexeddb:${key}`,
    async read() {
      const found: unknown = await asking((store) => store.get(key));
      return isBytes(found) ? found : undefined;
    },
    write: (bytes) => changing((store) => store.put(bytes, key)),
    claim: () => claimEntry(`indexeddb:${key}`),
    assertFree: () => assertFreeEntry(`indexeddb:${key}`),
  };
}

/**
 * Entries of the page's IndexedDB under one name, for the checkpoints of a run: `train` keeps the last of them and the
 * best there.
 *
 * @param name of the folder: its entries are those of {@link indexedDb} under `name/file`
 * @returns a storage of several entries
 * @throws TypeError when the name is none
 * @example await train(model, { …options, checkpoint: { storage: indexedDbFolder('m2') }, resume: 'latest' })
 */
export function indexedDbFolder(name: string): StorageFolder {
  assertName('indexedDbFolder', 'name', name);
  const prefix = `${name}/`;
  return {
    name: `indexeddb:${name}`,
    async list() {
      const keys = await asking((store) => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
      return keys.map((key) => String(key).slice(prefix.length));
    },
    file: (entry) => indexedDb(prefix + entry),
    remove: (entry) => changing((store) => store.delete(prefix + entry)),
    claim: () => claimEntry(`indexeddb:${prefix}`),
  };
}
