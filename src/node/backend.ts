/** The backend for Node: native TensorFlow, WebGPU, WebAssembly or plain JavaScript. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import util from 'node:util';
import { findBackendFactory, getKernelsForBackend, unregisterKernel } from '@tensorflow/tfjs-core';
import { assertInteger, optionsOf } from '../core/assert';
import {
  type BackendCandidate,
  type BackendChoice,
  chooseBackend,
  reasonOf,
  tryThreads,
} from '../core/backend';
import { type Gpu, nameAdapter } from '../core/webgpu';
import { useNativeKernels } from './native/index';
import { startThreads } from './wasmThreads';

export type { BackendChoice, PassedOverBackend } from '../core/backend';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /** the backend to take, or an error; default: the best that can be had */
  readonly backend?: 'tensorflow' | 'webgpu' | 'wasm' | 'cpu';
  /**
   * threads that WebAssembly computes with, which change no result; default 1. More are to be had only until the backend
   * has started; where they cannot be had it is an error where WebAssembly was asked for by name, and otherwise there is
   * one, and the description says why. The other backends choose their own
   */
  readonly threads?: number;
}

// Optional packages are looked up in the user's project first, then beside this library; the specifier is no
// literal, so that neither bundlers nor compilers ask for packages that nobody installed.
const load = async (name: string): Promise<unknown> => {
  let path: string | undefined;
  try {
    path = createRequire(join(process.cwd(), 'package.json')).resolve(name);
  } catch {
    // Not there: the import below says so, unless the package lies beside this library.
  }
  try {
    return await import(path === undefined ? name : pathToFileURL(path).href);
  } catch (error) {
    if (path === undefined && /cannot find|failed to load/i.test(reasonOf(error))) {
      throw new Error(`${name} is not installed`, { cause: error });
    }
    throw error;
  }
};

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
    const reasons: string[] = [];
    for (const name of NATIVE) {
      try {
        await load(name);
        useNativeKernels();
        return `native TensorFlow from ${name}`;
      } catch (error) {
        reasons.push(reasonOf(error));
        // It registers its kernels before it looks for its library; the next one would warn about each.
        for (const { kernelName } of getKernelsForBackend('tensorflow')) {
          unregisterKernel(kernelName, 'tensorflow');
        }
      }
    }
    throw new Error(reasons.join(', '));
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
    const { create, globals } = (await load('webgpu')) as Dawn;
    const gpu = create([]);
    const adapter = await nameAdapter(gpu, explicit);
    // The backend looks for both when it is imported. Node has a navigator since 21.
    Object.assign(globalThis, globals);
    if (!('navigator' in globalThis))
      Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
    Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
    await import('@tensorflow/tfjs-backend-webgpu');
    return `WebGPU by the npm package webgpu on ${adapter}`;
  },
};

const wasm = (threads: number): BackendCandidate => ({
  name: 'wasm',
  packages: '@tensorflow/tfjs-backend-wasm',
  async load(explicit) {
    await import('../wasm/index');
    const team = await tryThreads(threads, explicit, () => startThreads(threads));
    return `WebAssembly with SIMD${team}, with the training kernels of ssvae/wasm`;
  },
});

const cpu: BackendCandidate = {
  name: 'cpu',
  packages: '@tensorflow/tfjs-backend-cpu',
  async load() {
    await import('@tensorflow/tfjs-backend-cpu');
    return 'plain JavaScript';
  },
};

/**
 * Takes the best backend that can be had, or the one asked for, and says which and why.
 *
 * In order: native TensorFlow (`@tensorflow/tfjs-node-gpu`, then `@tensorflow/tfjs-node`), WebGPU where the
 * `webgpu` package finds an adapter in hardware, WebAssembly with the training kernels of `ssvae/wasm`, plain
 * JavaScript. Asked for by name, WebGPU takes an adapter in software too, and says so.
 *
 * @returns which backend is in use, and the reason each better one is not
 * @throws RangeError when `backend` is none of these, or `threads` no integer of at least 1
 * @throws Error when the one asked for cannot be had, naming the package to install, or the threads for it cannot
 * @example
 * const { name, description } = await selectBackend();
 * console.log(name, description); // wasm WebAssembly with SIMD, …: the best that can be had here
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  const { backend, threads = 1 } = optionsOf('selectBackend', options, {
    backend: true,
    threads: true,
  });
  assertInteger('selectBackend', 'threads', threads);
  return chooseBackend([tensorflow, webgpu, wasm(threads), cpu], backend);
}
