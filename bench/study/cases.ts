/** The cases of the study: what each trains and with which settings. PyTorch's runs read the same settings. */
import {
  type AffineOptions,
  type Averaging,
  affine,
  BOUND_WEIGHTS,
  cosineDecay,
  createAdam,
  createM2,
  type Initializer,
  labelsOnly,
  linearWarmup,
  type M2,
  m2,
  type Noise,
  type Objective,
  type Optimizer,
  optimizedElbo,
  REPORT_LABELED_WEIGHTS,
  type ScalarOrSchedule,
  type TrainOptions,
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
  // What the report's methods do without is left out of their lines, so that a line says what was there.
  /** batch norm in every net */
  readonly batchNorm?: true;
  /** weight of every term of either bound; γ, β and α are not touched by it */
  readonly elboWeight?: number;
  /** consistency between unlabelled examples */
  readonly consistency?: { readonly weight: number };
  /** steps over which γ and β rise from 0, so that labels spread before clusters are fixed */
  readonly warmup?: number;
  /** changes of the labelled images, and of the unlabelled ones ahead of their interpolation; predictions are of these as they are */
  readonly affine?: AffineOptions;
  /** averaged weights, by which the model is measured */
  readonly averaging?: Averaging;
  /** `'cosine'`: the rate falls to 0 at the last step */
  readonly decay?: 'cosine';
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

/** The cases by name. Labels-only runs take as many steps as the others on the same nets. */
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
  flagship: {
    ...conv,
    method: 'optimized-elbo',
    labelHandling: 'gumbel',
    gamma: 1,
    beta: 0.5,
    epsilon: 0.001,
    alpha: 1,
    learningRate: 2e-3,
    batchSize: { labeled: 50, unlabeled: 100 },
    batchNorm: true,
    elboWeight: 1e-3,
    consistency: { weight: 2 },
    affine: { rotation: 0.2, scale: 0.1, shear: 0.1, shift: 2 },
    averaging: { decay: 0.999 },
    decay: 'cosine',
    warmup: 3294,
  },
};

/** Those that are run unless others are asked for: what the report compares. */
export const COMPARED: readonly string[] = Object.keys(cases).filter((name) => name !== 'flagship');

/** The model of a case, its weights drawn from `noise`. */
export const modelOf = (
  { nets: preset, batchNorm, latent, initializer }: Settings,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
  noise: Noise,
): M2 =>
  createM2({
    inputShape: shape,
    classes,
    latent,
    nets: { preset, ...(batchNorm && { batchNorm }) },
    initializer,
    noise,
  });

/** Weights times a number. */
const scaled = <T extends object>(weights: T, by: number): { readonly [K in keyof T]: number } =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, by * weight])) as {
    readonly [K in keyof T]: number;
  };

/** The objective of a case. */
export const objectiveOf = ({ method, ...settings }: Settings): Objective<M2> => {
  const { labelHandling, temperature, epsilon, elboWeight, consistency, warmup, affine: changes } = settings;
  const risen = (to: number): ScalarOrSchedule =>
    warmup === undefined ? to : linearWarmup({ to, steps: warmup });
  const [gamma, beta] = [risen(settings.gamma), risen(settings.beta)];
  if (method === 'labels-only') return labelsOnly();
  if (method === 'm2') return m2({ labelHandling, temperature });
  return optimizedElbo({
    labelHandling,
    temperature,
    gamma,
    beta,
    epsilon,
    ...(elboWeight !== undefined && {
      weights: {
        labeled: scaled(REPORT_LABELED_WEIGHTS, elboWeight),
        unlabeled: scaled(BOUND_WEIGHTS, elboWeight),
      },
    }),
    ...(consistency && {
      consistency: { ...consistency, ...(changes && { augment: affine(changes) }) },
    }),
  });
};

/** The optimizer of a case, over a run of so many steps. */
export const optimizerOf = ({ learningRate, adamEpsilon, decay }: Settings, steps: number): Optimizer =>
  createAdam({
    learningRate: decay === 'cosine' ? cosineDecay({ from: learningRate, steps }) : learningRate,
    epsilon: adamEpsilon,
  });

/** What else of a case the trainer is told. */
export const trainerOf = ({
  alpha,
  affine: changes,
  averaging,
}: Settings): Pick<TrainOptions<M2>, 'alpha' | 'augment' | 'averaging'> => ({
  alpha,
  ...(changes && { augment: { labeled: affine(changes) } }),
  ...(averaging && { averaging }),
});
