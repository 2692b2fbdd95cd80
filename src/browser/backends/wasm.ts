/** WebAssembly, with the training kernels of `ssvae/wasm`. */
import { env } from '@tensorflow/tfjs-core';
import { describe } from '../../core/describe';
import { tryThreads, wasmHasStarted } from '../../host/backend';
import { Broken, Refused, reasonOf } from '../../host/backendErrors';
import { loadStock } from '../../wasm/stockBackend';
import { faultOfPaths, startThreads, type WasmPaths } from '../wasmThreads';
import type { BrowserCandidate } from './candidate';

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
    `selectBackend: wasmPaths is ${shown}, where WebAssembly does not start (${withoutSecrets(reason)}), needed ${WASM_FILES} at that address${slash}`,
  );
};

/** The smallest module there is: every engine compiles it, unless it may not. */
const EMPTY_MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** Says so where the policy of a page keeps WebAssembly from starting, before anything is fetched. */
const assertAllowed = (paths: WasmPaths | undefined): void => {
  if (typeof WebAssembly === 'undefined') throw new Error('this browser has no WebAssembly');
  try {
    new WebAssembly.Module(EMPTY_MODULE);
  } catch (cause) {
    const reason =
      "the page's Content-Security-Policy forbids WebAssembly, needed 'wasm-unsafe-eval' in its script-src";
    if (paths === undefined) throw new Broken(reason, { cause });
    throw new Refused(`selectBackend: ${reason}, or the slower { backend: 'cpu' }`, { cause });
  }
};

/** WebAssembly. */
export const wasm = {
  name: 'wasm',
  packages: '@tensorflow/tfjs-backend-wasm (and serve its .wasm files, see wasmPaths)',
  async load(explicit, { wasmPaths: paths, threads }) {
    assertAllowed(paths);
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
  async explain(reason, { wasmPaths: paths }) {
    if (paths !== undefined) return wrongPaths(paths, (await faultOfPaths(paths)) ?? reason);
    return new Broken(`${reason}; serve ${WASM_FILES} beside the script, or say in wasmPaths where`);
  },
} as const satisfies BrowserCandidate;
