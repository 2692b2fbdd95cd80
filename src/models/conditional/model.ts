/** Conditional VAEs, with two treatments of a missing label: one sums over it, one takes it for a class of its own. */
import { type MarginalConditionalVae, marginalVae } from './marginal';
import type { ConditionalVaeOptions, MarginalConditionalOptions, TokenConditionalOptions } from './options';
import { type TokenConditionalVae, tokenVae } from './token';

export type {
  ConditionalVaeOptions,
  MarginalConditionalOptions,
  MarginalConditionalVae,
  TokenConditionalOptions,
  TokenConditionalVae,
};

/** A conditional VAE of either kind; `missing` says which. */
export type ConditionalVae = MarginalConditionalVae | TokenConditionalVae;

/**
 * Creates a conditional VAE: p(x|z,c) with a prior of the code for each class, where labels may be missing.
 *
 *   p(z|c) = N(m_c, diag e^{v_c}), learned, or N(0, I)   p(x|z,c): the likelihood of the decoder's output
 *
 *   missing: 'marginal'   c = y ∈ {1 … K}, p(y) = Cat(π), and q(y|x): a missing label is summed over
 *   missing: 'token'      c ∈ {1 … K, ∅}: a missing label is the class ∅. Neither p(y) nor q(y|x)
 *
 * With `missing: 'marginal'` and `classPrior: false` it **is** {@link createM2}: the class prior is the only difference. It is
 * trained by `semiSupervised()`, as an M2 is. With `missing: 'token'` it is trained by `labelConditional()`.
 *
 * The "CVAE" of Sohn et al. 2015 is the other way round: there x is the condition and y the output.
 *
 * @param options a data set, or input shape and classes; treatment of missing labels, nets, likelihood, priors
 * @returns a record of pure functions over its variables; dispose it when you are done, which leaves your own nets alone
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createConditionalVae({ inputShape: [4], classes: 3, missing: 'token' }).generate([0, 2, -1], 1).shape // [3, 4]
 */
export function createConditionalVae(options: MarginalConditionalOptions): MarginalConditionalVae;
export function createConditionalVae(options: TokenConditionalOptions): TokenConditionalVae;
export function createConditionalVae(options: ConditionalVaeOptions): ConditionalVae;
export function createConditionalVae(options: ConditionalVaeOptions): ConditionalVae {
  return options?.missing === 'token' ? tokenVae(options) : marginalVae(options);
}
