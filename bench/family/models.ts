/** The models of the family, each with what it is trained by. */
import {
  type Aae,
  affine,
  bayesClassifier,
  type Classifier,
  cosineDecay,
  createAae,
  createAdgm,
  createConditionalVae,
  createLadderVae,
  createM1M2,
  createM2,
  createSdgm,
  type Dataset,
  labelConditional,
  linearWarmup,
  type Model,
  type Objective,
  type Phase,
  type RegularizedOptions,
  regularized,
  type ScalarOrSchedule,
  type TokenConditionalVae,
} from 'ssvae';
import { phasesOf } from '../start/models';
import { noisyNets } from './noisyNets';

/** What a row of the table is. */
export interface Contender<M extends Model = Model> {
  /** name of the row */
  readonly title: string;
  /** makes the model */
  create(data: Dataset, seed: number): M;
  /** what is maximized on all data; `steps` is the length of the run */
  objective(model: M, steps: number): Objective<M> | readonly Phase<M>[];
  /** who classifies, where it is not the model itself */
  readonly classifier?: (model: M) => Classifier;
  /** what its classifier learns from the labels alone by; default `supervised()`, and `false` where it has none */
  readonly alone?: false | ((model: M, steps: number) => Objective<M> | readonly Phase<M>[]);
  /** examples of either kind in a batch; default 100 labeled and 128 unlabeled */
  readonly batchSize?: { readonly labeled: number; readonly unlabeled: number };
  /** passes over the unlabeled examples, in place of `--epochs` */
  readonly epochs?: number;
  /** whether there is a bound on log p(x) under p(y); default true */
  readonly bounded?: false;
}

/** A row with the type of its model. */
const row = <M extends Model>(contender: Contender<M>): Contender => contender as never;

/** A weight that rises from 0 over so many steps, and stays. */
export const risen = (to: number, steps: number): ScalarOrSchedule =>
  linearWarmup({ to, steps: Math.ceil(steps) });

/** The Optimized-ELBO at the report's γ and β, with one relaxed label; divergences rise over the first third. */
export const optimized = (_: Model, steps: number, more: RegularizedOptions = {}) =>
  regularized({
    labelHandling: 'gumbel',
    mutualInformationWeight: 1,
    entropyPenalty: 0.5,
    labelSmoothing: { epsilon: 0.001 },
    klWeight: risen(1, steps / 3),
    ...more,
  });

/** The weight of the bound in the recipe of consistency, as in that of the lowest error. */
const BOUND = 1e-3;

/** What the classifier should not see in an image. */
export const moved = affine({ rotation: 0.2, scale: 0.1, shear: 0.1, shift: 2 });

/**
 * The recipe of consistency, that of the lowest error: a small bound, and predictions that hold between unlabeled examples and
 * around them, once those are moved a little. γ and β rise over the first quarter.
 */
const consistent = (_: Model, steps: number, more: RegularizedOptions = {}) =>
  regularized({
    labelHandling: 'gumbel',
    boundWeight: BOUND,
    labelPriorKlWeight: BOUND,
    mutualInformationWeight: risen(1, steps / 4),
    entropyPenalty: risen(0.5, steps / 4),
    labelSmoothing: { epsilon: 0.001, weight: BOUND },
    consistency: { weight: 2, augment: moved },
    ...more,
  });

/** The recipes by the name that `--recipe` takes; the term of generated labels is as small as the bound beside it. */
export const RECIPES: Readonly<Record<string, typeof optimized>> = {
  consistent,
  generated: (model, steps) => consistent(model, steps, { generatedLabels: { weight: 0.2 * BOUND } }),
};

/** What of the trainer goes with them. */
export const CONSISTENT_RUN = {
  batchSize: { labeled: 50, unlabeled: 100 },
  alpha: 1,
  rate: 2e-3,
  ema: { decay: 0.999 },
  augment: { labeled: moved },
} as const;

export const NETS = { preset: 'mlp', widths: [500, 500] } as const;

/** Every row, by the name that `--models` takes. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  m2: row({
    title: 'M2',
    create: (data, seed) => createM2({ data, latent: 50, nets: NETS, seed }),
    objective: optimized,
  }),
  unnormed: row({
    title: 'M2, no batch norm',
    create: (data, seed) => createM2({ data, latent: 50, nets: { ...NETS, norm: 'none' }, seed }),
    objective: optimized,
  }),
  noisy: row({
    title: "M2, noise at the classifier's input",
    create: (data, seed) => createM2({ data, latent: 50, nets: noisyNets(data, seed), seed }),
    objective: optimized,
  }),
  m1m2: row({
    title: 'M1+M2, one stage',
    create: (data, seed) =>
      createM1M2({ data, latent: 50, features: 50, nets: { ...NETS, innerWidths: [300] }, seed }),
    objective: optimized,
  }),
  adgm: row({
    title: 'ADGM',
    create: (data, seed) => createAdgm({ data, latent: 50, auxiliary: 50, nets: NETS, seed }),
    objective: optimized,
  }),
  sdgm: row({
    title: 'SDGM',
    create: (data, seed) => createSdgm({ data, latent: 50, auxiliary: 50, nets: NETS, seed }),
    objective: optimized,
  }),
  ladder: row({
    title: 'ladder VAE, three layers',
    create: (data, seed) => createLadderVae({ data, latents: [32, 16, 8], seed }),
    objective: optimized,
  }),
  conditional: row({
    title: 'conditional VAE, missing labels summed over',
    create: (data, seed) => createConditionalVae({ data, latent: 50, nets: NETS, seed }),
    objective: optimized,
  }),
  token: row<TokenConditionalVae>({
    title: 'conditional VAE, missing labels a token, by Bayes',
    create: (data, seed) => createConditionalVae({ data, missing: 'token', latent: 10, nets: NETS, seed }),
    objective: () => labelConditional(),
    classifier: (model) => bayesClassifier(model, { samples: 10, seed: 1 }),
    alone: false,
    bounded: false,
  }),
  aae: row<Aae>({
    title: 'adversarial autoencoder',
    create: (data, seed) =>
      createAae({
        data,
        latent: 10,
        nets: { preset: 'mlp', widths: [500, 500], discriminatorWidths: [500, 500] },
        seed,
      }),
    objective: (model, steps) => phasesOf('adversarial', model, cosineDecay({ from: 1e-3, steps })),
    alone: (model, steps) => phasesOf('labels-only', model, cosineDecay({ from: 1e-3, steps })),
    batchSize: { labeled: 64, unlabeled: 64 },
    epochs: 5,
    bounded: false,
  }),
};
