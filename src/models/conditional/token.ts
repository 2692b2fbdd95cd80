/**
 * A conditional VAE with a token for missing labels: c is one of K classes, or ∅. Given c, a code explains the example.
 *
 *   process    p(z | c) = N( m_c, diag e^{v_c} ) or N(0, I)    p(x | z, c) = likelihood( decoder(z, c) )    c ∈ { 1 … K, ∅ }
 *   inference  q(z | x, c) = N( encoder(x, c) )
 *   bound      on log p(x | c): log p(x | z, c) − KL( q(z | x, c) ‖ p(z | c) )
 *
 * There is no p(c) and no q(c | x). Nothing but shared weights and label dropout ties p(x | ∅) to Σ_y p(y) p(x | y).
 */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertInteger } from '../../core/assert';
import { assertAsked, oneHotLabels, readLabels } from '../../core/labels';
import { type Noise, streamOf } from '../../core/noise';
import { assertShapes } from '../../core/shape';
import * as gaussian from '../../distributions/gaussian';
import { codeBound, logLikelihoodOf, meanOf, passOf } from '../codeBound';
import { assertContext, assertInputs, assertLiving } from '../living';
import type { BoundContext, BoundTerms, GenerateOptions, Vae } from '../model';
import { disposeVariables } from '../ownVariables';
import { assertReconstructs } from '../reconstructed';
import { whole } from '../whole';
import { codePrior } from './codePrior';
import { tokenDistributions } from './distributions';
import { type TokenConditionalOptions, tokenSettings } from './options';
import { tokenSpec } from './spec';

/**
 * A conditional VAE whose missing labels are a token, ∅. It is a VAE of p(x|∅) wherever no label is given, so what serves a VAE
 * serves it. `labelConditional()` trains it, and `bayesClassifier` classifies by it.
 *
 * Labels c are [R, K + 1], one-hot or soft; the last column is ∅. `dropLabels(y, { rate: 0, noise })` makes them of labels
 * [R, K].
 */
export interface TokenConditionalVae extends Vae {
  /** a missing label is a class of its own */
  readonly missing: 'token';
  /** K, without the token */
  readonly classes: number;
  /** what the classes are called, a name for each */
  readonly classNames?: readonly string[];
  /** whether p(z|c) is learned; otherwise it is N(0, I) */
  readonly classPrior: boolean;
  /** the bound on log p(x|c) at one draw; c is ∅ by default, or has R rows, a multiple m of those of x: m in succession for each */
  bound(x: Tensor, context: BoundContext, c?: Tensor): BoundTerms;
  /** q(z|x,c) of inputs [B, …] and labels, ∅ by default: [R, Z] each */
  encode(x: Tensor, c?: Tensor): gaussian.Gaussian;
  /** parameters of p(x|z,c) of codes [B, Z] and labels, ∅ by default */
  decode(z: Tensor, c?: Tensor): Tensor;
  /** p(z|c) at labels [R, K + 1]: mean and log-variance, [R, Z] each */
  priorAt(c: Tensor): gaussian.Gaussian;
  /** E[z|x,∅] of inputs [B, …]: [B, Z]; at labels, it is the mean of `encode` */
  embed(x: Tensor): Tensor2D;
  /** E[x|z,c] at z ~ p(z|c), one example for each class index of a list, −1 for ∅; a number asks for so many of ∅: [N, …] */
  generate(
    given: number | (ArrayLike<number> & Iterable<number>),
    seed: number | Noise,
    options?: GenerateOptions,
  ): Tensor;
  /** E[x|z,c′] at z = E[z|x,c]; c is ∅ by default, and c′ is c */
  reconstruct(x: Tensor, c?: Tensor, as?: Tensor): Tensor;
}

/** One-hot rows of class indices, −1 for ∅: [N, K + 1]. */
const rowsOf = (where: string, labels: ArrayLike<number>, classes: number): Tensor2D => {
  assertAsked(where, labels);
  const known = readLabels(where, 'labels', labels, labels.length, classes);
  return oneHotLabels(
    where,
    known.map((label) => (label === -1 ? classes : label)),
    classes + 1,
  );
};

/** Class indices of examples without a label. */
const missing = (count: number): number[] => new Array<number>(count).fill(-1);

/** Settings, prior and nets. */
const tokenParts = (options: TokenConditionalOptions) => {
  const settings = tokenSettings(options);
  const { classes, latent, classPrior } = settings;
  const prior = codePrior('createConditionalVae', classes + 1, latent, classPrior);
  return { settings, prior, nets: tokenDistributions('createConditionalVae', settings, prior) };
};

/** Makes the model. */
export function tokenVae(options: TokenConditionalOptions): TokenConditionalVae {
  const { settings, prior, nets } = whole(() => tokenParts(options));
  const { inputShape, input, classes, classNames, latent, likelihood, classPrior } = settings;
  const { encoder, decoder } = nets;

  /** the labels given, or ∅ for each row of x */
  const labelsOf = (where: string, x: Tensor, c: Tensor | undefined): Tensor => {
    if (c === undefined) return rowsOf(where, missing(x.shape[0] as number), classes);
    assertShapes(where, { c: [c, `R ${classes + 1}`, 'float32'] });
    return c;
  };

  const model: TokenConditionalVae = {
    inputShape,
    missing: 'token',
    classes,
    ...(classNames && { classNames }),
    classPrior,
    latent,
    likelihood,
    ...(input && { input }),
    spec: tokenSpec(settings),
    get variables() {
      return nets.variables();
    },
    bound(x, context, given) {
      assertInputs('bound', model, x);
      assertContext('bound', context);
      return tidy(() => {
        const c = labelsOf('bound', x, given);
        const pass = passOf(context, x);
        const q = encoder(x, c, pass); // q(z | x, c)
        const z = gaussian.sample(q, context.noise.split('latent'));
        const logLikelihood = logLikelihoodOf(model, decoder(z, c, pass), x, context); // log p(x | z, c)
        const latentKl = prior.kl(q, c); // KL( q(z | x, c) ‖ p(z | c) )
        const logRatio = context.logWeight ? prior.logRatio(q, z, c) : undefined; // log p(z | c) − log q(z | x, c)
        return codeBound({ logLikelihood, latentKl, logRatio });
      });
    },
    encode(x, c) {
      assertInputs('encode', model, x);
      return tidy(() => ({ ...encoder(x, labelsOf('encode', x, c)) }));
    },
    decode(z, c) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `B ${latent}`, 'float32'] });
      return tidy(() => decoder(z, labelsOf('decode', z, c)));
    },
    priorAt(c) {
      assertLiving('priorAt', model);
      return tidy(() => ({ ...prior.at(labelsOf('priorAt', c, c)) }));
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => encoder(x, labelsOf('embed', x, undefined)).mean as Tensor2D);
    },
    generate(given, seed, options) {
      if (typeof given === 'number') assertInteger('generate', 'count', given);
      const draws = streamOf('generate', seed);
      return tidy(() => {
        const c = rowsOf('generate', typeof given === 'number' ? missing(given) : given, classes);
        const z = prior.sample('generate', c, draws, options); // z ~ p(z | c)
        return meanOf('generate', model, model.decode(z, c));
      });
    },
    reconstruct(x, given, as) {
      assertReconstructs(model, x, { classes: classes + 1, name: 'c', y: given, as });
      return tidy(() => {
        const c = labelsOf('reconstruct', x, given);
        return meanOf('reconstruct', model, model.decode(encoder(x, c).mean, as ?? c));
      });
    },
    dispose() {
      nets.dispose();
      disposeVariables(prior);
    },
  };
  return model;
}
