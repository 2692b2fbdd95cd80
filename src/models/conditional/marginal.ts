/**
 * A conditional VAE that sums over missing labels: M2 with a prior of the code for each class (GM-DGM of Willetts et al. 2019).
 *
 *   process    p(y) = Cat(π)                     p(z | y) = N( m_y, diag e^{v_y} ) or N(0, I)   p(x | z, y) = likelihood( decoder(z, y) )
 *   inference  q(y | x) = Cat( classifier(x) )   q(z | x[, y]) = N( encoder(x[, y]) )
 *   bound      at a label y: log p(x | z, y) − KL( q(z | x[, y]) ‖ p(z | y) )
 */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertShapes } from '../../core/shape';
import * as gaussian from '../../distributions/gaussian';
import { atLabel, codeBound, logLikelihoodOf, meanOf, passOf } from '../codeBound';
import { generated } from '../generated';
import { assertContext, assertInputs, assertLiving } from '../living';
import { m2Distributions } from '../m2/distributions';
import { type M2, m2Of } from '../m2/model';
import { disposeVariables } from '../ownVariables';
import { whole } from '../whole';
import { codePrior } from './codePrior';
import { type MarginalConditionalOptions, marginalSettings } from './options';
import { marginalSpec } from './spec';

/** A conditional VAE with q(y|x): the common objective trains it, and all evaluation serves it. */
export interface MarginalConditionalVae extends Omit<M2, 'prior'> {
  /** a missing label is summed over */
  readonly missing: 'marginal';
  /** whether p(z|y) is learned; otherwise it is N(0, I), and the model an M2 */
  readonly classPrior: boolean;
  /** p(z|y) at labels [R, K]: mean and log-variance, [R, Z] each */
  priorAt(y: Tensor): gaussian.Gaussian;
}

/** Makes the model. */
export function marginalVae(options: MarginalConditionalOptions): MarginalConditionalVae {
  const { settings, prior, distributions } = whole(() => {
    const settings = marginalSettings(options);
    const prior = codePrior('createConditionalVae', settings.classes, settings.latent, settings.classPrior);
    const distributions = m2Distributions('createConditionalVae', { ...settings, prior });
    return { settings, prior, distributions };
  });
  const { features, classifier, posterior, decoder } = distributions;
  const { classes } = settings;
  // All that no prior enters is as in M2: classify, encode, decode, embed, reconstruct.
  const m2 = m2Of(settings, distributions);
  const assertLabels = (where: string, y: Tensor): void => {
    assertLiving(where, model);
    assertShapes(where, { y: [y, `R ${classes}`, 'float32'] });
  };

  const model: MarginalConditionalVae = {
    ...m2,
    missing: 'marginal',
    classPrior: settings.classPrior,
    spec: marginalSpec(settings),
    get variables() {
      return distributions.variables();
    },
    infer(x, context) {
      assertInputs('infer', model, x);
      assertContext('infer', context);
      const pass = passOf(context, x);
      const shared = features(x, pass);
      const at = posterior(shared, pass);
      return {
        labelLogits: classifier(shared, pass), // q(y | x)
        bound(y, options) {
          const { noise, logWeight, rowWeights } = atLabel(context, options);
          const atLabels = { ...pass, ...(rowWeights && { rowWeights }) };
          const q = at(y, atLabels); // q(z | x[, y])
          const z = gaussian.sample(q, noise.split('latent'));
          const atRows = { ...context, rowWeights };
          const logLikelihood = logLikelihoodOf(model, decoder(z, y, atLabels), x, atRows); // log p(x | z, y)
          const latentKl = prior.kl(q, y); // KL( q(z | x[, y]) ‖ p(z | y) )
          const logRatio = logWeight ? prior.logRatio(q, z, y) : undefined; // log p(z | y) − log q(z | x[, y])
          return codeBound({ logLikelihood, latentKl, logRatio });
        },
      };
    },
    priorAt(y) {
      assertLabels('priorAt', y);
      return tidy(() => ({ ...prior.at(y) }));
    },
    generate: (labels, seed, options) =>
      generated(model, labels, seed, (y, noise) => decoder(prior.sample('generate', y, noise, options), y)),
    sampleMean(y, context) {
      assertLabels('sampleMean', y);
      assertContext('sampleMean', context);
      const z = prior.sample('sampleMean', y, context.noise.split('latent'));
      return meanOf('sampleMean', model, decoder(z, y, passOf(context, z)));
    },
    dispose() {
      m2.dispose();
      disposeVariables(prior);
    },
  };
  return model;
}
