/** What the host remembers for gradients. */
import { engine } from '@tensorflow/tfjs-core';

/**
 * Frees what was saved for gradients that were never computed: where a loss throws half-way, the host forgets the
 * tensors that it has kept for the way back, and they would stay alive for good. Does nothing within another gradient.
 */
export function freeTape(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return;
  for (const { saved } of state.activeTape ?? []) for (const tensor of saved ?? []) tensor.dispose();
}
