/** The prior p(z|c) of a conditional VAE: N(m_c, diag e^{v_c}) with a learned table of a row for each class, or N(0, I). */
import {
  add,
  exp,
  mul,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
  type Variable,
  variable,
  zeros,
} from '@tensorflow/tfjs-core';
import { assertSize } from '../../core/assert';
import type { Noise } from '../../core/noise';
import { classGaussian } from '../../distributions/classGaussian';
import * as gaussian from '../../distributions/gaussian';
import { gaussianKl } from '../../divergences/gaussianKl';
import { gaussianRepeatedTo, repeatedTo } from '../codeBound';
import { samplePrior } from '../latentPrior';
import type { GenerateOptions } from '../model';

/** p(z|c), and what a bound takes of it. Labels have R rows, a multiple of the rows of q and z. */
export interface CodePrior {
  /** the table, [labels, Z] each, by name; nothing where p(z|c) is N(0, I) */
  readonly variables?: Readonly<Record<'mean' | 'logVar', Variable>>;
  /** mean and log-variance at labels [R, …]: [R, Z] each */
  at(c: Tensor): gaussian.Gaussian;
  /** KL( q ‖ p(z|c) ) in closed form, [R], or the rows of q where p(z|c) is the same for every label */
  kl(q: gaussian.Gaussian, c: Tensor): Tensor1D;
  /** log p(z|c) − log q(z), [R] */
  logRatio(q: gaussian.Gaussian, z: Tensor, c: Tensor): Tensor1D;
  /** a draw for each label, [R, Z] */
  sample(where: string, c: Tensor, noise: Noise, options?: GenerateOptions): Tensor;
}

/**
 * Makes the prior. A learned table is 0 at first: N(0, I) for every class.
 *
 * @param where name of the calling function, for the message
 * @param labels classes, and the token where it is one
 * @param latent Z
 * @param learned whether there is a table
 * @throws RangeError where a table would be too large
 */
export function codePrior(where: string, labels: number, latent: number, learned: boolean): CodePrior {
  if (learned) assertSize(where, 'labels × latent', labels * latent);
  const entries = (): Variable => tidy(() => variable(zeros([labels, latent])));
  const table = learned ? { mean: entries(), logVar: entries() } : undefined;
  const at = (c: Tensor): gaussian.Gaussian => {
    if (table) return classGaussian(table, c);
    const shape = [c.shape[0] as number, latent];
    return { mean: zeros(shape), logVar: zeros(shape) };
  };
  return {
    ...(table && { variables: table }),
    at,
    kl: (q, c) => (table ? gaussianKl(gaussianRepeatedTo(c.shape[0] as number, q), at(c)) : gaussianKl(q)),
    logRatio(q, z, c) {
      const rows = c.shape[0] as number;
      return sub(gaussian.logProb(at(c), repeatedTo(rows, z)), repeatedTo(rows, gaussian.logProb(q, z)));
    },
    sample(where, c, noise, options) {
      const draw = samplePrior(where, { latent }, c.shape[0] as number, noise, options); // t·ε
      if (!table) return draw;
      const { mean, logVar } = at(c);
      return add(mean, mul(exp(mul(0.5, logVar)), draw)); // m_c + t·e^{v_c / 2}·ε
    },
  };
}
