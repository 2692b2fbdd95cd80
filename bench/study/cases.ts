/** The cases of the study: what each trains and with which settings. PyTorch's runs read the same settings. */
import {
  createAdam,
  createM2,
  type Initializer,
  labelsOnly,
  type M2,
  m2,
  type Noise,
  type Objective,
  type Optimizer,
  optimizedElbo,
} from 'ssvae';

/** Everything that defines a run but its data, its seed and its length. */
export interface Settings {
  readonly method: 'labels-only' | 'm2' | 'optimized-elbo';
  readonly nets: 'conv' | 'mlp';
  readonly initializer: Extract<Initializer, string>;
  readonly latent: number;
  readonly labelHandling: 'exact' | 'gumbel' | 'straight-through';
  /** τ of a relaxed label */
  readonly temperature: number;
  /** γ, β and ε of the Optimized-ELBO */
  readonly gamma: number;
  readonly beta: number;
  readonly epsilon: number;
  /** α, weight of the labelled cross-entropy */
  readonly alpha: number;
  readonly learningRate: number;
  /** ε̂ of Adam */
  readonly adamEpsilon: number;
  readonly batchSize: { readonly labeled: number; readonly unlabeled: number };
}

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

/** The cases by name, `method-nets`. Labels-only runs take as many steps as the others on the same nets. */
export const cases: Readonly<Record<string, Settings>> = {
  'optimized-elbo-conv': {
    ...conv,
    method: 'optimized-elbo',
    labelHandling: 'gumbel',
    gamma: 1,
    beta: 0.5,
    epsilon: 0.001,
    alpha: 50,
  },
  'labels-only-conv': { ...conv, method: 'labels-only', labelHandling: 'exact', alpha: 1 },
  'm2-conv': { ...conv, method: 'm2', labelHandling: 'gumbel', alpha: 50 },
  'm2-mlp': { ...mlp, method: 'm2', labelHandling: 'exact', alpha: 50 },
  'labels-only-mlp': { ...mlp, method: 'labels-only', labelHandling: 'exact', alpha: 1 },
};

/** The model of a case, its weights drawn from `noise`. */
export const modelOf = (
  { nets, latent, initializer }: Settings,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
  noise: Noise,
): M2 => createM2({ inputShape: shape, classes, latent, nets, initializer, noise });

/** The objective of a case. */
export const objectiveOf = ({ method, ...settings }: Settings): Objective<M2> => {
  const { labelHandling, temperature, gamma, beta, epsilon } = settings;
  if (method === 'labels-only') return labelsOnly();
  return method === 'm2'
    ? m2({ labelHandling, temperature })
    : optimizedElbo({ labelHandling, temperature, gamma, beta, epsilon });
};

/** The optimizer of a case. */
export const optimizerOf = ({ learningRate, adamEpsilon }: Settings): Optimizer =>
  createAdam({ learningRate, epsilon: adamEpsilon });
