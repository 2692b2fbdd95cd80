/** What defines a run of the study, and what is made of it. PyTorch's runs read the same settings. */
import {
  type AffineOptions,
  type Augment,
  type Averaging,
  affine,
  type CropAndFlipOptions,
  cosineDecay,
  createAdam,
  createM2,
  cropAndFlip,
  type Initializer,
  LABELED_BOUND_WEIGHTS,
  type LabeledWeights,
  type LabelKlDirection,
  linearWarmup,
  type M2,
  type M2Preset,
  type Noise,
  type Objective,
  type Optimizer,
  REPORT_LABELED_WEIGHTS,
  regularized,
  type ScalarOrSchedule,
  type SemiSupervisedOptions,
  semiSupervised,
  supervised,
  type TrainOptions,
  UNLABELED_BOUND_WEIGHTS,
} from 'ssvae';

/** Everything that defines a run but its data, its seed and its length. */
export interface Settings {
  readonly method: 'labels-only' | 'm2' | 'optimized-elbo';
  readonly nets: 'conv' | 'mlp';
  readonly initializer: Initializer;
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
  /** choices of the convolutional nets */
  readonly filters?: readonly number[];
  readonly depth?: number;
  readonly width?: number;
  /** weight of every term of either bound; γ, β and α are not touched by it */
  readonly elboWeight?: number;
  /** labelled terms in place of the objective's own */
  readonly labeledWeights?: Partial<LabeledWeights>;
  readonly direction?: LabelKlDirection;
  /** consistency between unlabelled examples */
  readonly consistency?: { readonly weight: number };
  /** steps over which the weight of consistency rises from 0, so that it holds on to what the labels have taught */
  readonly consistencyWarmup?: number;
  /** steps over which γ and β rise from 0, so that labels spread before clusters are fixed */
  readonly warmup?: number;
  /** changes of labelled images, and of unlabelled ones ahead of their interpolation; predictions are of these as they are */
  readonly affine?: AffineOptions;
  readonly cropAndFlip?: CropAndFlipOptions;
  /** share of each kernel, times the rate, that a step takes off (Loshchilov & Hutter 2019) */
  readonly weightDecay?: number;
  /** averaged weights, by which the model is measured */
  readonly averaging?: Averaging;
  /** `'cosine'`: the rate falls to 0 at the last step */
  readonly decay?: 'cosine';
  /** pixels drawn anew each time an image is shown, as 1 with their brightness for probability */
  readonly binarize?: 'dynamic';
  /** steps over which the unlabelled bound rises from 0, so that the labels come first */
  readonly unlabeledWarmup?: number;
  /** weights of the two parts, where they are not means; α is then of their sum (see `train`) */
  readonly weighting?: 'dataset';
  /** standard deviation of a normal prior on the weights */
  readonly parameterPrior?: number;
}

/** The model of a case, its weights drawn from `noise`. */
export const modelOf = (
  { nets: preset, batchNorm, filters, depth, width, latent, initializer }: Settings,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
  noise: Noise,
): M2 =>
  createM2({
    inputShape: shape,
    classes,
    latent,
    nets: { preset, ...given({ batchNorm, filters, depth, width }) } as M2Preset,
    initializer,
    noise,
  });

const NAMES: Readonly<Record<keyof Settings, true>> = {
  method: true,
  nets: true,
  initializer: true,
  latent: true,
  labelHandling: true,
  temperature: true,
  gamma: true,
  beta: true,
  epsilon: true,
  alpha: true,
  learningRate: true,
  adamEpsilon: true,
  batchSize: true,
  batchNorm: true,
  filters: true,
  depth: true,
  width: true,
  elboWeight: true,
  labeledWeights: true,
  direction: true,
  consistency: true,
  consistencyWarmup: true,
  warmup: true,
  affine: true,
  cropAndFlip: true,
  weightDecay: true,
  averaging: true,
  decay: true,
  binarize: true,
  unlabeledWarmup: true,
  weighting: true,
  parameterPrior: true,
};

/** Names of all settings. */
export const SETTING_NAMES = Object.keys(NAMES) as readonly (keyof Settings)[];

/** What is given. */
const given = <T extends object>(options: T): Partial<T> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>;

/** How images are changed; nothing where they are not. */
const changesOf = ({ affine: moved, cropAndFlip: cropped }: Settings): Augment | undefined => {
  const [move, crop] = [moved && affine(moved), cropped && cropAndFlip(cropped)];
  return move && crop
    ? (x, noise) => crop(move(x, noise.split('affine')), noise.split('crop'))
    : (move ?? crop);
};

/** Weights times a number. */
const scaled = <T extends object>(weights: T, by: number): { readonly [K in keyof T]: number } =>
  Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, by * weight])) as {
    readonly [K in keyof T]: number;
  };

/** A weight that rises from 0 over so many steps, or stands as it is. */
const risen = (to: number, steps: number | undefined): ScalarOrSchedule =>
  steps === undefined ? to : linearWarmup({ to, steps });

/** Weights that rise likewise. */
const rising = <T extends object>(
  weights: T,
  steps: number | undefined,
): { readonly [K in keyof T]: ScalarOrSchedule } =>
  Object.fromEntries(Object.entries(weights).map(([name, to]) => [name, risen(to as number, steps)])) as {
    readonly [K in keyof T]: ScalarOrSchedule;
  };

/** The objective of a case. */
export const objectiveOf = (settings: Settings): Objective<M2> => {
  const { method, labelHandling, temperature, epsilon, direction, consistency, warmup } = settings;
  const { elboWeight = 1, labeledWeights, unlabeledWarmup, consistencyWarmup } = settings;
  if (method === 'labels-only') return supervised();
  const augment = changesOf(settings);
  const usual = method === 'm2' ? LABELED_BOUND_WEIGHTS : REPORT_LABELED_WEIGHTS;
  const shared: SemiSupervisedOptions = {
    labelHandling,
    temperature,
    weights: {
      labeled: scaled({ ...usual, ...labeledWeights }, elboWeight),
      unlabeled: rising(scaled(UNLABELED_BOUND_WEIGHTS, elboWeight), unlabeledWarmup),
    },
    ...(consistency && {
      consistency: { weight: risen(consistency.weight, consistencyWarmup), ...given({ augment }) },
    }),
  };
  if (method === 'm2') return semiSupervised(shared);
  const [gamma, beta] = [risen(settings.gamma, warmup), risen(settings.beta, warmup)];
  return regularized({ ...shared, gamma, beta, epsilon, ...given({ direction }) });
};

/** The optimizer of a case, over a run of so many steps. */
export const optimizerOf = (
  { learningRate, adamEpsilon, decay, weightDecay }: Settings,
  steps: number,
): Optimizer =>
  createAdam({
    ...given({ weightDecay }),
    learningRate: decay === 'cosine' ? cosineDecay({ from: learningRate, steps }) : learningRate,
    epsilon: adamEpsilon,
  });

/** What else of a case the trainer is told. */
export const trainerOf = (
  settings: Settings,
): Pick<TrainOptions<M2>, 'alpha' | 'augment' | 'averaging' | 'weighting' | 'parameterPrior'> => {
  const { alpha, averaging, weighting, parameterPrior } = settings;
  const labeled = changesOf(settings);
  return {
    alpha,
    ...(labeled && { augment: { labeled } }),
    ...given({ averaging, weighting, parameterPrior }),
  };
};
