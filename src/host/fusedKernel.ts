/**
 * Kernels of this library. Each computes in one call what TensorFlow.js has only in parts. A backend may lack them, so every
 * caller has another way.
 */
import {
  engine,
  getBackend,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  type Tensor,
} from '@tensorflow/tfjs-core';

/**
 * Their names in the host's registry: Adam's update of a variable; the same with `applied` among its inputs, a scalar on the
 * device that is 0 where the step is left out; a gradient, or zeros where the step is left out; and the sum of all values of
 * all inputs.
 */
export type FusedKernel = 'SsvaeAdam' | 'SsvaeGuardedAdam' | 'SsvaeZeroUnless' | 'SsvaeSum';

/**
 * Runs one where the backend in use has it; nothing is recorded for gradients.
 *
 * @param name of the kernel
 * @param inputs by name
 * @param attributes numbers
 * @returns its results, or nothing where the backend lacks it, it gives none, or an input is not float32 or is empty
 */
export function runFused(
  name: FusedKernel,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, number>> = {},
): readonly Tensor[] | undefined {
  // The registry's type does not say that a kernel may be missing.
  const known = getKernel(name, getBackend()) as KernelConfig | undefined;
  const isOther = ({ dtype, size }: Tensor): boolean => dtype !== 'float32' || size === 0;
  if (known === undefined || Object.values(inputs).some(isOther)) return undefined;
  const results: Tensor | Tensor[] = engine().runKernel(name, { ...inputs }, attributes as NamedAttrMap);
  if (!Array.isArray(results)) return [results];
  // A kernel that has too few digits for these numbers gives nothing.
  return results.length > 0 ? results : undefined;
}
