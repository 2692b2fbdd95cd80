/** The conditional distributions of an M2 model: its nets as functions. */
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { assertShapes } from '../../core/shape';
import type { Gaussian } from '../../distributions/gaussian';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { ownedNets } from '../ownedNets';
import type { Owner } from '../ownVariables';
import { seenByNets } from '../seenByNets';
import { isOwn, resolveNets, runAtLabels } from './nets';
import type { M2Settings } from './options';

/**
 * Makes the nets of an M2 model. Where it throws, nothing is left.
 *
 * @param where name of the calling function, for messages
 * @param settings whose prior has variables of the model, where it has any
 */
export function m2Distributions(
  where: string,
  settings: Omit<M2Settings, 'prior'> & { readonly prior: Owner | undefined },
) {
  const { classes, encoderSeesLabel, likelihood } = settings;
  const outputShape = likelihood.parameterShape(settings.inputShape);
  let labelsApart = false;
  const { nets, structure, variables, dispose } = ownedNets(where, {
    ...settings,
    noise: settings.seed,
    own: isOwn(settings.nets),
    make() {
      const { labelsApart: apart = false, ...made } = resolveNets(where, settings.nets, {
        ...settings,
        outputShape,
      });
      labelsApart = apart;
      return made;
    },
  });

  /** q(z|x[,y]) of features and, where the encoder sees it, labels. */
  const encoder = (features: Tensor, y: Tensor | undefined, pass?: Pass): Gaussian => {
    if (!encoderSeesLabel) {
      const [mean, logVar] = runNet<[Tensor, Tensor]>(nets.encoder, features, pass);
      return { mean, logVar };
    }
    if (y === undefined)
      throw new TypeError('encode: y is undefined, needed labels [B,K], as this posterior is q(z|x,y)');
    assertShapes('encode', { y: [y, `R ${classes}`] });
    const [mean, logVar] = runAtLabels<[Tensor, Tensor]>(nets.encoder, features, y, labelsApart, pass);
    return { mean, logVar };
  };

  return {
    /** features of x, which the classifier and the encoder read */
    features(x: Tensor, pass?: Pass): Tensor {
      const seen = seenByNets(likelihood, x);
      return nets.trunk ? runNet<Tensor>(nets.trunk, seen, pass) : seen;
    },
    /** logits of q(y|x) */
    classifier: (features: Tensor, pass?: Pass): Tensor2D =>
      runNet<Tensor2D>(nets.classifier, features, pass),
    encoder,
    /** q(z|x[,y]) at labels, for one pass: several draws at the same labels encode once */
    posterior(features: Tensor, pass: Pass): (y: Tensor, atLabels: Pass) => Gaussian {
      let last: { readonly of: readonly (Tensor | undefined)[]; readonly q: Gaussian } | undefined;
      return (y, atLabels) => {
        const of = encoderSeesLabel ? [y, atLabels.rowWeights] : [];
        if (last === undefined || last.q.mean.isDisposed || last.of.some((tensor, i) => tensor !== of[i]))
          last = { of, q: encoder(features, y, encoderSeesLabel ? atLabels : pass) };
        return last.q;
      };
    },
    /** parameters of p(x|z,y) */
    decoder: (z: Tensor, y: Tensor, pass?: Pass): Tensor =>
      runAtLabels<Tensor>(nets.decoder, z, y, labelsApart, pass),
    structure,
    variables,
    dispose,
  };
}
