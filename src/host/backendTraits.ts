/** Where tensors lie. */
import { engine, getBackend } from '@tensorflow/tfjs-core';

/** Backends whose tensors lie in the memory of the host. */
const ON_HOST = ['cpu', 'wasm', 'tensorflow'];

/**
 * Whether reading a tensor waits for nothing: its values are there when the operation returns. On a GPU a reading
 * waits for all that was asked of it before.
 */
export const readsAtOnce = (): boolean => ON_HOST.includes(getBackend());

/**
 * Refuses to begin where no backend is registered: the host would say so in the middle of things, and not what to do.
 *
 * @param where name of the calling function, for the message
 * @throws Error
 */
export function assertBackend(where: string): void {
  if (Object.keys(engine().registryFactory).length === 0)
    throw new Error(
      `${where}: TensorFlow.js has no backend yet, needed one: await selectBackend() of ssvae/node or ssvae/browser`,
    );
}
