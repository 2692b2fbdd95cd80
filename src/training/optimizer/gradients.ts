/** Norm, clipping and finiteness of gradients. */
import {
  cast,
  div,
  isFinite as finiteOf,
  minimum,
  mul,
  type Scalar,
  sqrt,
  square,
  type Tensor,
  tidy,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { sumOfAll } from '../../core/sumOfAll';
import { runFused } from '../../host/fusedKernel';

/** Gradients by the name of their variable. */
export type Gradients = Readonly<Record<string, Tensor>>;

/**
 * Euclidean norm of all gradients together.
 *
 *   n = sqrt( Σ_i ‖g_i‖² )
 *
 * @param gradients by name, at least one
 * @returns scalar
 */
export const globalNorm = (gradients: Gradients): Scalar =>
  tidy(() => sqrt(sumOfAll(Object.values(gradients).map((gradient) => square(gradient)))));

/**
 * Gradients scaled to a global norm of at most c (Pascanu et al. 2013, Algorithm 1).
 *
 *   g ← g · min(1, c / n)
 *
 * @param gradients by name
 * @param norm n, of {@link globalNorm}
 * @param most c, above 0
 * @returns new gradients by the same names
 */
export const clipByGlobalNorm = (gradients: Gradients, norm: Scalar, most: number): Gradients =>
  tidy(() => {
    const scale = minimum(1, div(most, norm));
    return Object.fromEntries(
      Object.entries(gradients).map(([name, gradient]) => [name, mul(gradient, scale)]),
    );
  });

/**
 * Whether the loss and all gradients are finite: 1, or 0.
 *
 * A sum shows any NaN or infinity in it and costs one kernel. Testing every number would cost three.
 *
 * @param gradients by name
 * @param loss which may be NaN with finite gradients
 * @param norm the global norm of the gradients, if it is known
 * @returns scalar
 */
export const allFinite = (gradients: Gradients, loss: Scalar, norm?: Scalar): Scalar =>
  tidy(() => {
    const all = sumOfAll([loss, ...(norm ? [norm] : Object.values(gradients))], true);
    return cast(finiteOf(all), 'float32');
  });

/**
 * Gradients, or zeros if the update is skipped, without reading the device.
 *
 * @param gradients by name, with NaN and infinities
 * @param applied scalar: 1, or 0
 */
export const zeroUnless = (gradients: Gradients, applied: Scalar): Gradients =>
  tidy(() => {
    const kept = (gradient: Tensor): Tensor =>
      runFused('SsvaeZeroUnless', { value: gradient, applied })?.[0] ??
      where(cast(applied, 'bool'), gradient, zerosLike(gradient));
    return Object.fromEntries(Object.entries(gradients).map(([name, gradient]) => [name, kept(gradient)]));
  });
