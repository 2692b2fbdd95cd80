/**
 * M2 of Kingma et al. 2014, and of the report, chapter 2: a label and a code explain the example.
 *
 *   process    p(y) = Cat(π)                       p(z) = N(0, I) or `prior`                 p(x | z, y) = likelihood( decoder(z, y) )
 *   inference  q(y | x) = Cat( classifier(x) )     q(z | x[, y]) = N( encoder(x[, y]) )
 *   bound      at a label y: log p(x | z, y) − KL( q(z | x[, y]) ‖ p(z) )
 */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { everyLabel } from '../../bounds/everyLabel';
import { assertShapes } from '../../core/shape';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import { atLabel, codeBound, logLikelihoodOf, meanOf, passOf } from '../codeBound';
import { assertSamples, generated } from '../generated';
import { labeledFields } from '../labeledOptions';
import { latentKlOf, logRatioOf, samplePrior } from '../latentPrior';
import { assertContext, assertInputs, assertLiving } from '../living';
import { meanOverLabels } from '../meanOverLabels';
import type { BoundContext, SemiSupervisedVae } from '../model';
import { assertReconstructs } from '../reconstructed';
import { whole } from '../whole';
import { m2Distributions } from './distributions';
import { type M2Options, type M2Settings, m2Settings } from './options';
import { m2Spec } from './spec';

export type { M2Options };

/** The M2 model: p(y) p(z) p(x|z,y) with q(y|x) q(z|x[,y]). */
export interface M2 extends SemiSupervisedVae {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** whether the posterior is q(z|x,y); otherwise it is q(z|x) and `encode` takes no label */
  readonly encoderSeesLabel: boolean;
  /** q(z|x[,y]) of inputs [B, …] and, where the encoder sees it, labels [B, K] or every label [B·K, K] */
  encode(x: Tensor, y?: Tensor): gaussian.Gaussian;
  /** parameters of p(x|z,y) of codes [B, Z] and labels [B, K] or every label [B·K, K] */
  decode(z: Tensor, y: Tensor): Tensor;
  sampleMean(y: Tensor, context: BoundContext): Tensor;
}

/**
 * Creates an M2 model (Kingma et al. 2014, "M2"; the report, chapter 2).
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x|z,y): the likelihood of the decoder's output
 *   q(y|x) = Cat(softmax(classifier(x)))   q(z|x[,y]) = N(mean, diag e^logVar) of the encoder
 *
 * @param options a data set, or input shape and classes; nets, likelihood and priors
 * @returns a record of pure functions over its variables; dispose it when you are done, which leaves your own nets alone
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'conv' }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createM2(options: M2Options): M2 {
  return m2Of(
    ...whole(() => {
      const settings = m2Settings(options);
      return [settings, m2Distributions('createM2', settings)] as const;
    }),
  );
}

/** The model of settings and nets. */
export function m2Of(settings: M2Settings, distributions: ReturnType<typeof m2Distributions>): M2 {
  const { structure, features, classifier, encoder, posterior, decoder, variables, dispose } = distributions;
  const { classes, latent, encoderSeesLabel } = settings;

  const model: M2 = {
    ...labeledFields(settings),
    encoderSeesLabel,
    spec: m2Spec(settings),
    ...(structure !== undefined && { structure }),
    get variables() {
      return variables();
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
          const latentKl = latentKlOf(model, q, z); // KL( q(z | x[, y]) ‖ p(z) )
          const logRatio = logWeight ? logRatioOf(model, q, z) : undefined; // log p(z) − log q(z | x[, y])
          return codeBound({ logLikelihood, latentKl, logRatio });
        },
      };
    },
    classify(x) {
      assertInputs('classify', model, x);
      return tidy(() => classifier(features(x)));
    },
    encode(x, y) {
      assertInputs('encode', model, x);
      return tidy(() => ({ ...encoder(features(x), y) }));
    },
    decode(z, y) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `N ${latent}`, 'float32'], y: [y, `R ${classes}`] });
      return tidy(() => decoder(z, y));
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => {
        const shared = features(x);
        if (!encoderSeesLabel) return encoder(shared, undefined).mean as Tensor2D;
        const { mean } = encoder(shared, everyLabel(x.shape[0] as number, classes));
        return meanOverLabels(classifier(shared), mean); // Σ_y q(y | x) E[z | x, y]
      });
    },
    generate: (labels, seed, options) =>
      generated(model, labels, seed, (y, noise) =>
        decoder(samplePrior('generate', model, labels.length, noise, options), y),
      ),
    sampleMean(y, context) {
      assertSamples(model, y, context);
      const z = samplePrior('sampleMean', model, y.shape[0] as number, context.noise.split('latent'));
      return meanOf('sampleMean', model, decoder(z, y, passOf(context, z)));
    },
    reconstruct(x, y, as) {
      assertReconstructs(model, x, { classes, y, as });
      return tidy(() => {
        const shared = features(x);
        const known = y ?? (encoderSeesLabel || !as ? categorical.mode(classifier(shared)) : undefined);
        const z = encoder(shared, known).mean;
        return meanOf('reconstruct', model, decoder(z, as ?? (known as Tensor)));
      });
    },
    dispose,
  };
  return model;
}
