/** Places on disk that belong to one run: a small file beside a place says whose it is. */
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { lstat, open, readFile, rename, rm, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { threadId } from 'node:worker_threads';
import { oneLine } from '../core/describe';
import { hold, isHeld } from '../core/held';
import { isRecord, parseJson } from '../files/json';
import {
  assertFreeWithinProcess,
  type Claim,
  claimWithinProcess,
  Held,
  heldWithinProcess,
} from '../files/storage';
import { codeOf, isMissing, naming } from './systemError';
import { besideIn, makeFolder } from './writeWhole';

/** A run shows this often that it lives. */
const SIGN_EVERY_MS = 10_000;

/** A run that this process cannot see is taken for dead after this time without a sign. */
const SILENT_AFTER_MS = 120_000;

/** Whose a place is, as its file tells. */
interface Owner {
  readonly run: string;
  /** the machine and the numbering of its processes: two containers may both have a process 7 */
  readonly machine: string;
  readonly process: number;
  readonly thread: number;
  /** when the process began, where the system tells: numbers of processes are used again */
  readonly began: string;
  readonly since: string;
}

const readOr = (read: () => string, otherwise: string): string => {
  try {
    return read().trim();
  } catch {
    return otherwise;
  }
};

const machine = (): string =>
  [
    hostname(),
    readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'), ''),
    readOr(() => readlinkSync('/proc/self/ns/pid'), ''),
  ].join(' ');

/** When a process of this machine began, `''` where the system does not tell; `undefined` where it has ended. */
const beganAt = (id: number): string | undefined => {
  try {
    process.kill(id, 0);
  } catch (error) {
    // A process of another user cannot be signalled, and lives.
    if (codeOf(error) !== 'EPERM') return undefined;
  }
  // The name of the program is in brackets, and may hold spaces. After it: the state, …, the time of the start.
  const fields = readOr(() => readFileSync(`/proc/${id}/stat`, 'latin1'), '')
    .replace(/^.*\) /s, '')
    .split(' ');
  // A process that has ended stays in the list until its parent asks for it.
  return fields[0] === 'Z' ? undefined : (fields[19] ?? '');
};

const parseOwner = (text: string): Owner | undefined => {
  const found = parseJson(text);
  if (!isRecord(found)) return undefined;
  const { run, machine: where, process: id, thread, began, since } = found;
  return typeof run === 'string' &&
    typeof where === 'string' &&
    typeof began === 'string' &&
    typeof since === 'string' &&
    Number.isInteger(id) &&
    Number.isInteger(thread)
    ? { run, machine: where, process: id as number, thread: thread as number, began, since }
    : undefined;
};

/** A run as the list of what this process holds names it. */
const entryOf = (run: string): string => `ssvae run ${run}`;

/** Whether a run is of this very thread: the list of the process then tells whether it lives, whatever path led to it. */
const isOfThread = (owner: Owner, self: Owner): boolean =>
  owner.machine === self.machine &&
  owner.process === self.process &&
  owner.began === self.began &&
  owner.thread === self.thread;

/** Whether a place's owner lives. */
const lives = (owner: Owner | undefined, self: Owner, silentMs: number): boolean => {
  const showsSigns = silentMs < SILENT_AFTER_MS;
  // Half-written, or of another machine.
  if (owner === undefined || owner.machine !== self.machine) return showsSigns;
  if (isOfThread(owner, self)) return isHeld(entryOf(owner.run));
  const began = beganAt(owner.process);
  if (began === undefined || began !== owner.began) return false;
  return owner.process !== self.process || showsSigns;
};

const describeOwner = (owner: Owner | undefined, silentMs: number): string => {
  if (owner === undefined) return 'another run';
  const { process: id, machine: where, since } = owner;
  const seconds = Math.max(0, Math.round(silentMs / 1000));
  return `the run of process ${id} on ${where.split(' ')[0]} since ${since}, last seen ${seconds} s ago`;
};

