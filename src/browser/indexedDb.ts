/** IndexedDB as storage. */
import type { Storage } from '../core/storage';

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
      const database = await openDatabase();
      try {
        const found: unknown = await settled(database.transaction(STORE).objectStore(STORE).get(key));
        return found instanceof Uint8Array ? found : undefined;
      } finally {
        database.close();
      }
    },
    async write(bytes) {
      const database = await openDatabase();
      try {
        const transaction = database.transaction(STORE, 'readwrite', { durability: 'strict' });
        transaction.objectStore(STORE).put(bytes, key);
        // The request succeeds before the transaction is durable; only its completion counts.
        await new Promise<void>((resolve, reject) => {
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
        });
      } finally {
        database.close();
      }
    },
  };
}
