/**
 * The stock backend's binary, in memory that threads can share.
 *
 * The backend has a build with threads, which does not start in Node and has a pool of its own. Its other build computes
 * the same in shared memory; only one byte of it says whose memory it is.
 */
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

/** What every module begins with, `\0asm`; the version follows. */
const MAGIC = [0, 0x61, 0x73, 0x6d];
const HEADER = 8;
const MEMORY_SECTION = 5;
/** Limits of a memory: with a largest size, and with one and shared. */
const [BOUNDED, SHARED] = [1, 3];

/**
 * Refuses bytes that are not a WebAssembly module.
 *
 * @param place path or URL of the module, for the message
 * @throws Error
 */
export function assertModule(binary: Uint8Array, place: string): void {
  if (MAGIC.some((byte, i) => binary[i] !== byte)) throw new Error(`${place} is not a WebAssembly module`);
}

/**
 * Declares the memory of a WebAssembly module as shared, in place.
 *
 * @param place path or URL of the module, for the message
 * @throws Error where the bytes are not a module or not all of one, or it has no memory of its own or one without a largest
 *   size, which shared memory must have
 */
export function shareMemory(binary: Uint8Array, place: string): void {
  assertModule(binary, place);
  let at = HEADER;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; at < binary.length; shift += 7) {
      const byte = binary[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw new Error(`${place} ends early`);
  };
  let limits: number | undefined;
  while (at < binary.length) {
    const section = next();
    const size = next();
    // One memory, then its limits.
    if (section === MEMORY_SECTION && binary[at] === 1 && binary[at + 1] === BOUNDED) limits = at + 1;
    at += size;
  }
  if (at !== binary.length) throw new Error(`${place} ends early`);
  if (limits === undefined) throw new Error(`${place} has no memory that can be shared`);
  binary[limits] = SHARED;
}
