/**
 * The auxiliary deep generative models of Maaløe et al. 2016: a second latent, a, lets the classifier and the posterior of z
 * read a draw, so that either is more flexible than one Gaussian or one net of x.
 *
 *   ADGM process  p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x | z, y) = likelihood( decoder(z, y) )
 *                 p(a | x, z, y) = N( auxiliaryDecoder(x, z, y) )
 *   SDGM process  p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x | a, z, y) = likelihood( decoder(a, z, y) )
 *                 p(a | z, y) = N( auxiliaryDecoder(z, y) )
 *   inference     q(a | x) = N( auxiliaryEncoder(x) )   q(y | a, x) = Cat( classifier(a, x) )   q(z | a, x, y) = N( encoder(a, x, y) )
 *   bound         at a label y: log p(x | [a, ]z, y) − ( log q(a | x) − log p(a | [x, ]z, y) ) − KL( q(z | a, x, y) ‖ p(z) )
 *
 * a is drawn once for each example, and shared by q(y | a, x) and every label; z is drawn for each label.
 */
import {
  logSoftmax,
  logSumExp,
  stack,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { everyLabel } from '../../bounds/everyLabel';
import { type Noise, streamOf } from '../../core/noise';
import { integersFrom, number, readOptions } from '../../core/options';
import { assertShapes } from '../../core/shape';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import { atLabel, codeBound, logLikelihoodOf, meanOf, passOf, repeatedTo } from '../codeBound';
import { assertSamples, generated } from '../generated';
import { labeledFields } from '../labeledOptions';
import { latentKlOf, logRatioOf, samplePrior } from '../latentPrior';
import { assertContext, assertInputs } from '../living';
import { meanOverLabels } from '../meanOverLabels';
import type { BoundContext, LabelInference, SemiSupervisedVae } from '../model';
import { assertReconstructs } from '../reconstructed';
import { seenByNets } from '../seenByNets';
import { whole } from '../whole';
import { type AuxiliaryDistributions, auxiliaryDistributions } from './distributions';
import { type AuxiliaryKind, type AuxiliaryOptions, auxiliarySettings } from './options';
import { auxiliarySpec } from './spec';

export type { AuxiliaryOptions };

/** How draws of a are averaged. */
export interface ClassifyDrawsOptions {
  /** S, draws of a for each example; default 100 (the authors' code) */
  readonly samples?: number;
}

/** An auxiliary deep generative model. */
export interface AuxiliaryVae extends SemiSupervisedVae {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** A, the width of a */
  readonly auxiliary: number;
  readonly classifiesDraws: true;
  /** logits of q(y|a,x) at a = E[a|x], [B, K]: without noise, so the same each time */
  classify(x: Tensor): Tensor2D;
  /**
   * Logits of q(y|x), the mean of q(y|a,x) over draws of a: log (1/S) Σ_s q(y|a_s,x), [B, K].
   *
   * To predict by it, hand over `{ ...model, classify: (x) => model.classifyDraws(x, 1) }`.
   */
  classifyDraws(x: Tensor, seed: number | Noise, options?: ClassifyDrawsOptions): Tensor2D;
  /** Σ_y q(y|a,x) E[z|a,x,y] at a = E[a|x]: [B, Z] */
  embed(x: Tensor): Tensor2D;
  /** E[x|z,y], in SDGM at a draw a ~ p(a|z,y), at one draw z ~ p(z) for each row of y [R, K]: [R, …] */
  sampleMean(y: Tensor, context: BoundContext): Tensor;
}

/** R, the rows of labels for examples x: one for each, or several in the order of `everyLabel`. */
const rowsOf = (
  where: string,
  name: string,
  y: Tensor,
  { classes }: SemiSupervisedVae,
  x: Tensor,
): number => {
  const { R: rows = 0 } = assertShapes(where, { [name]: [y, `R ${classes}`] });
  const [count = 0] = x.shape;
  if (rows === 0 || rows % count !== 0)
    throw new RangeError(`${where}: ${name} has ${rows} rows, needed a multiple of the ${count} rows of x`);
  return rows;
};

/** q(y | a, x) of examples at one draw of a, and the bound at a label. */
function auxiliaryInference(
  model: AuxiliaryVae,
  { auxiliaryEncoder, classifier, encoder, auxiliaryDecoder, decoder }: AuxiliaryDistributions,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  assertInputs('infer', model, x);
  assertContext('infer', context);
  const pass = passOf(context, x);
  const seen = seenByNets(model.likelihood, x);
  const qa = auxiliaryEncoder(seen, pass); // q(a | x)
  const a = gaussian.sample(qa, context.noise.split('auxiliary'));
  return {
    labelLogits: classifier(a, seen, pass), // q(y | a, x)
    bound(y, options) {
      const { noise, logWeight, rowWeights } = atLabel(context, options);
      const rows = rowsOf('bound', 'y', y, model, x);
      const atLabels = { ...pass, ...(rowWeights && { rowWeights }) };
      const qz = encoder(a, seen, y, atLabels); // q(z | a, x, y)
      const z = gaussian.sample(qz, noise.split('latent'));
      const pa = auxiliaryDecoder(seen, z, y, atLabels); // p(a | [x, ]z, y)
      const logQa = repeatedTo(rows, gaussian.logProb(qa, a)); // log q(a | x)
      const logPa = gaussian.logProb(pa, repeatedTo(rows, a)); // log p(a | [x, ]z, y)
      const auxiliaryKl = sub<Tensor1D>(logQa, logPa);
      const atRows = { ...context, rowWeights };
      const logLikelihood = logLikelihoodOf(model, decoder(a, z, y, atLabels), x, atRows); // log p(x | [a, ]z, y)
      const latentKl = latentKlOf(model, qz, z); // KL( q(z | a, x, y) ‖ p(z) )
      const logRatio = logWeight ? logRatioOf(model, qz, z) : undefined; // log p(z) − log q(z | a, x, y)
      const { elbo, logWeight: weight, ...terms } = codeBound({ logLikelihood, latentKl, logRatio });
      return {
        elbo: sub(elbo, auxiliaryKl),
        ...terms,
        auxiliaryKl,
        ...(weight && { logWeight: sub<Tensor1D>(weight, auxiliaryKl) }),
      };
    },
  };
}

/** log (1/S) Σ_s softmax(logits_s), [B, K]. */
const logMeanSoftmax = (samples: number, logitsOf: (s: number) => Tensor2D): Tensor2D => {
  const logProbs = Array.from({ length: samples }, (_, s) => tidy(() => logSoftmax(logitsOf(s))));
  return sub<Tensor2D>(logSumExp(stack(logProbs), 0), Math.log(samples));
};

/** Makes either model. */
function createAuxiliary(kind: AuxiliaryKind, options: AuxiliaryOptions): AuxiliaryVae {
  const { settings, nets } = whole(() => {
    const settings = auxiliarySettings(kind, options);
    return { settings, nets: auxiliaryDistributions(settings) };
  });
  const { classes, auxiliary, likelihood } = settings;
  const { auxiliaryEncoder, classifier, encoder, process } = nets;

  /** What the nets see of x, and a = E[a|x]. */
  const atMean = (x: Tensor) => {
    const seen = seenByNets(likelihood, x);
    return { seen, a: auxiliaryEncoder(seen).mean };
  };

  const model: AuxiliaryVae = {
    ...labeledFields(settings),
    auxiliary,
    classifiesDraws: true,
    spec: auxiliarySpec(settings),
    get variables() {
      return nets.variables();
    },
    infer: (x, context) => auxiliaryInference(model, nets, x, context),
    classify(x) {
      assertInputs('classify', model, x);
      return tidy(() => {
        const { seen, a } = atMean(x);
        return classifier(a, seen);
      });
    },
    classifyDraws(x, seed, options = {}) {
      assertInputs('classifyDraws', model, x);
      const { samples } = readOptions('classifyDraws', options, { samples: number(integersFrom(1), 100) });
      const draws = streamOf('classifyDraws', seed);
      return tidy(() => {
        const seen = seenByNets(likelihood, x);
        const qa = auxiliaryEncoder(seen);
        return logMeanSoftmax(samples, (s) => classifier(gaussian.sample(qa, draws.split(s)), seen));
      });
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => {
        const { seen, a } = atMean(x);
        const { mean } = encoder(a, seen, everyLabel(x.shape[0] as number, classes));
        return meanOverLabels(classifier(a, seen), mean); // Σ_y q(y | a, x) E[z | a, x, y]
      });
    },
    generate: (labels, seed, options) =>
      generated(model, labels, seed, (y, noise) => {
        const z = samplePrior('generate', model, labels.length, noise, options);
        return process(z, y, (pa) => gaussian.sample(pa, noise.split('auxiliary')));
      }),
    sampleMean(y, context) {
      assertSamples(model, y, context);
      const z = samplePrior('sampleMean', model, y.shape[0] as number, context.noise.split('latent'));
      const drawn = (pa: gaussian.Gaussian): Tensor => gaussian.sample(pa, context.noise.split('auxiliary'));
      return meanOf('sampleMean', model, process(z, y, drawn, passOf(context, z)));
    },
    reconstruct(x, y, as) {
      assertReconstructs(model, x, { classes, y, as });
      return tidy(() => {
        const { seen, a } = atMean(x);
        const known = y ?? categorical.mode(classifier(a, seen));
        const z = encoder(a, seen, known).mean;
        const parameters = process(z, as ?? known, ({ mean }) => mean);
        return meanOf('reconstruct', model, parameters);
      });
    },
    dispose: nets.dispose,
  };
  return model;
}

