/** IndexedDB as storage. */
import type { Storage, StorageFolder } from '../core/storage';

const DATABASE = 'ssvae';
const STORE = 'files';

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

/**
 * An entry of the page's IndexedDB, for models and checkpoints.
 *
 * One transaction replaces the entry whole, so a page closed half-way leaves the former content readable.
 *
 * @param key name of the entry
 * @returns a storage of that entry
 * @example await saveModel(model, indexedDb('m2'))
 */
export function indexedDb(key: string): Storage {
  return {
    name: `indexeddb:${key}`,
    async read() {
      const found: unknown = await asking((store) => store.get(key));
      return found instanceof Uint8Array ? found : undefined;
    },
    write: (bytes) => changing((store) => store.put(bytes, key)),
  };
}

/**
 * Entries of the page's IndexedDB under one name, for the checkpoints of a run: `train` keeps the last of them and the
 * best there.
 *
 * @param name of the folder: its entries are those of {@link indexedDb} under `name/file`
 * @returns a storage of several entries
 * @example await train(model, { …options, checkpoint: { storage: indexedDbFolder('m2') }, resume: 'latest' })
 */
export function indexedDbFolder(name: string): StorageFolder {
  const prefix = `${name}/`;
  return {
    name: `indexeddb:${name}`,
    async list() {
      const keys = await asking((store) => store.getAllKeys(IDBKeyRange.bound(prefix, `${prefix}\uffff`)));
      return keys.map((key) => String(key).slice(prefix.length));
    },
    file: (entry) => indexedDb(prefix + entry),
    remove: (entry) => changing((store) => store.delete(prefix + entry)),
  };
}
