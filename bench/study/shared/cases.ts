/** The cases of the study by name: what each trains, and with which settings. */
import { LABELED_BOUND_WEIGHTS, type Settings } from './settings';

const shared = {
  initializer: 'fan-in-uniform',
  latent: 50,
  temperature: 0.67,
  gamma: 0,
  beta: 0,
  epsilon: 0,
  learningRate: 1e-3,
  adamEpsilon: 1e-8,
} as const;

const conv = { ...shared, nets: 'conv', batchSize: { labeled: 100, unlabeled: 128 } } as const;
const mlp = { ...shared, nets: 'mlp', batchSize: { labeled: 100, unlabeled: 100 } } as const;

/** The Optimized-ELBO, but for the weight of the labels. */
const report = {
  ...conv,
  method: 'optimized-elbo',
  labelHandling: 'gumbel',
  gamma: 1,
  beta: 0.5,
  epsilon: 0.001,
} as const;

const optimized = { ...report, alpha: 50 } as const;

/** That bound, before any part of the Optimized-ELBO is added. */
const bound = { ...optimized, gamma: 0, beta: 0, epsilon: 0, labeledWeights: LABELED_BOUND_WEIGHTS } as const;

/** What helps with few labels: predictions that hold between and around unlabelled examples, and a small bound. */
const consistent = {
  ...report,
  alpha: 1,
  learningRate: 2e-3,
  batchSize: { labeled: 50, unlabeled: 100 },
  batchNorm: true,
  elboWeight: 1e-3,
  consistency: { weight: 2 },
  ema: { decay: 0.999 },
  decay: 'cosine',
} as const;

/** For photographs, which a small net tells apart badly for long: nothing asks for confidence. */
const photographs = {
  ...consistent,
  gamma: 0,
  beta: 0,
  elboWeight: 5e-4,
  consistency: { weight: 1 },
  cropAndFlip: { padding: 4 },
} as const;

const flagship = {
  ...consistent,
  affine: { rotation: 0.2, scale: 0.1, shear: 0.1, shift: 2 },
  warmup: 3294,
} as const;

const deep = {
  ...photographs,
  filters: [32, 64, 128],
  depth: 2,
  consistency: { weight: 8 },
  consistencyWarmup: 4100,
} as const;

/** What a recipe is without its unlabelled images: the same nets, changes, averages and steps on the labels alone. */
const labelsAlone = ({
  consistency,
  consistencyWarmup,
  warmup,
  elboWeight,
  ...others
}: Settings): Settings => ({
  ...others,
  method: 'labels-only',
  gamma: 0,
  beta: 0,
  epsilon: 0,
});

/** Predictions of each unlabelled image for itself. */
const inconsistent = ({ consistency, ...others }: Settings): Settings => others;

/** The cases by name. Labels-only runs take as many steps as the others on the same nets. */
export const cases: Readonly<Record<string, Settings>> = {
  'optimized-elbo-conv': optimized,
  // What each part of the Optimized-ELBO does by itself, on the bound of M2.
  'entropy-penalty': { ...bound, beta: 0.5 },
  'mutual-information': { ...bound, gamma: 1 },
  'both-entropies': { ...bound, beta: 0.5, gamma: 1 },
  'label-prior': { ...bound, labeledWeights: { ...LABELED_BOUND_WEIGHTS, labelPriorKl: 1 } },
  'smoothed-labels': { ...bound, epsilon: 0.001, labeledWeights: { ...LABELED_BOUND_WEIGHTS, labelKl: 1 } },
  'smoothed-labels-reverse': {
    ...bound,
    epsilon: 0.001,
    direction: 'q||labels',
    labeledWeights: { ...LABELED_BOUND_WEIGHTS, labelKl: 1 },
  },
  'optimized-elbo-reverse': { ...optimized, direction: 'q||labels' },
  'labels-only-conv': { ...conv, method: 'labels-only', labelHandling: 'exact', alpha: 1 },
  'm2-conv': { ...conv, method: 'm2', labelHandling: 'gumbel', alpha: 50 },
  'm2-mlp-gumbel': { ...mlp, method: 'm2', labelHandling: 'gumbel', alpha: 50 },
  'm2-mlp': { ...mlp, method: 'm2', labelHandling: 'exact', alpha: 50 },
  'labels-only-mlp': { ...mlp, method: 'labels-only', labelHandling: 'exact', alpha: 1 },
  flagship,
  // 0.2 as in `npm start`, times the weight of the bound.
  'flagship-generated': { ...flagship, generatedLabels: 0.2 * flagship.elboWeight },
  'flagship-without-bound': { ...flagship, elboWeight: 0 },
  'flagship-without-consistency': inconsistent(flagship),
  'flagship-without-entropies': { ...flagship, gamma: 0, beta: 0 },
  'flagship-labels-only': labelsAlone(flagship),
  'photographs-conv': photographs,
  'photographs-conv-labels-only': labelsAlone(photographs),
  'photographs-deep': deep,
  'photographs-deep-labels-only': labelsAlone(deep),
};
