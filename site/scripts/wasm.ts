/** Starts TensorFlow.js on WebAssembly, as the page's worker does. */
import 'ssvae/wasm';
import { ready, setBackend } from '@tensorflow/tfjs-core';

export async function startWasm(): Promise<void> {
  await setBackend('wasm');
  await ready();
}
