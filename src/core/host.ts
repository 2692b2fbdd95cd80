/** Where tensors lie. */
import { getBackend } from '@tensorflow/tfjs-core';

/** Backends whose tensors lie in the memory of the host. */
const ON_HOST = ['cpu', 'wasm', 'tensorflow'];

/**
 * Whether reading a tensor waits for nothing: its values are there when the operation returns. On a GPU a reading
 * waits for all that was asked of it before.
 */
export const readsAtOnce = (): boolean => ON_HOST.includes(getBackend());
