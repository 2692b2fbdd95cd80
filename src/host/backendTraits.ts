/** Traits of the backend in use. */
import { engine, getBackend } from '@tensorflow/tfjs-core';
import { BACKENDS, type BackendTraits } from './backends';

/** Traits of the backend in use; one that the table lacks has none. */
export const backendTraits = (): BackendTraits => {
  const table: Readonly<Record<string, BackendTraits>> = BACKENDS;
  return table[getBackend()] ?? {};
};

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
