/** The backend for browsers: WebGPU, WebGL, WebAssembly or plain JavaScript. */
import { describe } from '../core/describe';
import { checked, integersFrom, number, optional, readOptions, unchecked } from '../core/options';
import { assertThreads, chooseBackend, type SelectedBackend } from '../host/backend';
import { createEagerExecutor, type Executor } from '../training/executor';
import { type BackendName, CANDIDATES } from './backends/registry';
import type { WasmPaths } from './wasmThreads';

export type { PassedOverBackend } from '../host/backend';
export { type BackendName, backendNames } from './backends/registry';
export type { WasmPaths } from './wasmThreads';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /** the backend to take, or an error; default: the best that is available */
  readonly backend?: BackendName;
  /** where the `.wasm` files of WebAssembly are; a wrong place is an error. Default: beside the script */
  readonly wasmPaths?: WasmPaths;
  /**
   * threads that WebAssembly computes with, which change no result; default 1, at most the larger of 64 and four for each
   * core. More are available where training runs in a
   * worker of a cross-origin-isolated page, and need `wasmPaths`; elsewhere it is an error where WebAssembly was asked for
   * by name, and otherwise there is one, and the description says why. The other backends choose their own
   */
  readonly threads?: number;
}

/** The backend now in use. */
export interface BackendChoice extends SelectedBackend {
  /** the fastest executor of training steps on this backend, for `train` and `trainingSteps`: operation by operation */
  readonly execute: Executor;
}

/** Refuses what is neither a folder nor a record of files. */
const assertPaths = (where: string, name: string, paths: WasmPaths): void => {
  if (typeof paths === 'string' && paths !== '') return;
  const files = typeof paths === 'object' && paths !== null ? Object.values(paths) : [];
  if (files.length === 0 || !files.every((file) => typeof file === 'string'))
    throw new TypeError(
      `${where}: ${name} is ${describe(paths)}, needed the folder of the .wasm files, or the place of each by its name`,
    );
};

/**
 * Takes the best backend that is available, or the one asked for, and says which and why.
 *
 * In order: WebGPU, WebGL with 32-bit floats, WebAssembly with the training kernels of `ssvae/wasm`, plain
 * JavaScript. Adapters in software are passed over, being slower than WebAssembly; asked for by name they are
 * taken, and it is said. Half precision is refused always. Each backend is a chunk of its own, fetched only
 * when it is tried.
 *
 * What to install: of `@tensorflow/tfjs-backend-webgpu`, `-webgl`, `-wasm` and `-cpu` those that the page shall have.
 * Built without one of them, Vite says nothing and esbuild and webpack warn that it cannot be resolved; in the page that
 * backend is then passed over, or an error that names the package where it was asked for.
 *
 * The result also holds the fastest executor of training steps, as in Node: pass `execute` to `train`.
 *
 * @returns which backend is in use, the reason each better one is not, and its executor
 * @throws RangeError when `backend` is none of these, or `threads` no integer from 1 to the most that this machine may have
 * @throws Error when the one asked for is not available, naming the package where it lacks one, or its threads cannot; and
 * where WebAssembly does not start with the `wasmPaths` that were given, or the page's Content-Security-Policy forbids it,
 * so that no slower backend takes its place
 * @example
 * const { name } = await selectBackend({ wasmPaths: '/wasm/' });
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  const { backend, wasmPaths, threads } = readOptions('selectBackend', options, {
    backend: optional(unchecked()),
    wasmPaths: optional(checked(assertPaths)),
    threads: number(integersFrom(1), 1),
  });
  assertThreads(threads, navigator.hardwareConcurrency);
  const selected = await chooseBackend(CANDIDATES, { wasmPaths, threads }, backend);
  return { ...selected, execute: createEagerExecutor() };
}
