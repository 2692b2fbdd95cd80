/** The models of `npm start -- --model`: each with its nets, its objectives and what it is called. */
import {
  type Aae,
  type AdversarialPhase,
  adversarial,
  createAae,
  createAdam,
  createAdgm,
  createConditionalVae,
  createLadderVae,
  createM1M2,
  createM2,
  createSdgm,
  type GenerativeClassifier,
  type ScalarOrSchedule,
  type SemiSupervisedVae,
} from 'ssvae';

/** Nets of the main example. */
export const NETS = ['mlp', 'conv', 'kingma', 'report'] as const;
export type Nets = (typeof NETS)[number];

/** Objectives of a model with q(y|x) and a bound. */
const BOUNDED = ['labels-only', 'm2', 'optimized-elbo', 'generated-labels'] as const;
/** The phases of an adversarial autoencoder: the classification alone, or all of them. */
const ADVERSARIAL = ['labels-only', 'adversarial'] as const;

export const METHODS = [...BOUNDED, 'adversarial'] as const;
export type Method = (typeof METHODS)[number];

/** What a model is made for. */
interface Shape {
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly seed: number;
}

interface StartModel {
  /** as a reader sees it */
  readonly title: string;
  /** nets that it comes with */
  readonly nets: readonly Nets[];
  /** what it is trained by */
  readonly methods: readonly Method[];
  create(shape: Shape, nets: Nets): GenerativeClassifier;
}

const bounded = (
  title: string,
  nets: readonly Nets[],
  create: (shape: Shape, nets: never) => SemiSupervisedVae,
): StartModel => ({ title, nets, methods: BOUNDED, create: create as StartModel['create'] });

const MODELS = {
  m2: bounded('M2', NETS, (shape, nets: Nets) => createM2({ ...shape, nets })),
  m1m2: bounded('M1+M2', ['mlp', 'conv'], (shape, nets: 'mlp') => createM1M2({ ...shape, nets })),
  conditional: bounded('Conditional VAE', NETS, (shape, nets: Nets) =>
    createConditionalVae({ ...shape, nets }),
  ),
  adgm: bounded('ADGM', ['mlp'], (shape, nets: 'mlp') => createAdgm({ ...shape, nets })),
  sdgm: bounded('SDGM', ['mlp'], (shape, nets: 'mlp') => createSdgm({ ...shape, nets })),
  ladder: bounded('Ladder VAE', ['mlp'], (shape, nets: 'mlp') => createLadderVae({ ...shape, nets })),
  aae: {
    title: 'Adversarial autoencoder',
    nets: ['mlp'],
    methods: ADVERSARIAL,
    create: (shape) => createAae({ ...shape, latent: 10 }),
  },
} satisfies Record<string, StartModel>;

export type ModelName = keyof typeof MODELS;

export const modelNames = Object.keys(MODELS) as readonly ModelName[];

/** A model by its name. */
export const modelOf = (name: ModelName): StartModel => MODELS[name];

/** The phases of an adversarial autoencoder, or its classification alone. */
export const phasesOf = (
  method: Method,
  model: Aae,
  learningRate: ScalarOrSchedule,
): readonly AdversarialPhase[] =>
  adversarial(model, { optimizer: () => createAdam({ learningRate, beta1: 0.5 }) }).filter(
    ({ name }) => method === 'adversarial' || name === 'classification',
  );
