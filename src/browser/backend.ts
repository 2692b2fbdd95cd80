/** The backend for browsers: WebGPU, WebGL, WebAssembly or plain JavaScript. */
import { env } from '@tensorflow/tfjs-core';
import { describe } from '../core/describe';
import { checked, integersFrom, number, optional, readOptions, unchecked } from '../core/options';
import {
  assertThreads,
  type BackendCandidate,
  type BackendChoice,
  chooseBackend,
  tryThreads,
  wasmHasStarted,
} from '../host/backend';
import { Broken, notLoaded, Refused, reasonOf } from '../host/backendErrors';
import { type Gpu, nameAdapter, SOFTWARE_RENDERER } from '../host/webgpu';
import { loadStock } from '../wasm/stockBackend';
import { faultOfPaths, startThreads, type WasmPaths } from './wasmThreads';

export type { BackendChoice, PassedOverBackend } from '../host/backend';
export type { WasmPaths } from './wasmThreads';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /** the backend to take, or an error; default: the best that is available */
  readonly backend?: 'webgpu' | 'webgl' | 'wasm' | 'cpu';
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

// Each backend is imported in a `try` of its own. esbuild and webpack then build without the package, with a warning, and
// Vite without one. A missing package shows only when it is tried here.

const webgpu: BackendCandidate = {
  name: 'webgpu',
  packages: '@tensorflow/tfjs-backend-webgpu',
  async load(explicit) {
    // Not every library of DOM types knows `navigator.gpu`.
    const gpu = 'gpu' in navigator ? (navigator.gpu as Gpu | undefined) : undefined;
    if (gpu === undefined) throw new Error('this browser has no WebGPU, or the page is not served securely');
    const adapter = await nameAdapter(gpu, explicit);
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (cause) {
      throw notLoaded(webgpu.packages, cause);
    }
    return `WebGPU on ${adapter}`;
  },
};

const renderer = (): string => {
  const context = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (context === null) throw new Error('this browser has no WebGL 2');
  const extension = context.getExtension('WEBGL_debug_renderer_info');
  const name = String(context.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER));
  // A page may hold only a few contexts.
  context.getExtension('WEBGL_lose_context')?.loseContext();
  return name;
};

const webgl: BackendCandidate = {
  name: 'webgl',
  packages: '@tensorflow/tfjs-backend-webgl',
  async load(explicit) {
    const name = renderer();
    const inSoftware = SOFTWARE_RENDERER.test(name);
    if (inSoftware && !explicit)
      throw new Error(`WebGL renders in software (${name}), slower than WebAssembly`);
    try {
      await import('@tensorflow/tfjs-backend-webgl');
    } catch (cause) {
      throw notLoaded(webgl.packages, cause);
    }
    if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED')) {
      throw new Error('WebGL computes in half precision here, in which a bound means little');
    }
    return `WebGL in 32-bit floats on ${name}${inSoftware ? ', in software' : ''}`;
  },
};

/** What a page must serve. */
const WASM_FILES = 'the .wasm files of @tensorflow/tfjs-backend-wasm/dist';

/** Paths without user, password and what a query says, which are not for messages. */
const withoutSecrets = (text: string): string =>
  text.replace(/\/\/[^/@\s]*@/g, '//').replace(/=[^&\s)"']*/g, '=…');

/** The refusal of a place: a slower backend in the place of WebAssembly would hide that the place is wrong. */
const wrongPaths = (paths: WasmPaths, reason: string): Error => {
  if (/already initialized/i.test(reason))
    return new Refused(
      'selectBackend: WebAssembly was tried in this page before, which it takes once, needed to reload the page',
    );
  const slash = typeof paths === 'string' && !paths.endsWith('/') ? '; a folder ends with a slash' : '';
  const shown = describe(typeof paths === 'string' ? withoutSecrets(paths) : paths);
  return new Refused(
    `selectBackend: wasmPaths is ${shown}, where WebAssembly does not start (${withoutSecrets(reason)}), needed ${WASM_FILES}${slash}`,
  );
};

/** Refuses what is neither a folder nor a record of files. */
const assertPaths = (where: string, name: string, paths: WasmPaths): void => {
  if (typeof paths === 'string' && paths !== '') return;
  const files = typeof paths === 'object' && paths !== null ? Object.values(paths) : [];
  if (files.length === 0 || !files.every((file) => typeof file === 'string'))
    throw new TypeError(
      `${where}: ${name} is ${describe(paths)}, needed the folder of the .wasm files, or the place of each by its name`,
    );
};

const wasm = (paths: WasmPaths | undefined, threads: number): BackendCandidate => ({
  name: 'wasm',
  packages: '@tensorflow/tfjs-backend-wasm (and serve its .wasm files, see wasmPaths)',
  async load(explicit) {
    const stock = await loadStock();
    if (paths !== undefined) {
      try {
        stock.setWasmPaths(paths);
      } catch (cause) {
        throw wrongPaths(paths, reasonOf(cause));
      }
    }
    // Its own threads do not start in every bundle, and then nothing says so. Ours are had by `threads`.
    if (!wasmHasStarted()) env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const team = await tryThreads(threads, explicit, () => startThreads(threads, paths, stock));
    return `WebAssembly with SIMD${team}, with the training kernels of ssvae/wasm`;
  },
  async explain(reason) {
    if (paths !== undefined) return wrongPaths(paths, (await faultOfPaths(paths)) ?? reason);
    return new Broken(`${reason}; serve ${WASM_FILES} beside the script, or say in wasmPaths where`);
  },
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
 * In order: WebGPU, WebGL with 32-bit floats, WebAssembly with the training kernels of `ssvae/wasm`, plain
 * JavaScript. Adapters in software are passed over, being slower than WebAssembly; asked for by name they are
 * taken, and it is said. Half precision is refused always. Each backend is a chunk of its own, fetched only
 * when it is tried.
 *
 * What to install: of `@tensorflow/tfjs-backend-webgpu`, `-webgl`, `-wasm` and `-cpu` those that the page shall have.
 * Built without one of them, Vite says nothing and esbuild and webpack warn that it cannot be resolved; in the page that
 * backend is then passed over, or an error that names the package where it was asked for.
 *
 * @returns which backend is in use, and the reason each better one is not
 * @throws RangeError when `backend` is none of these, or `threads` no integer from 1 to the most that this machine may have
 * @throws Error when the one asked for is not available, naming the package where it lacks one, or its threads cannot; and
 * where WebAssembly does not start with the `wasmPaths` that were given, so that no slower backend takes its place
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
  return chooseBackend([webgpu, webgl, wasm(wasmPaths, threads), cpu], backend);
}
