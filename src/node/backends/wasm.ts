/** WebAssembly, with the training kernels of `ssvae/wasm`. */
import { tryThreads } from '../../host/backend';
import { Broken } from '../../host/backendErrors';
import { loadStock } from '../../wasm/stockBackend';
import { startThreads } from '../wasmThreads';
import type { NodeCandidate } from './candidate';

/** WebAssembly. */
export const wasm = {
  name: 'wasm',
  packages: '@tensorflow/tfjs-backend-wasm',
  async load(explicit, { threads }) {
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
} as const satisfies NodeCandidate;
