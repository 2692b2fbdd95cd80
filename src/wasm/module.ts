/**
 * Our own WebAssembly module, which works in the memory of the backend's.
 *
 * It is instantiated with that very memory, so nothing is copied: a kernel gets addresses of tensors. Whatever it needs
 * beside them is allocated by the backend too. Memory that grows is seen by both.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { emscriptenOf, memoryOf } from './emscripten';
import type { Exports } from './exports';
import { bestBinary, withSharedMemory } from './moduleBytes';
import { createTeam, type StartThread, type Team } from './team';

/** The module in the memory of a backend, and the threads that compute with it. */
interface Instance {
  readonly exports: Exports;
  readonly team: Team | undefined;
}

const instances = new WeakMap<BackendWasm, Instance>();

let threads: { readonly count: number; readonly start: StartThread } | undefined;

/**
 * Lets backends that start from now on compute with several threads, where their memory is shared.
 *
 * @param count threads, the calling one included; 1 is none
 * @param start starts a thread
 */
export function useThreads(count: number, start: StartThread): void {
  threads = count > 1 ? { count, start } : undefined;
}

const isSharedMemory = ({ buffer }: WebAssembly.Memory): boolean =>
  Object.prototype.toString.call(buffer) === '[object SharedArrayBuffer]';

function instanceOf(backend: BackendWasm): Instance {
  const known = instances.get(backend);
  if (known) return known;
  const memory = memoryOf(emscriptenOf(backend));
  const bytes = bestBinary();
  if (memory === undefined || bytes === undefined)
    throw new Error(
      `ssvae/wasm: the backend's ${memory ? 'engine has no SIMD' : 'memory is not found'}, needed for the training kernels`,
    );
  const shared = isSharedMemory(memory);
  const module = new WebAssembly.Module(shared ? withSharedMemory(bytes) : bytes);
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const team =
    shared && threads ? createTeam(module, memory, exports, threads.count, threads.start) : undefined;
  const instance = { exports, team };
  instances.set(backend, instance);
  return instance;
}

/** The module in the memory of a backend. */
export const exportsOf = (backend: BackendWasm): Exports => instanceOf(backend).exports;

/** The threads that compute for a backend, where there are several. */
export const teamOf = (backend: BackendWasm): Team | undefined => instanceOf(backend).team;

/** Ends the threads of a backend that goes. */
export function endThreads(backend: object): void {
  instances.get(backend as BackendWasm)?.team?.stop();
}
