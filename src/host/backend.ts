/** The choice of a backend: candidates in order, the first that starts is taken, and it is said why. */
import { engine, ready, setBackend } from '@tensorflow/tfjs-core';
import { assertInteger, assertNumber, assertOneOf } from '../core/assert';
import { Broken, isFault, NotInstalled, Refused, reasonOf } from './backendErrors';

/** One backend that may or may not be available here. */
export interface BackendCandidate<Options = unknown> {
  /** its name in TensorFlow.js */
  readonly name: string;
  /** npm packages that bring it, as one would type them */
  readonly packages: string;
  /**
   * Loads and registers the backend.
   *
   * @param explicit whether it was asked for by name
   * @param options of the selection
   * @returns what it is, in words
   * @throws Error saying why it is not available, or is not worth having unless asked for
   */
  load(explicit: boolean, options: Options): Promise<string>;
  /**
   * Says why the backend was loaded and does not start, and what to do; without it, the reason stands alone.
   *
   * @param reason what TensorFlow.js says
   * @param options of the selection
   */
  explain?(reason: string, options: Options): Promise<Error>;
}

/** A backend that was not taken. */
export interface PassedOverBackend {
  /** its name in TensorFlow.js */
  readonly name: string;
  /** why it is not available here, or is slower than the one taken; one line */
  readonly reason: string;
}

/** The backend that was taken. */
export interface SelectedBackend {
  /** its name in TensorFlow.js, which `tf.getBackend()` returns from now on */
  readonly name: string;
  /** what it is and why it was taken, in one line */
  readonly description: string;
  /** the better ones that are not available here, best first */
  readonly passedOver: readonly PassedOverBackend[];
}

/** What is known of the choice, kept with the engine: the copies of this library in one program share it. */
interface Choosing {
  /** threads that WebAssembly computes with, once it has started */
  threads: number;
  /** the choice under way; the next one waits for it */
  turn: Promise<unknown>;
}

const choosing = (): Choosing => {
  const shared = engine() as unknown as Record<symbol, Choosing | undefined>;
  const key = Symbol.for('ssvae.selectBackend');
  const known = shared[key] ?? { threads: 1, turn: Promise.resolve() };
  shared[key] = known;
  return known;
};

/** Threads that any machine may be asked for. */
const MOST_THREADS = 64;

/** Threads for each core of a larger machine. */
const THREADS_PER_CORE = 4;

/**
 * Refuses a number of threads that no machine gains by: each of them takes memory, and time to start.
 *
 * @param threads as they were asked for
 * @param cores of the machine; not every browser tells
 * @throws RangeError
 */
export function assertThreads(threads: unknown, cores = 1): void {
  assertInteger('selectBackend', 'threads', threads);
  const most = Math.max(MOST_THREADS, THREADS_PER_CORE * cores);
  assertNumber(
    'selectBackend',
    'threads',
    threads,
    `at most ${most} on this machine, as threads beyond its cores only take memory`,
    (count) => count <= most,
  );
}

/** What to put behind the backend's name. */
const threadsInWords = (count: number): string => (count === 1 ? '' : ` and ${count} threads`);

/** Whether the memory of WebAssembly is made. */
export const wasmHasStarted = (): boolean => 'wasm' in engine().registry;

/**
 * Refuses threads once the memory of WebAssembly is made.
 *
 * @throws Error
 */
export function assertWasmNotStarted(): void {
  if (wasmHasStarted())
    throw new Error('WebAssembly has started already, and threads are available only before it starts');
}

/**
 * Starts threads, and says how many there are; where they are not available there is one, and it is said why. A backend that has
 * started keeps the threads that it has.
 *
 * @param count threads, the calling one included
 * @param explicit whether the backend was asked for by name: then what is not available is an error
 * @param startAll starts the others
 * @returns words to put behind the backend's name
 * @throws Error naming how many were asked for, and why it cannot be
 */
