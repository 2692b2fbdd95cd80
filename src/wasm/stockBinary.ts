/**
 * The stock backend's binary, in memory that threads can share.
 *
 * The backend has a build with threads, which does not start in Node and has a pool of its own. Its other build computes
 * the same in shared memory; only one byte of it says whose memory it is.
 */
import { serve } from './serve';

/** The binary that is used; engines without SIMD are refused. */
export const STOCK_BINARY = 'tfjs-backend-wasm-simd.wasm';

/** Paths that bring every build of the backend to this one. */
export const everyBuild = (url: string): Record<string, string> =>
  Object.fromEntries(
    ['tfjs-backend-wasm.wasm', STOCK_BINARY, 'tfjs-backend-wasm-threaded-simd.wasm'].map((name) => [
      name,
      url,
    ]),
  );

const HEADER = 8;
const MEMORY_SECTION = 5;
/** Limits of a memory: with a largest size, and with one and shared. */
const [BOUNDED, SHARED] = [1, 3];

/**
 * Declares the memory of a WebAssembly module as shared, in place.
 *
 * @throws Error where it has none of its own or one without a largest size, which shared memory must have
 */
export function shareMemory(binary: Uint8Array): void {
  let at = HEADER;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < binary.length) {
    const section = next();
    const size = next();
    // One memory, then its limits.
    if (section === MEMORY_SECTION && binary[at] === 1 && binary[at + 1] === BOUNDED) {
      binary[at + 1] = SHARED;
      return;
    }
    at += size;
  }
  throw new Error(`${STOCK_BINARY} has no memory that can be shared`);
}

/**
 * What a thread runs.
 *
 * @param listen from the source of what takes the jobs, that of a thread which hands it the first message
 */
export const threadSource = (listen: (take: string) => string): string =>
  // Tools that keep names of functions put calls of `__name` into their source.
  `const __name = (f) => f; ${listen(`(${serve})`)}`;
