/** The choice of a backend: candidates in order, the first that starts is taken, and it is said why. */
import { engine, ready, setBackend } from '@tensorflow/tfjs-core';
import { assertOneOf } from './assert';
import { messageOf } from './messageOf';

/** One backend that may or may not be had here. */
export interface BackendCandidate {
  /** its name in TensorFlow.js */
  readonly name: string;
  /** npm packages that bring it, as one would type them */
  readonly packages: string;
  /**
   * Loads and registers the backend.
   *
   * @param explicit whether it was asked for by name
   * @returns what it is, in words
   * @throws Error saying why it cannot be had, or is not worth having unless asked for
   */
  load(explicit: boolean): Promise<string>;
}

/** A backend that was not taken. */
export interface PassedOverBackend {
  /** its name in TensorFlow.js */
  readonly name: string;
  /** why it cannot be had here, or is slower than the one taken; one line */
  readonly reason: string;
}

/** The backend now in use. */
export interface BackendChoice {
  /** its name in TensorFlow.js, which `tf.getBackend()` returns from now on */
  readonly name: string;
  /** what it is and why it was taken, in one line */
  readonly description: string;
  /** the better ones that cannot be had here, best first */
  readonly passedOver: readonly PassedOverBackend[];
}

/** The first line of whatever was thrown, without a full stop. */
export const reasonOf = (thrown: unknown): string => {
  const message = messageOf(thrown);
  return (message.split('\n')[0] ?? message).trim().replace(/\.$/, '');
};

/** Threads that WebAssembly computes with, once it has started. */
let running = 1;

/** What to put behind the backend's name. */
const threadsInWords = (count: number): string => (count === 1 ? '' : ` and ${count} threads`);

const wasmHasStarted = (): boolean => 'wasm' in engine().registry;

/** Threads that were asked for and cannot be had; no package to install would bring them. */
class NoThreads extends Error {}

/**
 * Refuses threads once the memory of WebAssembly is made.
 *
 * @throws Error
 */
export function assertWasmNotStarted(): void {
  if (wasmHasStarted())
    throw new Error('WebAssembly has started already, and threads are to be had only before');
}

/**
 * Starts threads, and says how many there are; where they cannot be had there is one, and it is said why. A backend that has
 * started keeps the threads that it has.
 *
 * @param count threads, the calling one included
 * @param explicit whether the backend was asked for by name: then what cannot be had is an error
 * @param startAll starts the others
 * @returns words to put behind the backend's name
 * @throws Error naming how many were asked for, and why it cannot be
 */
export async function tryThreads(
  count: number,
  explicit: boolean,
  startAll: () => Promise<void>,
): Promise<string> {
  if (!wasmHasStarted()) running = 1;
  if (count === 1 || count === running) return threadsInWords(running);
  try {
    await startAll();
    running = count;
    return threadsInWords(count);
  } catch (error) {
    const reason = reasonOf(error);
    if (explicit)
      throw new NoThreads(`selectBackend: threads is ${count}, needed ${running}: ${reason}`, {
        cause: error,
      });
    return running === 1 ? `, one thread (${reason})` : `${threadsInWords(running)} (${reason})`;
  }
}

const start = async ({ name, load }: BackendCandidate, explicit: boolean): Promise<string> => {
  const description = await load(explicit);
  if (!(await setBackend(name))) throw new Error('it did not start; TensorFlow.js has printed why');
  await ready();
  return description;
};

/**
 * Puts the first candidate that starts to use, or the one asked for.
 *
 * @param candidates best first
 * @param wanted name of one of them; without it, each is tried in turn
 * @throws RangeError when `wanted` is no candidate
 * @throws Error when the one wanted cannot be had, naming what to install, or its threads cannot, or when none can
 */
export async function chooseBackend(
  candidates: readonly BackendCandidate[],
  wanted?: string,
): Promise<BackendChoice> {
  if (wanted !== undefined) {
    assertOneOf(
      'selectBackend',
      'backend',
      wanted,
      candidates.map(({ name }) => name),
    );
  }
  const passedOver: PassedOverBackend[] = [];
  for (const candidate of candidates) {
    const { name, packages } = candidate;
    if (wanted !== undefined && name !== wanted) continue;
    try {
      const description = await start(candidate, wanted !== undefined);
      const why = wanted === undefined ? 'the best that can be had here' : 'as asked';
      return { name, description: `${description}: ${why}`, passedOver };
    } catch (error) {
      if (error instanceof NoThreads) throw error;
      const reason = reasonOf(error);
      if (wanted !== undefined) {
        throw new Error(
          `selectBackend: backend is "${name}", which cannot be had: ${reason}; needed: npm install ${packages}`,
          { cause: error },
        );
      }
      passedOver.push({ name, reason });
    }
  }
  const tried = passedOver.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  throw new Error(`selectBackend: no backend can be had: ${tried}`);
}
