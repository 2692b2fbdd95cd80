/** Where bytes are kept: the contract of files, IndexedDB and your own. */
import { assertBytes, assertFunction, assertMethods } from '../core/assert';
import { describe, oneLine } from '../core/describe';
import { hold, isHeld } from '../core/held';
import { messageOf } from '../core/messageOf';
import { assertSpelling } from '../core/spelling';

/** A place that belongs to one run. */
export interface Claim {
  /**
   * Refuses when another run has taken the place. Called before each write.
   *
   * @returns `false` where the place had been given up by somebody else, and was taken again: another run may have come and gone
   */
  confirm(): Promise<boolean>;
  /** Gives the place back. */
  release(): Promise<void>;
}

/** A place for one file. `ssvae/node` has `file(path)`, `ssvae/browser` has `indexedDb(key)`. */
export interface Storage {
  /** how the place is named in messages */
  readonly name: string;
  /** The bytes, or `undefined` where nothing has been written yet. */
  read(): Promise<Uint8Array | undefined>;
  /** Replaces the content whole: a failure half-way leaves the former content readable. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Takes the place for one run, before its first step; fails where another run holds it or nothing can be written. A
   * storage without it is kept for one run within the process only.
   */
  claim?(): Promise<Claim>;
  /** Takes the place for one run, in a folder that the same run may hold for its checkpoints: for its table. */
  claimTable?(): Promise<Claim>;
  /** Refuses while a run holds the place, for writers that are none: `saveModel`, loggers. */
  assertFree?(): Promise<void>;
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
  /** Takes the folder for one run, as {@link Storage.claim} takes a file. */
  claim?(): Promise<Claim>;
}

/** Whether a place is for several files. */
export const isFolder = (place: Storage | StorageFolder): place is StorageFolder =>
  typeof (place as Partial<StorageFolder>).list === 'function';

/** Functions that a storage may do without. */
const OPTIONAL = ['read', 'write', 'claim', 'claimTable', 'assertFree'] as const;

/**
 * Refuses a storage without the functions that are called, or with anything else in the place of one, and a name that is not a
 * text.
 *
 * @param where name of the calling function, for the message
 * @param argument its name
 * @param methods that it must have
 * @throws TypeError naming what is wrong
 */
export function assertStorage(
  where: string,
  argument: string,
  storage: Storage,
  methods: readonly ('read' | 'write')[],
): void {
  if (typeof storage === 'string')
    throw new TypeError(
      `${where}: ${argument} is ${describe(storage)}, needed a storage: file(path) of ssvae/node, indexedDb(key) of ssvae/browser, or your own`,
    );
  assertMethods(where, argument, storage, methods);
  assertSpelling(where, argument, storage, { known: OPTIONAL, what: 'a function of a storage' });
  for (const name of OPTIONAL)
    if (storage[name] !== undefined) assertFunction(where, `${argument}.${name}`, storage[name]);
  if (typeof storage.name !== 'string')
    throw new TypeError(
      `${where}: ${argument}.name is ${describe(storage.name)}, needed a text, for messages`,
    );
}

/**
 * The content of a storage, which may be your own.
 *
 * @param where name of the reader and the place, for messages
 * @returns `undefined` where nothing has been written yet
 * @throws TypeError when the storage gives anything but bytes
 */
export async function contentOf(where: string, storage: Storage): Promise<Uint8Array | undefined> {
  const bytes = await storage.read();
  if (bytes !== undefined) assertBytes(where, 'its content', bytes);
  return bytes;
}

/** The refusal of a place that another run holds. Programs know it by its name: they may come again later. */
export class Held extends Error {
  override readonly name = 'HeldError';
}

/** The same, where the other run is of this process. */
export const heldWithinProcess = (name: string): Held =>
  new Held(
    `${oneLine(name, 300)} belongs to another run of this process, needed the end of that run, or another place`,
  );

/**
 * Refuses a place that a run of this process holds.
 *
 * @param key the place, the same for all who mean it
 * @param name of the place, for the message
 * @throws Error naming the place
 */
export function assertFreeWithinProcess(key: unknown, name: string): void {
  if (isHeld(key)) throw heldWithinProcess(name);
}

/**
 * Takes a place for one run of this process.
 *
 * @param key the place, the same for all who mean it
 * @param name of the place, for the message
 * @throws Error when another run of this process holds it
 */
export function claimWithinProcess(key: unknown, name: string): Claim {
  assertFreeWithinProcess(key, name);
  const giveBack = hold(key);
  return { confirm: async () => true, release: async () => giveBack() };
}

/**
 * Claims a storage for one run.
 *
 * @param where name of the calling function, for messages
 * @param argument that the storage is
 * @throws Error when another run holds it, or it cannot be written
 * @throws TypeError when its `claim` is not a function, or gives anything but a claim
 */
export async function claimFor(
  where: string,
  argument: string,
  place: Storage | StorageFolder,
): Promise<Claim> {
  if (place.claim !== undefined) assertFunction(where, `${argument}.claim`, place.claim);
  let claimed: Claim;
  try {
    claimed = await (place.claim?.() ?? claimWithinProcess(place, place.name));
  } catch (cause) {
    const message = `${where}: ${argument} cannot be used: ${messageOf(cause)}`;
    throw cause instanceof Held ? new Held(message, { cause }) : new Error(message, { cause });
  }
  assertMethods(where, `the claim of ${argument}`, claimed, ['confirm', 'release']);
  return claimed;
}
