/**
 * A VAE without labels (Kingma & Welling 2014; Rezende et al. 2014), the M1 of Kingma et al. 2014: a code explains the example.
 *
 *   process    p(z) = N(0, I) or `prior`     p(x | z) = likelihood( decoder(z) )
 *   inference  q(z | x) = N( encoder(x) )
 *   bound      log p(x | z) − KL( q(z | x) ‖ p(z) )
 */
import { type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { assertInteger } from '../../core/assert';
import { streamOf } from '../../core/noise';
import { assertShapes } from '../../core/shape';
import * as gaussian from '../../distributions/gaussian';
import type { LatentPrior } from '../../distributions/latentPrior';
import { codeBound, logLikelihoodOf, meanOf, passOf } from '../codeBound';
import { latentKlOf, logRatioOf, samplePrior } from '../latentPrior';
import { assertContext, assertInputs, assertLiving } from '../living';
import type { Vae } from '../model';
import { whole } from '../whole';
import { vaeDistributions } from './distributions';
import { type VaeOptions, vaeSettings } from './options';
import { vaeSpec } from './spec';

export type { VaeOptions };

/** The VAE that {@link createVae} makes: a Gaussian code. */
export interface GaussianVae extends Vae {
  /** p(z), where it is not N(0, I) */
  readonly prior?: LatentPrior;
  /** q(z|x) of inputs [B, …] */
  encode(x: Tensor): gaussian.Gaussian;
  /** parameters of p(x|z) of codes [B, Z] */
  decode(z: Tensor): Tensor;
}

/**
 * Creates a VAE (Kingma & Welling 2014; "M1" of Kingma et al. 2014, Eq. 1).
 *
 *   p(z) = N(0, I) or `prior`   p(x|z): the likelihood of the decoder's output   q(z|x) = N(mean, diag e^logVar) of the encoder
 *
 * Train it without labels by `unsupervised()`. `embed` then gives the means of q(z|x), from which any classifier learns.
 *
 * @param options a data set, or an input shape; nets, likelihood and prior
 * @returns a record of pure functions over its variables; dispose it when you are done, which leaves your own nets alone
 * @throws RangeError or TypeError naming the option, its value and what was needed
 * @example createVae({ inputShape: [28, 28, 1] }).encode(tf.zeros([5, 28, 28, 1])).mean.shape // [5, 50]
 */
export function createVae(options: VaeOptions): GaussianVae {
  const { settings, structure, encoder, decoder, variables, dispose } = whole(() => {
    const settings = vaeSettings(options);
    return { settings, ...vaeDistributions(settings) };
  });
  const { inputShape, input, latent, likelihood, prior } = settings;

  const model: GaussianVae = {
    inputShape,
    latent,
    likelihood,
    ...(prior && { prior }),
    ...(input && { input }),
    spec: vaeSpec(settings),
    ...(structure !== undefined && { structure }),
    get variables() {
      return variables();
    },
    bound(x, context) {
      assertInputs('bound', model, x);
      assertContext('bound', context);
      return tidy(() => {
        const pass = passOf(context, x);
        const q = encoder(x, pass); // q(z | x)
        const z = gaussian.sample(q, context.noise.split('latent'));
        const logLikelihood = logLikelihoodOf(model, decoder(z, pass), x, context); // log p(x | z)
        const latentKl = latentKlOf(model, q, z); // KL( q(z | x) ‖ p(z) )
        const logRatio = context.logWeight ? logRatioOf(model, q, z) : undefined; // log p(z) − log q(z | x)
        return codeBound({ logLikelihood, latentKl, logRatio });
      });
    },
    encode(x) {
      assertInputs('encode', model, x);
      return tidy(() => ({ ...encoder(x) }));
    },
    decode(z) {
      assertLiving('decode', model);
      assertShapes('decode', { z: [z, `B ${latent}`] });
      return tidy(() => decoder(z));
    },
    embed(x) {
      assertInputs('embed', model, x);
      return tidy(() => encoder(x).mean as Tensor2D);
    },
    generate(count, seed, options) {
      assertInteger('generate', 'count', count);
      const draws = streamOf('generate', seed);
      return tidy(() =>
        meanOf('generate', model, model.decode(samplePrior('generate', model, count, draws, options))),
      );
    },
    reconstruct(x) {
      assertInputs('reconstruct', model, x);
      return tidy(() => meanOf('reconstruct', model, decoder(encoder(x).mean)));
    },
    dispose,
  };
  return model;
}
