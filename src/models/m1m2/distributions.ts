/** The conditional distributions of M1+M2: its nets as functions. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Gaussian } from '../../distributions/gaussian';
import { buildNets } from '../../nets/description';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { ownedNets } from '../ownedNets';
import { seenByNets } from '../seenByNets';
import { described } from './nets';
import type { M1M2Settings } from './options';

/** Makes the nets of M1+M2. Where it throws, nothing is left. */
export function m1m2Distributions(settings: M1M2Settings) {
  const { likelihood } = settings;
  const outputShape = likelihood.parameterShape(settings.inputShape);
  const { nets, variables, dispose } = ownedNets('createM1M2', {
    ...settings,
    noise: settings.seed,
    own: false,
    make: () => buildNets('createM1M2', described('createM1M2', { ...settings, outputShape }, settings.nets)),
  });
  const gaussianOf = (net: LayersModel, inputs: Tensor | Tensor[], pass?: Pass): Gaussian => {
    const [mean, logVar] = runNet<[Tensor, Tensor]>(net, inputs, pass);
    return { mean, logVar };
  };
  const beside = (first: Tensor, second: Tensor | undefined): Tensor | Tensor[] =>
    second ? [first, second] : first;

  return {
    /** q(z1 | x[, d]) */
    encoder: (x: Tensor, d: Tensor | undefined, pass?: Pass): Gaussian =>
      gaussianOf(nets.encoder, beside(seenByNets(likelihood, x), d), pass),
    /** logits of q(y | z1) */
    classifier: (z1: Tensor, pass?: Pass): Tensor2D => runNet<Tensor2D>(nets.classifier, z1, pass),
    /** q(z2 | z1, y); y may have several rows for each of z1 */
    latentEncoder: (z1: Tensor, y: Tensor, pass?: Pass): Gaussian =>
      gaussianOf(nets.latentEncoder, [z1, y], pass),
    /** p(z1 | z2, y); y may have several rows for each of z2 */
    featurePrior: (z2: Tensor, y: Tensor, pass?: Pass): Gaussian =>
      gaussianOf(nets.featurePrior, [z2, y], pass),
    /** parameters of p(x | z1[, d]) */
    decoder: (z1: Tensor, d: Tensor | undefined, pass?: Pass): Tensor =>
      runNet<Tensor>(nets.decoder, beside(z1, d), pass),
    variables,
    dispose,
  };
}
