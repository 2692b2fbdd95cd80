/** What is compared: the same nets, batches and steps under each objective. */
import { type Objective, regularized, type SemiSupervisedVae, semiSupervised, supervised } from 'ssvae';
import { type Method, type ModelName, modelOf } from './models';
import type { Settings } from './settings';

/** The name of a method as a reader sees it. The bound alone bears the name of its model. */
export const titleOf = (method: Method, model: ModelName): string =>
  ({
    'labels-only': 'Labels alone',
    m2: modelOf(model).title,
    adversarial: modelOf(model).title,
    'optimized-elbo': 'Optimized-ELBO',
    'generated-labels': 'with generated labels',
  })[method];

/** Settings of a data set, chosen on validation examples (docs/results.md). */
export interface Recipe {
  readonly batchSize: { readonly labeled: number; readonly unlabeled: number };
  readonly validation: number;
  /** α, weight of the labelled cross-entropy */
  readonly alpha: Readonly<Record<Method, number>>;
  readonly gamma: number;
  readonly beta: number;
  readonly epsilon: number;
  /** test examples that the bound is measured on: each costs K decoder rows */
  readonly boundExamples: number;
  /** rate of Adam */
  readonly learningRate: number;
  /** weight of the term of generated labels, and of the interpolation consistency beside it */
  readonly generated: number;
  readonly consistency: number;
}

/** A recipe but for what the flags and the nets decide. */
type OfDataset = Omit<Recipe, 'learningRate' | 'generated'>;

/** Nets with batch norm take a higher rate. */
const RATES: Readonly<Record<Settings['nets'], number>> = {
  mlp: 3e-3,
  conv: 3e-3,
  kingma: 1e-3,
  report: 1e-3,
};

const REPORT: OfDataset = {
  batchSize: { labeled: 100, unlabeled: 128 },
  validation: 5000,
  alpha: { 'labels-only': 1, m2: 50, 'optimized-elbo': 50, 'generated-labels': 50, adversarial: 1 },
  gamma: 1,
  beta: 0.5,
  epsilon: 0.001,
  consistency: 0,
  boundExamples: 1000,
};

const DIGITS: OfDataset = {
  batchSize: { labeled: 50, unlabeled: 100 },
  validation: 500,
  alpha: { 'labels-only': 1, m2: 50, 'optimized-elbo': 5, 'generated-labels': 25, adversarial: 1 },
  gamma: 5,
  beta: 1,
  epsilon: 0.001,
  consistency: 5,
  boundExamples: 500,
};

/** The recipe of a data set and nets; flags go ahead of it. */
export const recipeOf = ({
  dataset,
  nets,
  model = 'm2',
  rate,
  generated = 0.2,
}: Pick<Settings, 'dataset' | 'nets'> & Partial<Pick<Settings, 'model' | 'rate' | 'generated'>>): Recipe => ({
  ...(dataset === 'digits' ? DIGITS : REPORT),
  learningRate: rate ?? (model === 'aae' ? 1e-3 : RATES[nets]),
  generated,
});

/** The objective of a method; unlabelled examples get one relaxed label (report §2.7.2). */
export function objectiveOf(
  method: Method,
  { gamma, beta, epsilon, generated, consistency }: Recipe,
): Objective<SemiSupervisedVae> {
  if (method === 'labels-only') return supervised();
  if (method === 'm2') return semiSupervised({ labelHandling: 'gumbel' });
  return regularized({
    labelHandling: 'gumbel',
    mutualInformationWeight: gamma,
    entropyPenalty: beta,
    labelSmoothing: { epsilon },
    ...(method === 'generated-labels' && {
      generatedLabels: { weight: generated },
      ...(consistency > 0 && { consistency: { weight: consistency } }),
    }),
  });
}

/** Where the Optimized-ELBO pushes the entropies: what stands before mean H(q(y|x)) and before H(mean q(y|x)). */
export const entropyForces = ({ gamma, beta }: Recipe): string =>
  `γ ${gamma}, β ${beta}: weight 1 − γ − β = ${1 - gamma - beta} on mean H(q(y|x)), γ = ${gamma} on H(mean q(y|x))`;
