/** A Gaussian for each class: a table of means and log-variances, read by labels. */
import { matMul, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertShapes } from '../core/shape';
import type { Gaussian } from './gaussian';

/**
 * The Gaussian of each label: p(z|y) = N(m_y, diag e^{v_y}).
 *
 *   mean = y·m        logVar = y·v        y [R, K], m and v [K, Z]
 *
 * Soft labels work: the mean is then Σ_k y_k m_k, and each variance the geometric mean Π_k e^{y_k v_k}. Both have a gradient
 * in the labels, so a relaxed label may be one. Any prior that depends on a class is made this way: a class may also be the
 * token of a missing label.
 *
 * @param table means m and log-variances v, a row for each class: [K, Z] each
 * @param labels one-hot or soft labels, [R, K]
 * @returns mean and log-variance, [R, Z] each; differentiable in table and labels
 * @throws RangeError when the shapes differ, or the labels have another number of classes than the table
 * @throws TypeError when an argument is missing, or the table is not float32
 * @example classGaussian({ mean: tf.tensor2d([[1], [3]]), logVar: tf.zeros([2, 1]) }, tf.tensor2d([[0, 1]])).mean // [[3]]
 */
export function classGaussian(table: Gaussian, labels: Tensor): Gaussian {
  // Read as if the table could be missing, which callers without types bring about: the error then names the argument.
  assertShapes('classGaussian', {
    'table.mean': [(table as Gaussian | undefined)?.mean as Tensor, 'K Z', 'float32'],
    'table.logVar': [(table as Gaussian | undefined)?.logVar as Tensor, 'K Z', 'float32'],
    labels: [labels, 'R K'],
  });
  const of = (values: Tensor): Tensor => matMul(labels as Tensor2D, values as Tensor2D);
  return tidy(() => ({ mean: of(table.mean), logVar: of(table.logVar) }));
}
