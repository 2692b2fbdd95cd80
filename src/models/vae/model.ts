/** The M1 model of Kingma 2014: a VAE whose codes a classifier learns from. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, type OptionNames, optionsOf } from '../../core/assert';
import { assertNoise, createNoise, type Noise } from '../../core/noise';
import { assertShapes } from '../../core/shape';
import * as bernoulli from '../../distributions/bernoulli';
import type { Gaussian } from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import { assertBackend } from '../../host/backendTraits';
import { assertInitializer, type Initializer, initializeNet } from '../../nets/initializer';
import { namedWeights, trainableAsIn } from '../../nets/namedWeights';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { assertInputShape } from '../../nets/semiSupervisedNets';
import { assertPrior, priorVariables, samplePrior } from '../latentPrior';
import { assertLikelihood } from '../likelihoods';
import { assertDistinct, assertLiving } from '../living';
import type { Vae } from '../model';
import { assertEndings } from '../netEndings';
import { whole } from '../whole';
import { isOwn, parsePreset, resolveNets, type VaeNetsOption } from './nets';
import { toJson } from './spec';

/** What an M1 model is made from. */
export interface VaeOptions {
  /** shape of one example, e.g. [28, 28, 1] */
  readonly inputShape: readonly number[];
  /** Z; default 50 (Kingma 2014, §4.3) */
  readonly latent?: number;
  /**
   * default `'mlp'`: two hidden layers of 600 softplus in either net (Kingma 2014, §4.3), with batch norm; `'conv'`: the
   * report's convolutions, with batch norm; either with choices as `{ preset: 'mlp', batchNorm: false }`; or one's own
   * tfjs-layers models. These stay yours: neither `dispose` nor a failure frees them.
   */
  readonly nets?: VaeNetsOption;
  /** p(x|z) of the decoder's output; default `bernoulli`: for values in [0, 1], as pixels are */
  readonly likelihood?: Likelihood;
  /**
   * p(z) of your own; default N(0, I), whose divergence has a closed form. With one of your own the divergence is taken at
   * the draw of z, and `loadVae` has to be given it again
   */
  readonly prior?: LatentPrior;
  /** how a preset's weights start; default `'glorot-uniform'`, as in `createM2` */
  readonly initializer?: Initializer;
  /** stream of a preset's initial weights; default `createNoise(0)`, which is ours */
  readonly noise?: Noise;
}

/** The M1 model: p(z) p(x|z) with q(z|x). */
export interface GaussianVae extends Vae {
  /** q(z|x) of inputs [B, …]; in evaluation mode, unless a pass says otherwise */
  encode(x: Tensor, pass?: Pass): Gaussian;
  /** parameters of p(x|z) of codes [B, Z]; likewise */
  decode(z: Tensor, pass?: Pass): Tensor;
}

const NAMES: OptionNames<VaeOptions> = {
  inputShape: true,
  latent: true,
  nets: true,
  likelihood: true,
  prior: true,
  initializer: true,
  noise: true,
};

/**
 * Creates an M1 model (Kingma et al. 2014, "M1", Eq. 1; the VAE of Kingma & Welling 2014 and Rezende et al. 2014).
 *
 *   p(z) = N(0, I) or `prior`   p(x|z): the likelihood of the decoder's output   q(z|x) = N(mean, diag e^logVar) of the encoder
 *
 * It is trained on examples without labels by `unsupervised()`; `embed` then gives the means of q(z|x), from which any classifier
 * learns.
 *
 * @param options shapes, nets and likelihood
 * @returns a record of pure functions over its variables; whoever made it disposes it, which frees a preset's nets
 *   and leaves one's own alone
 * @throws RangeError or TypeError naming the option, what came and what was needed
 * @example createVae({ inputShape: [28, 28, 1] }).encode(tf.zeros([5, 28, 28, 1])).mean.shape // [5, 50]
 */
export function createVae(options: VaeOptions): GaussianVae {
  const { inputShape, latent = 50, likelihood = bernoulli } = optionsOf('createVae', options, NAMES);
  const { nets: given = 'mlp', initializer = 'glorot-uniform', noise = createNoise(0), prior } = options;
  assertInputShape('createVae', inputShape);
  assertInteger('createVae', 'latent', latent);
  assertBackend('createVae');
  assertLikelihood('createVae', likelihood);
  assertPrior('createVae', prior);
  assertInitializer('createVae', initializer);
  assertNoise('createVae', noise);
  const chosen = isOwn(given) ? given : parsePreset('createVae', given);
  const { encoder, decoder } = whole(() => {
    const made = resolveNets(chosen, {
      inputShape,
      latent,
      parametersPerValue: likelihood.parametersPerValue,
    });
    if (isOwn(chosen)) {
      assertEndings('createVae', made, likelihood, inputShape);
      return made;
    }
    initializeNet(made.encoder, noise.split('encoder'), initializer);
    initializeNet(made.decoder, noise.split('decoder'), initializer);
    return made;
  });
  const variables = { ...namedWeights({ encoder, decoder }), ...priorVariables(prior) };
  assertDistinct('createVae', variables);
  const setTrainable = isOwn(chosen) ? trainableAsIn([encoder, decoder]) : () => {};
  let disposed = false;

  const model: GaussianVae = {
    inputShape,
    latent,
    likelihood,
    ...(prior && { prior }),
    // Layers of your own nets may be frozen, and freed again, at any time.
    get variables() {
      setTrainable();
      return variables;
    },
    spec: toJson({
      inputShape: [...inputShape],
      latent,
      nets: isOwn(chosen) ? null : chosen,
      likelihood: likelihood.spec ?? null,
      ...(prior && { prior: null }),
    }),
    encode(x, pass = {}) {
      assertLiving('encode', model);
      assertShapes('encode', { x: [x, `B ${inputShape.join(' ')}`] });
      return tidy(() => {
        const [mean, logVar] = runNet<[Tensor, Tensor]>(encoder, x, pass);
        return { mean, logVar };
      });
    },
    decode(z, pass = {}) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `B ${latent}`] });
      return tidy(() => runNet<Tensor>(decoder, z, pass));
    },
    generate(count, noise) {
      assertInteger('generate', 'count', count);
      assertNoise('generate', noise);
      return tidy(() => likelihood.mean(model.decode(samplePrior('generate', model, count, noise))));
    },
    reconstruct(x) {
      assertShapes('reconstruct', { x: [x, `B ${inputShape.join(' ')}`] });
      return tidy(() => likelihood.mean(model.decode(model.encode(x).mean)));
    },
    dispose() {
      // One's own nets were handed in, and stay whose they are.
      if (disposed || isOwn(chosen)) return;
      disposed = true;
      encoder.dispose();
      decoder.dispose();
    },
  };
  return model;
}
