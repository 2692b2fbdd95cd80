/** The stock WebAssembly backend, with the training kernels. */
import { notLoaded } from '../host/backendErrors';

/** The part of the backend's module that says where its binaries are. */
export type StockBackend = Pick<typeof import('@tensorflow/tfjs-backend-wasm'), 'setWasmPaths'>;

/**
 * Loads the backend and registers the kernels; neither is in a program that does not call this.
 *
 * @throws NotInstalled where the package is missing, Broken where it fails
 */
export async function loadStock(): Promise<StockBackend> {
  let stock: StockBackend;
  // In a `try`: bundlers then build without the package, with a warning at most.
  try {
    stock = await import('@tensorflow/tfjs-backend-wasm');
  } catch (cause) {
    throw notLoaded('@tensorflow/tfjs-backend-wasm', cause);
  }
  await import('./training');
  return stock;
}