/**
 * Creates an auxiliary deep generative model, ADGM (Maaløe et al. 2016): M2 whose classifier and posterior read a draw of a.
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(x|z,y): the likelihood of the decoder's output   p(a|x,z,y) = N(auxiliaryDecoder)
 *   q(a|x) = N(auxiliaryEncoder)   q(y|a,x) = Cat(softmax(classifier))   q(z|a,x,y) = N(encoder)
 *
 * x does not depend on a: p(x,z,y) is that of M2, and only the inference is richer. `auxiliaryKl` among the terms is
 * log q(a|x) − log p(a|x,z,y) at the draw, so it may be below 0. If it stays near 0, a is not used, and the model is M2.
 *
 * @param options a data set, or input shape and classes; nets, likelihood and priors
 * @returns a record of pure functions over its variables; dispose it when you are done
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createAdgm({ inputShape: [28, 28, 1], classes: 10 }).classify(tf.zeros([5, 28, 28, 1])).shape // [5, 10]
 */
export function createAdgm(options: AuxiliaryOptions): AuxiliaryVae {
  return createAuxiliary('adgm', options);
}

/**
 * Creates a skip deep generative model, SDGM (Maaløe et al. 2016): two latents in succession explain the example.
 *
 *   p(y) = Cat(π)   p(z) = N(0, I) or `prior`   p(a|z,y) = N(auxiliaryDecoder)   p(x|a,z,y): the likelihood of the decoder's output
 *   q(a|x) = N(auxiliaryEncoder)   q(y|a,x) = Cat(softmax(classifier))   q(z|a,x,y) = N(encoder)
 *
 * `generate` draws z and a, and `reconstruct` takes the means of both along the process: a = E[a|z,y] at z = E[z|a,x,y]. The
 * `temperature` of `generate` is that of z.
 *
 * @param options a data set, or input shape and classes; nets, likelihood and priors
 * @returns a record of pure functions over its variables; dispose it when you are done
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createSdgm({ inputShape: [28, 28, 1], classes: 10 }).auxiliary // 100
 */
export function createSdgm(options: AuxiliaryOptions): AuxiliaryVae {
  return createAuxiliary('sdgm', options);
}
