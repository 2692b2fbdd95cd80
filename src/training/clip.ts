/** Gradients of bounded length. */
import {
  addN,
  div,
  minimum,
  mul,
  type Scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

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
  tidy(() => sqrt(addN(Object.values(gradients).map((gradient) => sum<Scalar>(square(gradient))))));

/**
 * Gradients of a global norm of at most c, their direction kept (Pascanu et al. 2013, Algorithm 1).
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