/** Removes the file of a dead run, unless another run has put its own there meanwhile: then it stays. */
const removeDead = async (lock: string, judged: string): Promise<void> => {
  const aside = besideIn(dirname(lock));
  try {
    await rename(lock, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  if ((await readFile(aside, 'utf8')) === judged) await rm(aside, { force: true });
  else await rename(aside, lock);
};

/** Puts a run's file in place, or says that there is one. */
const create = async (lock: string, self: Owner): Promise<boolean> => {
  await makeFolder(dirname(lock));
  const handle = await open(lock, 'wx').catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await handle?.writeFile(JSON.stringify(self)).finally(() => handle.close());
  return handle !== undefined;
};

/** Path of the file that says whose a file is: one length for names of any length. */
export const lockOf = (path: string): string => {
  const name = createHash('sha256').update(basename(path)).digest('hex').slice(0, 16);
  return join(dirname(path), `.ssvae-${name}.lock`);
};

/** Path of the file that says whose a folder is. */
export const lockIn = (folder: string): string => join(folder, '.ssvae-0.lock');

/** Tries to put a run's file in place, before the error says what is in its way. */
const MOST_TRIES = 20;

/** This run, as its file tells. */
const ownerNow = (): Owner => ({
  run: randomUUID(),
  machine: machine(),
  process: process.pid,
  thread: threadId,
  began: beganAt(process.pid) ?? '',
  since: new Date().toISOString(),
});

/** What a place's file tells, and for how long there was no sign. */
interface Found {
  readonly text: string;
  readonly owner: Owner | undefined;
  readonly silentMs: number;
}

/** Whose a place is; `undefined` where it is nobody's. */
const lookAt = async (lock: string): Promise<Found | undefined> => {
  try {
    const status = await lstat(lock);
    if (!status.isFile()) throw new Error(`${lock} is in the way, needed to be removed`);
    const text = await readFile(lock, 'utf8');
    return { text, owner: parseOwner(text), silentMs: Date.now() - status.mtimeMs };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Refuses a place whose owner lives. */
const assertDead = (lock: string, name: string, { owner, silentMs }: Found, self: Owner): void => {
  if (!lives(owner, self, silentMs)) return;
  if (owner && isOfThread(owner, self)) throw heldWithinProcess(name);
  throw new Held(
    `${oneLine(name, 300)} belongs to ${describeOwner(owner, silentMs)}, needed the end of that run, or another place; if no such run is left, remove ${lock}`,
  );
};

/**
 * Refuses a place that a run holds, in this process or another.
 *
 * @param lock the file that says whose the place is
 * @param name of the place, for messages
 * @throws Error naming the run
 */
export async function assertFreeOnDisk(lock: string, name: string): Promise<void> {
  assertFreeWithinProcess(lock, name);
  const found = await lookAt(lock);
  if (found) assertDead(lock, name, found, ownerNow());
}

/**
 * Takes a place for one run.
 *
 * A run that has ended without giving its place back is recognized: on this machine by its process, elsewhere by its
 * silence. A run that was silent too long, suspended say, finds out before its next write.
 *
 * @param lock the file that says whose the place is; its folder is made
 * @param name of the place, for messages
 * @param around the lock files of the places that contain this one, and of those that it contains
 * @throws Error when another run holds the place, or the file cannot be written
 */
export async function claimOnDisk(
  lock: string,
  name: string,
  around: () => Promise<readonly string[]>,
): Promise<Claim> {
  const within = claimWithinProcess(lock, name);
  const self = ownerNow();
  const forget = hold(entryOf(self.run));
  /** Takes the place, unless it is this run's; whether it was. */
  const take = async (): Promise<boolean> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (await naming(name, 'cannot be written', () => create(lock, self))) return false;
      const found = await lookAt(lock);
      if (found === undefined) continue;
      if (found.owner?.run === self.run) return true;
      assertDead(lock, name, found, self);
      await removeDead(lock, found.text);
    }
    throw new Error(`${lock} is in the way, needed to be removed`);
  };
  const release = async (): Promise<void> => {
    const found = await lookAt(lock).catch(() => undefined);
    if (found?.owner?.run === self.run) await rm(lock, { force: true }).catch(() => undefined);
    forget();
    await within.release();
  };
  try {
    await take();
    for (const other of await around()) await assertFreeOnDisk(other, name);
  } catch (error) {
    await release();
    throw error;
  }
  const signs = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, SIGN_EVERY_MS);
  signs.unref();
  return {
    confirm: take,
    async release() {
      clearInterval(signs);
      await release();
    },
  };
}
