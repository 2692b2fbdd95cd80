/** A linear semi-supervised VAE written out by hand, to be broken in one place at a time. */
import {
  add,
  concat,
  matMul,
  slice,
  softmax,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { repeatRows } from '../../src/bounds/everyLabel';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { logLabelPrior } from '../../src/bounds/labelPrior';
import { oneHotLabels } from '../../src/core/labels';
import { type Noise, streamOf } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as categorical from '../../src/distributions/categorical';
import * as gaussian from '../../src/distributions/gaussian';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import type { SemiSupervisedVae } from '../../src/models/model';
import type { Objective, ObjectiveContext } from '../../src/models/objectives/objective';

/** D, K and Z */
const [D, K, Z] = [4, 3, 2];

/** The model, with its weights by what they are for. */
export interface TinyVae extends SemiSupervisedVae {
  readonly weights: Readonly<Record<'classifier' | 'encoder' | 'decoder', Variable>>;
}

/** A model whose q(z|x) sees no label. */
export function tinyVae(seed: number | Noise): TinyVae {
  const stream = streamOf('tinyVae', seed);
  const weight = (name: string, from: number, to: number): Variable =>
    tidy(() => variable(stream.split(name).normal([from, to])));
  const weights = {
    classifier: weight('classifier', D, K),
    encoder: weight('encoder', D, 2 * Z),
    decoder: weight('decoder', Z + K, D),
  };
  const model: TinyVae = {
    inputShape: [D],
    classes: K,
    latent: Z,
    likelihood: bernoulli,
    labelPrior: [0.5, 0.25, 0.25],
    weights,
    variables: weights,
    spec: 'tiny',
    classify: (x) => matMul(x as Tensor2D, weights.classifier as Tensor) as Tensor2D,
    infer: (x, context) => ({
      labelLogits: model.classify(x),
      bound(y, { noise = context.noise, logWeight = context.logWeight } = {}) {
        const times = (y.shape[0] as number) / (x.shape[0] as number);
        const everyRow = (values: Tensor): Tensor => (times === 1 ? values : repeatRows(values, times));
        const q = posteriorOf(weights, x);
        const z = gaussian.sample(q, noise.split('latent'));
        const logLikelihood = model.likelihood.logProb(decodeBy(weights, everyRow(z), y), everyRow(x));
        const latentKl = everyRow(gaussianKl(q)) as Tensor1D;
        const prior = gaussian.logProb({ mean: zerosLike(z), logVar: zerosLike(z) }, z);
        const ratio = everyRow(sub(prior, gaussian.logProb(q, z))) as Tensor1D;
        return {
          elbo: sub<Tensor1D>(logLikelihood, latentKl),
          logLikelihood,
          latentKl,
          ...(logWeight && { logWeight: add<Tensor1D>(logLikelihood, ratio) }),
        };
      },
    }),
    embed: (x) => tidy(() => posteriorOf(weights, x).mean as Tensor2D),
    generate: (labels, draws) =>
      tidy(() => {
        const y = oneHotLabels('generate', labels, K);
        return bernoulli.mean(decodeBy(weights, streamOf('generate', draws).normal([labels.length, Z]), y));
      }),
    reconstruct: (x, y, as) =>
      tidy(() => {
        const labels = as ?? y ?? categorical.mode(matMul(x as Tensor2D, weights.classifier as Tensor));
        const { mean } = posteriorOf(weights, x);
        return bernoulli.mean(decodeBy(weights, as ? repeatRows(mean, K) : mean, labels));
      }),
    dispose() {
      for (const one of Object.values(weights)) one.dispose();
    },
  };
  return model;
}

const posteriorOf = ({ encoder }: TinyVae['weights'], x: Tensor): gaussian.Gaussian => {
  const both = matMul(x as Tensor2D, encoder as Tensor);
  const rows = both.shape[0] as number;
  return { mean: slice(both, [0, 0], [rows, Z]), logVar: slice(both, [0, Z], [rows, Z]) };
};

const decodeBy = ({ decoder }: TinyVae['weights'], z: Tensor, y: Tensor): Tensor =>
  matMul(concat([z, y], 1) as Tensor2D, decoder as Tensor);

/** The bound at labels, relaxed ones where none are known: cheap, and as good as any to look for faults with. */
export const tinyObjective: Objective<TinyVae> = (model, { labeled, unlabeled }, context) => ({
  ...(labeled && { labeled: labeledTerms(model, labeled.x, labeled.y, context) }),
  ...(unlabeled && { unlabeled: unlabeledTerms(model, unlabeled.x, context) }),
});

const boundOf = ({ weights, labelPrior }: TinyVae, x: Tensor, y: Tensor, noise: Noise) => {
  const q = posteriorOf(weights, x);
  const logits = decodeBy(weights, gaussian.sample(q, noise), y);
  return labeledElbo({
    logLikelihood: bernoulli.logProb(logits, x),
    latentKl: gaussianKl(q),
    logLabelPrior: logLabelPrior(y, labelPrior),
  }).elbo;
};

const labeledTerms = (model: TinyVae, x: Tensor, y: Tensor, { noise }: ObjectiveContext) => {
  const elbo = boundOf(model, x, y, noise.split('labeled'));
  const logits = matMul(x as Tensor2D, model.weights.classifier as Tensor);
  return { elbo, objective: elbo, crossEntropy: crossEntropy({ labels: y, logits }) };
};

const unlabeledTerms = (model: TinyVae, x: Tensor, { noise }: ObjectiveContext) => {
  const logits = matMul(x as Tensor2D, model.weights.classifier as Tensor);
  const bound = boundOf(model, x, softmax(logits), noise.split('unlabeled'));
  const elbo = add(bound, categorical.entropy(logits));
  return { elbo, objective: elbo };
};
