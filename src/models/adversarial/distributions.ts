/** The nets of an adversarial autoencoder as functions. */
import { reshape, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { AaeNets } from '../../nets/aaeNets';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { ownedNets } from '../ownedNets';
import { seenByNets } from '../seenByNets';
import { resolveNets } from './nets';
import type { AaeSettings } from './options';

/** Logits of a discriminator, [B]. */
const logitsOf = (net: LayersModel, inputs: Tensor | Tensor[], pass?: Pass): Tensor1D =>
  reshape(runNet<Tensor>(net, inputs, pass), [-1]) as Tensor1D;

/** Makes the nets of an adversarial autoencoder. Where it throws, nothing is left. */
export function aaeDistributions(settings: AaeSettings) {
  const { likelihood, classPrior } = settings;
  const outputShape = likelihood.parameterShape(settings.inputShape);
  const { nets, variables, dispose } = ownedNets<AaeNets>('createAae', {
    ...settings,
    noise: settings.seed,
    own: false,
    make: () =>
      resolveNets(settings.nets, { ...settings, outputShape, hasClassPrior: classPrior !== undefined }),
  });
  const { trunk, classifier, encoder, decoder, labelDiscriminator, codeDiscriminator } = nets;
  return {
    /** features of x, which classifier and encoder read */
    features: (x: Tensor, pass?: Pass): Tensor => runNet<Tensor>(trunk, seenByNets(likelihood, x), pass),
    /** logits of y; absent with a class prior */
    classifier:
      classifier &&
      ((features: Tensor, pass?: Pass): Tensor2D => runNet<Tensor2D>(classifier, features, pass)),
    /** z */
    encoder: (features: Tensor, pass?: Pass): Tensor2D => runNet<Tensor2D>(encoder, features, pass),
    /** parameters of p(x|z[,y]); y has rows [B, K], or every label [B·K, K] */
    decoder: (z: Tensor, y: Tensor | undefined, pass?: Pass): Tensor =>
      runNet<Tensor>(decoder, classPrior || y === undefined ? z : [z, y], {
        examples: z.shape[0] as number,
        ...pass,
      }),
    /** logits of "y is a draw of p(y)"; absent with a class prior */
    labelDiscriminator:
      labelDiscriminator && ((y: Tensor, pass?: Pass): Tensor1D => logitsOf(labelDiscriminator, y, pass)),
    /** logits of "z is a draw of p(z)", or of p(z|y) where c, [B, K + 1], tells the class */
    codeDiscriminator: (z: Tensor, c: Tensor | undefined, pass?: Pass): Tensor1D =>
      logitsOf(codeDiscriminator, c === undefined ? z : [z, c], pass),
    variables,
    dispose,
  };
}