export async function tryThreads(
  count: number,
  explicit: boolean,
  startAll: () => Promise<void>,
): Promise<string> {
  const state = choosing();
  if (!wasmHasStarted()) state.threads = 1;
  if (count === 1 || count === state.threads) return threadsInWords(state.threads);
  try {
    await startAll();
    state.threads = count;
    return threadsInWords(count);
  } catch (error) {
    const reason = reasonOf(error);
    if (explicit)
      throw new Refused(`selectBackend: threads is ${count}, needed ${state.threads}: ${reason}`, {
        cause: error,
      });
    return state.threads === 1 ? `, one thread (${reason})` : `${threadsInWords(state.threads)} (${reason})`;
  }
}

/** Starts a backend that is registered. The engine prints what its factory throws; here it is the reason. */
const startRegistered = async (name: string): Promise<void> => {
  const registered = engine().registryFactory[name];
  if (registered === undefined) throw new Error('it is not registered');
  const { factory } = registered;
  let reason = 'it did not start; TensorFlow.js has printed why';
  registered.factory = async () => {
    try {
      return await factory();
    } catch (error) {
      reason = reasonOf(error);
      throw error;
    }
  };
  try {
    if (!(await setBackend(name))) throw new Error(reason);
    await ready();
  } finally {
    registered.factory = factory;
  }
};

const start = async <Options>(
  { name, load, explain }: BackendCandidate<Options>,
  explicit: boolean,
  options: Options,
): Promise<string> => {
  const description = await load(explicit, options);
  try {
    await startRegistered(name);
  } catch (error) {
    const reason = reasonOf(error);
    throw (await explain?.(reason, options)) ?? new Broken(reason, { cause: error });
  }
  return description;
};

/**
 * Puts the first candidate that starts to use, or the one asked for. Of two choices at once, the second waits for the
 * first.
 *
 * @param candidates best first
 * @param options of the selection, for the candidates
 * @param wanted name of one of them; without it, each is tried in turn
 * @throws RangeError when `wanted` is not a candidate
 * @throws Error when the one wanted is not available, naming what to install where that is what it lacks, when what goes with
 *   it cannot, or when none can
 */
export async function chooseBackend<Options>(
  candidates: readonly BackendCandidate<Options>[],
  options: Options,
  wanted?: string,
): Promise<SelectedBackend> {
  if (wanted !== undefined) {
    assertOneOf(
      'selectBackend',
      'backend',
      wanted,
      candidates.map(({ name }) => name),
    );
  }
  const state = choosing();
  const choice = state.turn.then(() => choose(candidates, options, wanted));
  state.turn = choice.catch(() => undefined);
  return choice;
}

async function choose<Options>(
  candidates: readonly BackendCandidate<Options>[],
  options: Options,
  wanted: string | undefined,
): Promise<SelectedBackend> {
  const passedOver: PassedOverBackend[] = [];
  const broken: string[] = [];
  for (const candidate of candidates) {
    const { name, packages } = candidate;
    if (wanted !== undefined && name !== wanted) continue;
    try {
      const description = await start(candidate, wanted !== undefined, options);
      const why = wanted === undefined ? 'the best that is available here' : 'as asked';
      return { name, description: [`${description}: ${why}`, ...broken].join('; '), passedOver };
    } catch (error) {
      if (error instanceof Refused) throw error;
      const reason = reasonOf(error);
      if (wanted !== undefined) {
        const cure = error instanceof NotInstalled ? `; needed: npm install ${packages}` : '';
        throw new Error(`selectBackend: backend is "${name}", which is not available: ${reason}${cure}`, {
          cause: error,
        });
      }
      passedOver.push({ name, reason });
      if (isFault(error)) broken.push(`${name} is installed, faster, and fails: ${reason}`);
    }
  }
  const tried = passedOver.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  const cures = candidates.map(({ packages }) => packages).join(', or ');
  throw new Error(`selectBackend: no backend is available: ${tried}; needed one of: npm install ${cures}`);
}
