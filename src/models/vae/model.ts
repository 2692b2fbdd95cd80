/**
 * A VAE without labels (Kingma & Welling 2014; Rezende et al. 2014), the M1 of Kingma et al. 2014.
 *
 *   process    z ~ p(z) = N(0, I) or `prior`          x ~ p(x|z) = likelihood(decoder(z))
 *   inference  z ~ q(z|x) = N(mean, e^logVar),        (mean, logVar) = encoder(x)
 *   bound      log p(x|z) − KL(q(z|x) ‖ p(z))
 */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertInteger, type OptionNames, optionsOf } from '../../core/assert';
import { type Noise, streamOf } from '../../core/noise';
import { assertShapes } from '../../core/shape';
import * as bernoulli from '../../distributions/bernoulli';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import type { LikelihoodSpec } from '../../distributions/likelihoods';
import { assertBackend } from '../../host/backendTraits';
import { assertInitializer, type Initializer } from '../../nets/initializer';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { assertInputShape } from '../../nets/semiSupervisedNets';
import { codeBound, passOf } from '../codeBound';
import { assertPrior, samplePrior } from '../latentPrior';
import { assertLikelihood } from '../likelihoods';
import { assertLiving } from '../living';
import type { Vae } from '../model';
import { ownedNets } from '../ownedNets';
import { isOwn, parsePreset, resolveNets, type VaeNetsOption } from './nets';
import { toJson } from './spec';

/** What a VAE is made from. */
export interface VaeOptions {
  /** shape of one example, e.g. [28, 28, 1] */
  readonly inputShape: readonly number[];
  /** Z; default 50 (Kingma 2014, §4.3) */
  readonly latent?: number;
  /**
   * default `'mlp'`: two hidden layers of 600 softplus in either net (Kingma 2014, §4.3), with batch norm; `'conv'`: the
   * report's convolutions, with batch norm; either with choices as `{ preset: 'mlp', batchNorm: false }`; or your own
   * tfjs-layers models. These stay yours: neither `dispose` nor a failure frees them.
   */
  readonly nets?: VaeNetsOption;
  /** p(x|z) of the decoder's output; default `bernoulli`: for values in [0, 1], as pixels are */
  readonly likelihood?: Likelihood;
  /**
   * p(z) of your own; default N(0, I), whose divergence has a closed form. With your own, the divergence is taken at the
   * draw of z, and `loadModel` needs it again
   */
  readonly prior?: LatentPrior;
  /** how a preset's weights start; default `'glorot-uniform'`, as in `createM2` */
  readonly initializer?: Initializer;
  /** seed of a preset's initial weights; default 0 */
  readonly seed?: number | Noise;
}

/** The VAE that {@link createVae} makes: a Gaussian code. */
export interface GaussianVae extends Vae {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** q(z|x) of inputs [B, …] */
  encode(x: Tensor): gaussian.Gaussian;
  /** parameters of p(x|z) of codes [B, Z] */
  decode(z: Tensor): Tensor;
}

const NAMES: OptionNames<VaeOptions> = {
  inputShape: true,
  latent: true,
  nets: true,
  likelihood: true,
  prior: true,
  initializer: true,
  seed: true,
};

/**
 * Creates a VAE (Kingma & Welling 2014; "M1" of Kingma et al. 2014, Eq. 1).
 *
 *   p(z) = N(0, I) or `prior`   p(x|z): the likelihood of the decoder's output   q(z|x) = N(mean, diag e^logVar) of the encoder
 *
 * Train it without labels by `unsupervised()`. `embed` then gives the means of q(z|x), from which any classifier learns.
 *
 * @param options shapes, nets and likelihood
 * @returns a record of pure functions over its variables; dispose it when you are done, which leaves your own nets alone
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createVae({ inputShape: [28, 28, 1] }).encode(tf.zeros([5, 28, 28, 1])).mean.shape // [5, 50]
 */
export function createVae(options: VaeOptions): GaussianVae {
  const where = 'createVae';
  const { inputShape, latent = 50, likelihood = bernoulli } = optionsOf(where, options, NAMES);
  const { nets: given = 'mlp', initializer = 'glorot-uniform', seed = 0, prior } = options;
  assertInputShape(where, inputShape);
  assertInteger(where, 'latent', latent);
  assertBackend(where);
  assertLikelihood(where, likelihood);
  assertPrior(where, prior);
  assertInitializer(where, initializer);
  const noise = streamOf(where, seed);
  const own = isOwn(given);
  const chosen = own ? given : parsePreset(where, given);
  const shape = { inputShape, latent, parametersPerValue: likelihood.parametersPerValue };
  const make = () => resolveNets(chosen, shape);
  const { nets, variables, dispose } = ownedNets(where, {
    make,
    own,
    inputShape,
    likelihood,
    prior,
    initializer,
    noise,
  });

  // q(z | x) and the parameters of p(x | z)
  const encoder = (x: Tensor, pass?: Pass): gaussian.Gaussian => {
    const [mean, logVar] = runNet<[Tensor, Tensor]>(nets.encoder, x, pass);
    return { mean, logVar };
  };
  const decoder = (z: Tensor, pass?: Pass): Tensor => runNet<Tensor>(nets.decoder, z, pass);
  const assertInputs = (name: string, x: Tensor): void => {
    assertLiving(name, model);
    assertShapes(name, { x: [x, `B ${inputShape.join(' ')}`] });
  };

  const model: GaussianVae = {
    inputShape,
    latent,
    likelihood,
    ...(prior && { prior }),
    get variables() {
      return variables();
    },
    spec: toJson({
      inputShape: [...inputShape],
      latent,
      nets: isOwn(chosen) ? null : chosen,
      likelihood: (likelihood.spec ?? null) as LikelihoodSpec | null,
      ...(prior && { prior: null }),
    }),
    bound(x, context) {
      assertInputs('bound', x);
      return tidy(() => {
        const pass = passOf(context, x);
        const q = encoder(x, pass); // q(z | x)
        const z = gaussian.sample(q, context.noise.split('latent'));
        const parameters = decoder(z, pass); // p(x | z)
        const { logWeight, observed } = context;
        return codeBound('bound', model, { x, q, z, parameters, logWeight, observed });
      });
    },
    encode(x) {
      assertInputs('encode', x);
      return tidy(() => ({ ...encoder(x) }));
    },
    decode(z) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `B ${latent}`] });
      return tidy(() => decoder(z));
    },
    embed(x) {
      assertInputs('embed', x);
      return tidy(() => encoder(x).mean as Tensor2D);
    },
    generate(count, seed) {
      assertInteger('generate', 'count', count);
      const draws = streamOf('generate', seed);
      return tidy(() => likelihood.mean(model.decode(samplePrior('generate', model, count, draws))));
    },
    reconstruct(x) {
      assertInputs('reconstruct', x);
      return tidy(() => likelihood.mean(decoder(encoder(x).mean)));
    },
    dispose,
  };
  return model;
}
