/** The conditional distributions of a VAE: its nets as functions. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Gaussian } from '../../distributions/gaussian';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { ownedNets } from '../ownedNets';
import { seenByNets } from '../seenByNets';
import { isOwn, resolveNets } from './nets';
import type { VaeSettings } from './options';

/** Makes the nets of a VAE. Where it throws, nothing is left. */
export function vaeDistributions(settings: VaeSettings) {
  const outputShape = settings.likelihood.parameterShape(settings.inputShape);
  const { nets, structure, variables, dispose } = ownedNets('createVae', {
    ...settings,
    noise: settings.seed,
    own: isOwn(settings.nets),
    make: () => resolveNets(settings.nets, { ...settings, outputShape }),
  });
  return {
    /** q(z|x) */
    encoder(x: Tensor, pass?: Pass): Gaussian {
      const [mean, logVar] = runNet<[Tensor, Tensor]>(nets.encoder, seenByNets(settings.likelihood, x), pass);
      return { mean, logVar };
    },
    /** parameters of p(x|z) */
    decoder: (z: Tensor, pass?: Pass): Tensor => runNet<Tensor>(nets.decoder, z, pass),
    structure,
    variables,
    dispose,
  };
}
