/**
 * M1+M2 of Kingma et al. 2014, trained in one stage: a label and a code z2 explain features z1, which explain the example.
 * With covariates d, such as a domain, it is the model of scANVI (Xu et al. 2021) and VFAE (Louizos et al. 2016): the label acts through
 * p(z1 | z2, y), the same in every domain.
 *
 *   process    p(y) = Cat(π)                     p(z2) = N(0, I) or `prior`     p(z1 | z2, y) = N( featurePrior(z2, y) )     p(x | z1[, d]) = likelihood( decoder(z1[, d]) )
 *   inference  q(z1 | x[, d]) = N( encoder )     q(y | z1) = Cat( classifier )  q(z2 | z1, y) = N( latentEncoder(z1, y) )
 *   bound      at a label y: log p(x | z1[, d]) − [ log q(z1 | x[, d]) − log p(z1 | z2, y) ] − KL( q(z2 | z1, y) ‖ p(z2) )
 */
import { add, sub, type Tensor, type Tensor1D, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { everyLabel } from '../../bounds/everyLabel';
import { ABOVE_0, number, optional, readOptions, unchecked } from '../../core/options';
import { assertShapes } from '../../core/shape';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import { atLabel, logLikelihoodOf, meanOf, passOf, repeatedTo } from '../codeBound';
import { assertCovariates, assertReadsCovariates } from '../covariates';
import { assertSamples, generated } from '../generated';
import { labeledFields } from '../labeledOptions';
import { latentKlOf, logRatioOf, samplePrior } from '../latentPrior';
import { assertContext, assertInputs, assertLiving } from '../living';
import { meanOverLabels } from '../meanOverLabels';
import type { BoundContext, GenerateOptions, Known, LabelInference, SemiSupervisedVae } from '../model';
import { moved, sampleAt } from '../moved';
import { assertReconstructs } from '../reconstructed';
import { whole } from '../whole';
import { m1m2Distributions } from './distributions';
import { type M1M2Options, m1m2Settings } from './options';
import { m1m2Spec } from './spec';

export type { M1M2Options };

/** M1+M2: p(y) p(z2) p(z1|z2,y) p(x|z1[,d]) with q(z1|x[,d]) q(y|z1) q(z2|z1,y). Its code z is z2. */
export interface M1M2 extends SemiSupervisedVae {
  /** F, width of z1 */
  readonly features: number;
  /** p(z2), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  readonly classifiesDraws: true;
  /** q(z1|x[,d]) of inputs [B, …] */
  encode(x: Tensor, known?: Known): gaussian.Gaussian;
  /** parameters of p(x|z1[,d]) of features [B, F] */
  decode(z1: Tensor, known?: Known): Tensor;
  sampleMean(y: Tensor, context: BoundContext): Tensor;
}

/** d, where the model reads it. */
const domainOf = (
  where: string,
  model: M1M2,
  x: Tensor,
  { covariates: d }: Known = {},
): Tensor | undefined => {
  assertCovariates(where, 'covariates', model, d, x.shape[0] as number);
  return model.covariates === undefined ? undefined : d;
};

/** The options of `generate`; covariates only where the model reads them. */
const readGenerate = (model: M1M2, options: GenerateOptions) => {
  const read = readOptions('generate', options, {
    temperature: number(ABOVE_0, 1),
    covariates: optional(unchecked<Tensor>()),
  });
  assertReadsCovariates('generate', model, read.covariates);
  return read;
};

/** q(y | z1) of examples at one draw of z1, and the bound at a label. */
function m1m2Inference(
  model: M1M2,
  { encoder, classifier, latentEncoder, featurePrior, decoder }: ReturnType<typeof m1m2Distributions>,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  assertInputs('infer', model, x);
  assertContext('infer', context);
  const d = domainOf('infer', model, x, context);
  const pass = passOf(context, x);
  const q1 = encoder(x, d, pass); // q(z1 | x[, d])
  const z1 = gaussian.sample(q1, context.noise.split('features'));
  return {
    labelLogits: classifier(z1, pass), // q(y | z1)
    features: z1 as Tensor2D,
    bound(y, options) {
      const { noise, logWeight, rowWeights } = atLabel(context, options);
      const atLabels = { ...pass, ...(rowWeights && { rowWeights }) };
      const ofRows = <T extends Tensor>(values: T): T => repeatedTo(y.shape[0] as number, values);
      const q2 = latentEncoder(z1, y, atLabels); // q(z2 | z1, y)
      const z2 = gaussian.sample(q2, noise.split('latent'));
      const p1 = featurePrior(z2, y, atLabels); // p(z1 | z2, y)
      const logLikelihood = ofRows(logLikelihoodOf(model, decoder(z1, d, pass), x, context)); // log p(x | z1[, d])
      const featureKl = sub<Tensor1D>(ofRows(gaussian.logProb(q1, z1)), gaussian.logProb(p1, ofRows(z1))); // log q(z1 | x[, d]) − log p(z1 | z2, y)
      const latentKl = latentKlOf(model, q2, z2); // KL( q(z2 | z1, y) ‖ p(z2) )
      const ofFeatures = sub<Tensor1D>(logLikelihood, featureKl);
      return {
        elbo: sub<Tensor1D>(ofFeatures, latentKl),
        logLikelihood,
        featureKl,
        latentKl,
        ...(logWeight && { logWeight: add<Tensor1D>(ofFeatures, logRatioOf(model, q2, z2)) }),
      };
    },
  };
}

/**
 * Creates M1+M2 (Kingma et al. 2014), trained in one stage. {@link createStackedM2} trains the same process in two.
 *
 *   p(y) = Cat(π)   p(z2) = N(0, I) or `prior`   p(z1|z2,y) = N(mean, diag e^logVar)   p(x|z1[,d]): the likelihood of the decoder's output
 *   q(z1|x[,d]) = N(mean, diag e^logVar)   q(y|z1) = Cat(softmax(classifier(z1)))   q(z2|z1,y) = N(mean, diag e^logVar)
 *
 * z1 is drawn once for an example, and shared by all its labels: the sum over K labels decodes x once. `classify` reads the mean
 * of z1. The terms are `logLikelihood`, `featureKl` = log q(z1|x) − log p(z1|z2,y) at the draw, which may be negative, and `latentKl`
 * of z2.
 *
 * With `covariates`, encoder and decoder of z1 read what is known of an example beside x, such as its domain, and the classifier does
 * not: labels of one domain then serve another. The option `domainDiscrepancy` of the objective draws the domains together.
 *
 * @param options a data set, or input shape and classes; covariates, nets, likelihood and priors
 * @returns a record of pure functions over its variables; dispose it when you are done
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createM1M2({ inputShape: [28, 28, 1], classes: 10 }).encode(tf.zeros([5, 28, 28, 1])).mean.shape // [5, 50]
 */
export function createM1M2(options: M1M2Options): M1M2 {
  const { settings, nets } = whole(() => {
    const settings = m1m2Settings(options);
    return { settings, nets: m1m2Distributions(settings) };
  });
  const { classes, features, covariates } = settings;
  const { encoder, classifier, latentEncoder, featurePrior, decoder } = nets;

  const model: M1M2 = {
    ...labeledFields(settings),
    features,
    ...(covariates !== undefined && { covariates }),
    classifiesDraws: true,
    spec: m1m2Spec(settings),
    get variables() {
      return nets.variables();
    },
    infer: (x, context) => m1m2Inference(model, nets, x, context),
    classify(x, known) {
      assertInputs('classify', model, x);
      const d = domainOf('classify', model, x, known);
      return tidy(() => classifier(encoder(x, d).mean));
    },
    encode(x, known) {
      assertInputs('encode', model, x);
      const d = domainOf('encode', model, x, known);
      return tidy(() => ({ ...encoder(x, d) }));
    },
    decode(z1, known) {
      assertLiving('decode', model);
      assertShapes('decode', { z1: [z1, `N ${features}`, 'float32'] });
      const d = domainOf('decode', model, z1, known);
      return tidy(() => decoder(z1, d));
    },
    embed(x, known) {
      assertInputs('embed', model, x);
      const d = domainOf('embed', model, x, known);
      return tidy(() => {
        const z1 = encoder(x, d).mean;
        const { mean } = latentEncoder(z1, everyLabel(x.shape[0] as number, classes));
        return meanOverLabels(classifier(z1), mean); // Σ_y q(y | z1) E[z2 | z1, y]
      });
    },
    generate(labels, seed, options = {}) {
      const { temperature: t, covariates: d } = readGenerate(model, options);
      return generated(model, labels, seed, (y, noise) => {
        const z2 = samplePrior('generate', model, labels.length, noise, { temperature: t });
        const z1 = sampleAt(featurePrior(z2, y), t, noise.split('features'));
        return decoder(z1, domainOf('generate', model, z1, d && { covariates: d }));
      });
    },
    sampleMean(y, context) {
      assertSamples(model, y, context);
      const d = domainOf('sampleMean', model, y, context);
      const pass = passOf(context, y);
      const z2 = samplePrior('sampleMean', model, y.shape[0] as number, context.noise.split('latent'));
      const z1 = gaussian.sample(featurePrior(z2, y, pass), context.noise.split('features'));
      return meanOf('sampleMean', model, decoder(z1, d, pass));
    },
    reconstruct(x, y, as, known) {
      assertReconstructs(model, x, { classes, y, as });
      const d = domainOf('reconstruct', model, x, known);
      return tidy(() => {
        const z1 = encoder(x, d).mean;
        if (as === undefined) return meanOf('reconstruct', model, decoder(z1, d));
        const from = y ?? categorical.mode(classifier(z1));
        const z2 = latentEncoder(z1, from).mean;
        const changed = moved(z1, featurePrior(z2, from), featurePrior(z2, as)); // z1 with the label y′, its place in p(z1 | z2, ·) kept
        const at = d && repeatedTo(changed.shape[0] as number, d);
        return meanOf('reconstruct', model, decoder(changed, at));
      });
    },
    dispose: nets.dispose,
  };
  return model;
}
