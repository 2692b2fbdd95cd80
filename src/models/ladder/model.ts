/**
 * The ladder VAE of Sønderby et al. 2016, with labels at its top: L layers of latents, of which the decoder reads z_1.
 *
 *   process    p(y) = Cat(π)                    p(z_L) = N(0, I)
 *              p(z_i | z_{i+1}) = N( prior_i(z_{i+1}) ), with y beside z_L         p(x | z_1[, y]) = likelihood( decoder(z_1[, y]) )
 *   inference  d_1 … d_L, N(μ̂_i, σ̂_i²) = bottomUp(x)
 *              q(y | x) = Cat( classifier(d_L) )                                   q(z_L | x, y) = N( encoder(d_L, y) )
 *              q(z_i | x, z_{i+1}) = merge of N(μ̂_i, σ̂_i²) and p(z_i | z_{i+1}): their precisions add
 *   bound      at a label y: log p(x | z_1[, y]) − Σ_i KL( q(z_i | x, z_{i+1}) ‖ p(z_i | z_{i+1}) )
 */
import { concat, mul, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { everyLabel, repeatRows } from '../../bounds/everyLabel';
import type { Noise } from '../../core/noise';
import { integersFrom, number, readOptions } from '../../core/options';
import { assertShapes } from '../../core/shape';
import * as categorical from '../../distributions/categorical';
import * as gaussian from '../../distributions/gaussian';
import type { Pass } from '../../nets/pass';
import { atLabel, logLikelihoodOf, meanOf, passOf } from '../codeBound';
import { assertSamples, generated } from '../generated';
import { labeledFields } from '../labeledOptions';
import { temperatureIn } from '../latentPrior';
import { assertContext, assertInputs, assertLiving } from '../living';
import { meanOverLabels } from '../meanOverLabels';
import type { BoundContext, LabelInference, SemiSupervisedVae } from '../model';
import { sampleAt } from '../moved';
import { assertReconstructs } from '../reconstructed';
import { whole } from '../whole';
import { type LadderDistributions, ladderDistributions } from './distributions';
import {
  fromData,
  fromPrior,
  type Layer,
  labelsPerRow,
  ladderBound,
  meanOfLayer,
  movedTo,
  nameOf,
} from './layers';
import { type LadderVaeOptions, ladderSettings } from './options';
import { ladderSpec } from './spec';

export type { LadderVaeOptions };

/** How a code of a ladder VAE is decoded. */
export interface LadderDecodeOptions {
  /** i of the code z_i, 1 to L; default 1. The layers below it are at the means of p(z_i|z_{i+1}) */
  readonly layer?: number;
}

/** The ladder VAE: p(y) p(z_L) Π p(z_i|z_{i+1}) p(x|z_1[,y]) with q(y|x) q(z_L|x,y) Π q(z_i|x,z_{i+1}). */
export interface LadderVae extends SemiSupervisedVae {
  /** Z_1 … Z_L */
  readonly latents: readonly number[];
  /** whether p(x|z_1,y) sees the label too */
  readonly decoderSeesLabel: boolean;
  /** Σ_i Z_i, the width of `embed` */
  readonly latent: number;
  /** Σ_y q(y|x) [E z_1, …, E z_L] at labels y, side by side, z_1 first: [B, Σ_i Z_i]; each layer at the mean of the one above */
  embed(x: Tensor): Tensor2D;
  /**
   * q(z_1|x,z_2), …, q(z_L|x,y) of inputs [B, …] and labels [B, K] or every label [B·K, K], each at the mean of the layer
   * above; z_1 first
   */
  encode(x: Tensor, y: Tensor): readonly gaussian.Gaussian[];
  /** parameters of p(x|z_1[,y]) of codes [N, Z_i] of a layer and labels [N, K], or m rows of labels for each code */
  decode(z: Tensor, y: Tensor, options?: LadderDecodeOptions): Tensor;
  sampleMean(y: Tensor, context: BoundContext): Tensor;
  /**
   * E[x|z_1,y′]; y [B, K] is the mode of q(y|x) by default, and y′ is y. At another y′, z_L stays, and each z_i below stays as
   * many standard deviations from the mean of p(z_i|z_{i+1}) as at y
   */
  reconstruct(x: Tensor, y?: Tensor, as?: Tensor): Tensor;
}

/** q(y | x) of examples, and the bound at a label. */
function ladderInference(
  model: LadderVae,
  nets: LadderDistributions,
  x: Tensor,
  context: BoundContext,
): LabelInference {
  assertInputs('infer', model, x);
  assertContext('infer', context);
  const pass = passOf(context, x);
  const found = nets.bottomUp(x, pass); // N(μ̂_i, σ̂_i²) and d_L
  return {
    labelLogits: nets.classifier(found.features, pass), // q(y | x)
    bound(y, options) {
      const { noise, logWeight, rowWeights } = atLabel(context, options);
      labelsPerRow('bound', 'y', y, x.shape[0] as number, model.classes);
      const atLabels = { ...pass, ...(rowWeights && { rowWeights }) };
      const draw = (q: gaussian.Gaussian, i: number) => gaussian.sample(q, noise.split(nameOf('latent', i)));
      const layers = fromData(nets, found, y, draw, atLabels); // q, p and z_i of z_L … z_1
      const z = (layers[0] as Layer).z;
      const atRows = { ...context, rowWeights };
      const logLikelihood = logLikelihoodOf(model, nets.decoder(z, y, atLabels), x, atRows); // log p(x | z_1[, y])
      return ladderBound(logLikelihood, layers, logWeight === true);
    },
  };
}

/**
 * Creates a semi-supervised ladder VAE (Sønderby et al. 2016, with labels at the top): several layers of latents, each of
 * which explains the one below.
 *
 *   p(y) = Cat(π)   p(z_L) = N(0, I)   p(z_{L−1}|z_L,y), …, p(z_1|z_2): Gaussian   p(x|z_1[,y]): the likelihood of the decoder's output
 *   q(y|x) = Cat(softmax(classifier))   q(z_L|x,y) = N(encoder)   q(z_i|x,z_{i+1}) ∝ N(z_i; μ̂_i(x), σ̂_i²(x)) p(z_i|z_{i+1})
 *
 * The divergence of z_1 is the term `latentKl` of objectives, that of z_2 `latentKl.2`, and so on. Upper layers stay unused at
 * first: let `klWeight` of the objective rise from 0, as in the example. The exact sum over labels runs the way down on B·K
 * rows. With many classes, `labelHandling: 'gumbel'` runs it on B.
 *
 * How many units a layer uses: `activeUnits(model.encode(x, y)[i].mean)`.
 *
 * @param options a data set, or input shape and classes; latents, nets, likelihood and label prior
 * @returns a record of pure functions over its variables; dispose it when you are done
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example train(createLadderVae({ data }), { objective: semiSupervised({ klWeight: linearWarmup({ steps: 2000 }) }), batches, epochs: 50, seed: 1 })
 */
export function createLadderVae(options: LadderVaeOptions): LadderVae {
  const { settings, nets } = whole(() => {
    const settings = ladderSettings(options);
    return { settings, nets: ladderDistributions(settings) };
  });
  const { classes, latents, decoderSeesLabel } = settings;
  const { bottomUp, classifier, decoder } = nets;
  const L = latents.length;

  /** z_1 of the process, its standard deviations times t. */
  const drawn = (y: Tensor, noise: Noise, t = 1, pass?: Pass): Tensor => {
    const ofLayer = (i: number): Noise => noise.split(nameOf('latent', i));
    const top = mul(t, ofLayer(L).normal([y.shape[0] as number, latents[L - 1] as number])); // z_L ~ N(0, t² I)
    const draw = (p: gaussian.Gaussian, i: number): Tensor => sampleAt(p, t, ofLayer(i));
    return fromPrior(nets, top, L, y, draw, pass);
  };

  const model: LadderVae = {
    ...labeledFields({ ...settings, latent: latents.reduce((sum, width) => sum + width), prior: undefined }),
    latents,
    decoderSeesLabel,
    spec: ladderSpec(settings),
    get variables() {
      return nets.variables();
    },
    infer: (x, context) => ladderInference(model, nets, x, context),
    classify(x) {
      assertInputs('classify', model, x);
      return tidy(() => classifier(bottomUp(x).features));
    },
    encode(x, y) {
      assertInputs('encode', model, x);
      labelsPerRow('encode', 'y', y, x.shape[0] as number, classes);
      return tidy(() => fromData(nets, bottomUp(x), y, meanOfLayer).map(({ q }) => ({ ...q })));
    },
    decode(z, y, options = {}) {
      assertLiving('decode', model);
      const { layer } = readOptions('decode', options, { layer: number(integersFrom(1, L), 1) });
      assertShapes('decode', { z: [z, `N ${latents[layer - 1]}`, 'float32'] });
      const times = labelsPerRow('decode', 'y', y, z.shape[0] as number, classes);
      return tidy(() => decoder(fromPrior(nets, repeatRows(z, times), layer, y, meanOfLayer), y));
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => {
        const found = bottomUp(x);
        const layers = fromData(nets, found, everyLabel(x.shape[0] as number, classes), meanOfLayer);
        const codes = layers.map(({ z }) => z);
        return meanOverLabels(classifier(found.features), concat(codes, 1)); // Σ_y q(y | x) E[z | x, y]
      });
    },
    generate(labels, seed, options) {
      const t = temperatureIn('generate', options);
      return generated(model, labels, seed, (y, noise) => decoder(drawn(y, noise, t), y));
    },
    sampleMean(y, context) {
      assertSamples(model, y, context);
      const pass = passOf(context, y);
      return meanOf('sampleMean', model, decoder(drawn(y, context.noise, 1, pass), y, pass));
    },
    reconstruct(x, y, as) {
      assertReconstructs(model, x, { classes, y, as });
      return tidy(() => {
        const found = bottomUp(x);
        const known = y ?? categorical.mode(classifier(found.features));
        const layers = fromData(nets, found, known, meanOfLayer);
        const z = as ? movedTo(nets, layers, as) : (layers[0] as Layer).z;
        return meanOf('reconstruct', model, decoder(z, as ?? known));
      });
    },
    dispose: nets.dispose,
  };
  return model;
}
