/** The conditional distributions of a ladder VAE: its nets as functions. */
import { mul, type Tensor, type Tensor2D, tanh } from '@tensorflow/tfjs-core';
import type { Gaussian } from '../../distributions/gaussian';
import type { LadderNets } from '../../nets/ladderNets';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { ownedNets } from '../ownedNets';
import { seenByNets } from '../seenByNets';
import { resolveNets } from './nets';
import type { LadderSettings } from './options';

/** What the pass up gives, [B, …] each. */
export interface BottomUp {
  /** N(μ̂_i, σ̂_i²), what x says of z_i, for i = 1 … L − 1 */
  readonly messages: readonly Gaussian[];
  /** d_L, which q(y|x) and q(z_L|x,y) read */
  readonly features: Tensor;
}

/** Log-variances that are merged, and those of their priors, stay within ± this: a sharper prior would explode early. */
const LARGEST = 10;

/** A log-variance in (−10, 10), of slope 1 at 0. */
const withSoftClip = (mean: Tensor, logVar: Tensor): Gaussian => ({
  mean,
  logVar: mul(LARGEST, tanh(mul(1 / LARGEST, logVar))),
});

/** Makes the nets of a ladder VAE. Where it throws, nothing is left. */
export function ladderDistributions(settings: LadderSettings) {
  const { latents, likelihood, decoderSeesLabel } = settings;
  const outputShape = likelihood.parameterShape(settings.inputShape);
  const { nets, variables, dispose } = ownedNets<LadderNets>('createLadderVae', {
    ...settings,
    prior: undefined,
    noise: settings.seed,
    own: false,
    make: () => resolveNets(settings.nets, { ...settings, outputShape }),
  });
  return {
    bottomUp(x: Tensor, pass?: Pass): BottomUp {
      const found = runNet<Tensor | Tensor[]>(nets.bottomUp, seenByNets(likelihood, x), pass);
      const outputs = [found].flat();
      return {
        messages: latents
          .slice(0, -1)
          .map((_, i) => withSoftClip(outputs[2 * i] as Tensor, outputs[2 * i + 1] as Tensor)),
        features: outputs.at(-1) as Tensor,
      };
    },
    /** logits of q(y|x) */
    classifier: (features: Tensor, pass?: Pass): Tensor2D =>
      runNet<Tensor2D>(nets.classifier, features, pass),
    /** q(z_L|x,y) at labels, [B, K] or m rows for each example */
    encoder(features: Tensor, y: Tensor, pass?: Pass): Gaussian {
      const [mean, logVar] = runNet<[Tensor, Tensor]>(nets.encoder, [features, y], pass);
      return { mean, logVar };
    },
    /** p(z_i|z_{i+1}), and p(z_{L−1}|z_L,y) */
    prior(i: number, above: Tensor, y: Tensor, pass?: Pass): Gaussian {
      const given = i === latents.length - 1 ? [above, y] : above;
      return withSoftClip(
        ...runNet<[Tensor, Tensor]>(nets[`prior${i}`] as LadderNets['decoder'], given, pass),
      );
    },
    /** parameters of p(x|z_1[,y]) */
    decoder: (z: Tensor, y: Tensor, pass?: Pass): Tensor =>
      runNet<Tensor>(nets.decoder, decoderSeesLabel ? [z, y] : z, pass),
    variables,
    dispose,
  };
}

/** Distributions of a ladder VAE. */
export type LadderDistributions = ReturnType<typeof ladderDistributions>;
