/** What defines a run of the study, and what is made of it. PyTorch's runs read the same settings. */
import {
  type AffineOptions,
  type Augment,
  affine,
  bernoulli,
  type CropAndFlipOptions,
  cosineDecay,
  createAdam,
  createM2,
  cropAndFlip,
  type EmaOptions,
  type Initializer,
  type LabelKlDirection,
  linearWarmup,
  type M2,
  type M2Preset,
  type Objective,
  type Optimizer,
  regularized,
  type ScalarOrSchedule,
  type SemiSupervisedOptions,
  semiSupervised,
  supervised,
  type TrainOptions,
  uniformLabelPrior,
} from 'ssvae';

/** Weight of each term of the labelled objective. Those of the bound are 1 in every case. */
export interface LabeledWeights {
  readonly logLikelihood: 1;
  readonly latentKl: 1;
  readonly logLabelPrior: 0 | 1;
  readonly labelPriorKl: number;
  readonly labelKl: number;
}

/** The labelled bound alone. */
export const LABELED_BOUND_WEIGHTS: LabeledWeights = {
  logLikelihood: 1,
  latentKl: 1,
  logLabelPrior: 1,
  labelPriorKl: 0,
  labelKl: 0,
};

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
  /** weight of the term of generated labels */
  readonly generatedLabels?: number;
  /** steps over which γ and β rise from 0, so that labels spread before clusters are fixed */
  readonly warmup?: number;
  /** changes of labelled images, and of unlabelled ones ahead of their interpolation; predictions are of these as they are */
  readonly affine?: AffineOptions;
  readonly cropAndFlip?: CropAndFlipOptions;
  /** share of each kernel, times the rate, that a step takes off (Loshchilov & Hutter 2019) */
  readonly weightDecay?: number;
  /** averaged weights, by which the model is measured */
  readonly ema?: EmaOptions;
  /** `'cosine'`: the rate falls to 0 at the last step */
  readonly decay?: 'cosine';
  /** pixels drawn anew each time an image is shown, as 1 with their brightness for probability */
  readonly binarize?: 'dynamic';
  /** weights of the two parts, where they are not means; α is then of their sum (see `train`) */
  readonly weighting?: 'dataset';
  /** standard deviation of a normal prior on the weights */
  readonly parameterPrior?: number;
}

// What a case leaves open is written out here: a default of the library that changes later changes no result.
const NETS = {
  conv: {
    preset: 'conv',
    filters: [32, 64],
    depth: 1,
    width: 512,
    activation: 'relu',
    norm: 'none',
    sharedTrunk: true,
  },
  mlp: { preset: 'mlp', widths: [500], activation: 'softplus', norm: 'none', sharedTrunk: false },
} as const satisfies Readonly<Record<Settings['nets'], M2Preset>>;

/** The model of a case, its weights drawn from `seed`. */
export const modelOf = (
  { nets: preset, batchNorm, filters, depth, width, latent, initializer }: Settings,
  { shape, classes }: { readonly shape: readonly number[]; readonly classes: number },
  seed: number,
): M2 =>
  createM2({
    inputShape: shape,
    classes,
    latent,
    nets: { ...NETS[preset], ...given({ norm: batchNorm && 'batch', filters, depth, width }) } as M2Preset,
    likelihood: bernoulli,
    labelPrior: uniformLabelPrior(classes),
    encoderSeesLabel: preset === 'mlp',
    initializer,
    seed,
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
  generatedLabels: true,
  warmup: true,
  affine: true,
  cropAndFlip: true,
  weightDecay: true,
  ema: true,
  decay: true,
  binarize: true,
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
  const still = { rotation: 0, scale: 0, shear: 0, shift: 0 };
  const [move, crop] = [
    moved && affine({ ...still, ...moved }),
    cropped && cropAndFlip({ padding: 4, flip: true, ...cropped }),
  ];
  return move && crop
    ? (x, noise) => crop(move(x, noise.split('affine')), noise.split('crop'))
    : (move ?? crop);
};

/** A weight that rises from 0 over so many steps, or stands as it is. */
const risen = (to: number, steps: number | undefined): ScalarOrSchedule =>
  steps === undefined ? to : linearWarmup({ from: 0, to, steps });

/** The objective of a case. */
export const objectiveOf = (settings: Settings): Objective<M2> => {
  const { method, labelHandling, temperature, epsilon, direction, consistency, warmup } = settings;
  const { elboWeight = 1, labeledWeights, consistencyWarmup, generatedLabels } = settings;
  if (method === 'labels-only') return supervised();
  const augment = changesOf(settings);
  const shared: SemiSupervisedOptions = {
    labelHandling: labelHandling === 'exact' ? 'enumerate' : labelHandling,
    temperature,
    klWeight: 1,
    boundWeight: elboWeight,
    ...(consistency && {
      consistency: {
        weight: risen(consistency.weight, consistencyWarmup),
        concentration: 2,
        ...given({ augment }),
      },
    }),
    ...(generatedLabels !== undefined && { generatedLabels: { weight: generatedLabels } }),
  };
  if (method === 'm2')
    return semiSupervised({
      ...shared,
      mutualInformationWeight: 0,
      entropyPenalty: 0,
      labelPriorKlWeight: 0,
    });
  const { labelPriorKl = 1, labelKl = 1 } = labeledWeights ?? {};
  return regularized({
    ...shared,
    mutualInformationWeight: risen(settings.gamma, warmup),
    entropyPenalty: risen(settings.beta, warmup),
    labelPriorKlWeight: elboWeight * labelPriorKl,
    labelSmoothing: {
      weight: elboWeight * labelKl,
      epsilon,
      spread: 'others',
      direction: direction ?? 'labels||q',
      expectation: 'true-label',
    },
  });
};

/** The optimizer of a case, over a run of so many steps. */
export const optimizerOf = (
  { learningRate, adamEpsilon, decay, weightDecay }: Settings,
  steps: number,
): Optimizer =>
  createAdam({
    learningRate: decay === 'cosine' ? cosineDecay({ from: learningRate, to: 0, steps }) : learningRate,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: adamEpsilon,
    weightDecay: weightDecay ?? 0,
  });

/** What else of a case the trainer is told. */
export const trainerOf = (
  settings: Settings,
): Pick<TrainOptions<M2>, 'alpha' | 'augment' | 'ema' | 'weighting' | 'parameterPrior'> => {
  const { alpha, ema, weighting = 'mean', parameterPrior } = settings;
  const labeled = changesOf(settings);
  return {
    alpha,
    weighting,
    ...(labeled && { augment: { labeled } }),
    ...given({ ema, parameterPrior }),
  };
};
