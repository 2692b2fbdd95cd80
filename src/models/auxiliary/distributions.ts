/** The conditional distributions of an auxiliary deep generative model: its nets as functions. */
import { type Tensor, type Tensor2D, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Noise } from '../../core/noise';
import type { Gaussian } from '../../distributions/gaussian';
import type { Pass } from '../../nets/pass';
import { runNet } from '../../nets/runNet';
import { repeatedTo } from '../codeBound';
import { ownedNets } from '../ownedNets';
import { makeNets } from './nets';
import type { AuxiliarySettings } from './options';

/** Kernels of the layers that give means and log-variances. */
const HEADS = /^(auxiliaryEncoder|encoder|auxiliaryDecoder)\/(mean|logVar)\/kernel$/;

/** Standard deviation that they start with (the authors' code). */
const OF_HEADS = 1e-3;

/** Draws them anew. */
const drawHeads = (variables: Readonly<Record<string, Variable>>, noise: Noise): void => {
  for (const [name, variable] of Object.entries(variables)) {
    if (!HEADS.test(name)) continue;
    const values = noise
      .split(name)
      .normals(variable.size)
      .map((value) => OF_HEADS * value);
    tidy(() => variable.assign(tensor(values, variable.shape)));
  }
};

const gaussianOf = (net: LayersModel, inputs: Tensor[], pass?: Pass): Gaussian => {
  const [mean, logVar] = runNet<[Tensor, Tensor]>(net, inputs, pass);
  return { mean, logVar };
};

/**
 * Makes the nets of an auxiliary deep generative model. Where it throws, nothing is left.
 *
 * Rows of x and a are B; those of y and z are B, or B·m in the order of `everyLabel`.
 */
export function auxiliaryDistributions(settings: AuxiliarySettings) {
  const { kind, where, seed, likelihood, inputShape } = settings;
  const decoderSeesAuxiliary = kind === 'sdgm';
  const outputShape = likelihood.parameterShape(inputShape);
  const { nets, variables, dispose } = ownedNets(where, {
    ...settings,
    noise: seed,
    own: false,
    make: () => makeNets(where, { ...settings, outputShape, decoderSeesAuxiliary }, settings.nets),
  });
  drawHeads(variables(), seed.split('heads'));

  return {
    /** q(a|x) */
    auxiliaryEncoder: (x: Tensor, pass?: Pass): Gaussian => gaussianOf(nets.auxiliaryEncoder, [x], pass),
    /** logits of q(y|a,x) */
    classifier: (a: Tensor, x: Tensor, pass?: Pass): Tensor2D =>
      runNet<Tensor2D>(nets.classifier, [a, x], pass),
    /** q(z|a,x,y) */
    encoder: (a: Tensor, x: Tensor, y: Tensor, pass?: Pass): Gaussian =>
      gaussianOf(nets.encoder, [a, x, y], pass),
    /** p(a|x,z,y), or p(a|z,y) in SDGM */
    auxiliaryDecoder: (x: Tensor, z: Tensor, y: Tensor, pass?: Pass): Gaussian =>
      gaussianOf(nets.auxiliaryDecoder, decoderSeesAuxiliary ? [z, y] : [x, z, y], pass),
    /** parameters of p(x|z,y), or p(x|a,z,y) in SDGM */
    decoder: (a: Tensor, z: Tensor, y: Tensor, pass?: Pass): Tensor =>
      runNet<Tensor>(nets.decoder, decoderSeesAuxiliary ? [a, z, y] : [z, y], pass),
    /**
     * parameters of p(x|·) along the process: p(x|z,y), or in SDGM p(x|a,z,y) at the a that is taken of p(a|z,y); z has a row for
     * each of y, or one for several
     */
    process(z: Tensor, y: Tensor, take: (pa: Gaussian) => Tensor, pass?: Pass): Tensor {
      if (!decoderSeesAuxiliary) return runNet<Tensor>(nets.decoder, [z, y], pass);
      const code = repeatedTo(y.shape[0] as number, z);
      const a = take(gaussianOf(nets.auxiliaryDecoder, [code, y], pass));
      return runNet<Tensor>(nets.decoder, [a, code, y], pass);
    },
    variables,
    dispose,
  };
}

/** Distributions of an auxiliary deep generative model. */
export type AuxiliaryDistributions = ReturnType<typeof auxiliaryDistributions>;
