/** Keeps small tensors on the backend under test. */
import { env, getBackend } from '@tensorflow/tfjs-core';

/**
 * Makes the backend in use compute small tensors itself. WebGPU and WebGL give them to cpu by default, and a test's tensors are
 * small: the kernels of cpu would be tested.
 */
export function computeAlone(): void {
  const flag = `${getBackend().toUpperCase()}_CPU_FORWARD`;
  // biome-ignore lint/complexity/useLiteralKeys: it is private
  if (flag in env()['flagRegistry']) env().set(flag, false);
}
