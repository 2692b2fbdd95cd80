/** The backend for Node: native TensorFlow, WebGPU, WebAssembly or plain JavaScript. */
import { availableParallelism } from 'node:os';
import util from 'node:util';
import { findBackendFactory, getKernelsForBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import { integersFrom, number, optional, readOptions, unchecked } from '../core/options';
import {
  assertThreads,
  type BackendCandidate,
  type BackendChoice,
  chooseBackend,
  tryThreads,
} from '../host/backend';
import { Broken, NotInstalled, notLoaded, reasonOf } from '../host/backendErrors';
import { useNativeKernels } from '../host/native/index';
import { type Gpu, nameAdapter } from '../host/webgpu';
import { loadStock } from '../wasm/stockBackend';
import { loadPackage } from './packages';
import { startThreads } from './wasmThreads';

export type { BackendChoice, PassedOverBackend } from '../host/backend';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /** the backend to take, or an error; default: the best that is available */
  readonly backend?: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /**
   * threads that WebAssembly computes with, which change no result; default 1, at most the larger of 64 and four for each
   * core. More are available only until the backend
   * has started; where they are not available it is an error where WebAssembly was asked for by name, and otherwise there is
   * one, and the description says why. The other backends choose their own
   */
  readonly threads?: number;
}

// tfjs-node calls functions of `util` that Node 23 removed.
const restoreUtilFunctions = (): void => {
  const removed = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  };
  for (const [name, value] of Object.entries(removed)) {
    if (!(name in util)) Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
};

// Each backend is imported in a `try` of its own. Bundlers then build without the package, with a warning at most. A
// missing package shows only when it is tried here.

const NATIVE = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const;

const tensorflow: BackendCandidate = {
  name: 'tensorflow',
  packages: '@tensorflow/tfjs-node',
  async load() {
    if (findBackendFactory('tensorflow')) {
      useNativeKernels();
      return 'native TensorFlow, imported already';
    }
    restoreUtilFunctions();
    // The C++ library logs its start-up otherwise; it reads the variable when it is loaded.
    process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
    const errors: unknown[] = [];
    for (const name of NATIVE) {
      try {
        await loadPackage(name);
        useNativeKernels();
        return `native TensorFlow from ${name}`;
      } catch (error) {
        errors.push(
          error instanceof NotInstalled ? error : new Broken(`${name}: ${reasonOf(error)}`, { cause: error }),
        );
        // It registers its kernels before it looks for its library; the next one would warn about each.
        for (const { kernelName } of getKernelsForBackend('tensorflow')) {
          unregisterKernel(kernelName, 'tensorflow');
        }
      }
    }
    const absent = errors.every((error) => error instanceof NotInstalled);
    throw new (absent ? NotInstalled : Broken)(errors.map(reasonOf).join(', '));
  },
};

/** What the `webgpu` package exports. */
interface Dawn {
  create(options: readonly string[]): Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const webgpu: BackendCandidate = {
  name: 'webgpu',
  packages: 'webgpu @tensorflow/tfjs-backend-webgpu',
  async load(explicit) {
    // The package is loaded by name, so its type is stated here.
    const { create, globals } = (await loadPackage('webgpu')) as Dawn;
    const gpu = create([]);
    const adapter = await nameAdapter(gpu, explicit);
    // The backend looks for both when it is imported. Node has a navigator since 21.
    Object.assign(globalThis, globals);
    if (!('navigator' in globalThis))
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (cause) {
      throw notLoaded('@tensorflow/tfjs-backend-webgpu', cause);
    }
    return `WebGPU by the npm package webgpu on ${adapter}`;
  },
};

const wasm = (threads: number): BackendCandidate => ({
  name: 'wasm',
  packages: '@tensorflow/tfjs-backend-wasm',
  async load(explicit) {
    const stock = await loadStock();
    const team = await tryThreads(threads, explicit, () => startThreads(threads, stock));
    return `WebAssembly with SIMD${team}, with the training kernels of ssvae/wasm`;
  },
  explain: async (reason) =>
    new Broken(
      reason.includes('.wasm')
        ? 'its .wasm files do not load; a bundled program needs those of @tensorflow/tfjs-backend-wasm/dist beside it'
        : reason,
    ),
});

const cpu: BackendCandidate = {
  name: 'cpu',
  packages: '@tensorflow/tfjs-backend-cpu',
  async load() {
    try {
      await import('@tensorflow/tfjs-backend-cpu');
    } catch (cause) {
      throw notLoaded(cpu.packages, cause);
    }
    return 'plain JavaScript';
  },
};

/**
 * Takes the best backend that is available, or the one asked for, and says which and why.
 *
 * In order: native TensorFlow (`@tensorflow/tfjs-node-gpu`, then `@tensorflow/tfjs-node`), WebGPU where the
 * `webgpu` package finds an adapter in hardware, WebAssembly with the training kernels of `ssvae/wasm`, plain
 * JavaScript. Asked for by name, WebGPU takes an adapter in software too, and says so. Where a better one is installed
 * and fails, the description says so. Of two calls at once the second waits for the first.
 *
 * Packages are looked up from the folder that the program was started in, from the program, and beside this library.
 *
 * @returns which backend is in use, and the reason each better one is not
 * @throws RangeError when `backend` is none of these, or `threads` no integer from 1 to the most that this machine may have
 * @throws Error when the one asked for is not available, naming the package where it lacks one, or its threads cannot
 * @example
 * const { name, description } = await selectBackend();
 * console.log(name, description); // wasm WebAssembly with SIMD, …: the best that is available here
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  const { backend, threads } = readOptions('selectBackend', options, {
    backend: optional(unchecked()),
    threads: number(integersFrom(1), 1),
  });
  assertThreads(threads, availableParallelism());
  return chooseBackend([tensorflow, webgpu, wasm(threads), cpu], backend);
}
