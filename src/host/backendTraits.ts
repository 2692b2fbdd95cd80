/** Traits of the backend in use. */
import { engine, getBackend } from '@tensorflow/tfjs-core';
import { own } from '../files/json';
import { BACKENDS, type BackendTraits } from './backends';

/** A backend that nobody described has no trait: every function of the library works without them. */
const UNKNOWN: BackendTraits = {
  readsAtOnce: false,
  repeats: false,
  exactFunctions: false,
  exactExpm1: false,
  transforms: false,
};

/** Traits of the backend in use. */
export const backendTraits = (): BackendTraits => own<BackendTraits>(BACKENDS, getBackend()) ?? UNKNOWN;

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
