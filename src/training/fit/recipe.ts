/** The settings that `fit` uses where you give none. */
import { assertNumbers, recordOf } from '../../core/assert';
import type { SplitIndices } from '../../core/batch';
import { assertExampleShape } from '../../core/exampleShape';
import {
  AT_LEAST_0,
  callable,
  integersFrom,
  number,
  optional,
  readOptions,
  record,
} from '../../core/options';
import { cosineDecay, linearWarmup, type ScalarOrSchedule, type Schedule } from '../../core/schedules';
import { sizeOf } from '../../core/shape';
import type { SemiSupervisedVae } from '../../models/model';
import type { Objective } from '../../models/objectives/objective';
import { semiSupervised } from '../../models/objectives/semiSupervised';
import { kingmaAlpha } from '../lossWeights';

/** How a model is trained on data of few labels. */
export interface Recipe {
  /** steps of each training run */
  readonly steps: number;
  /** examples of either kind in a batch */
  readonly batchSize: {
    /** labeled examples in a batch */
    readonly labeled: number;
    /** unlabeled examples in a batch */
    readonly unlabeled: number;
  };
  /** α, weight of the cross-entropy */
  readonly alpha: number;
  /** Adam's rate by step */
  readonly learningRate: Schedule;
  /** what is maximized where unlabeled examples are used */
  readonly objective: Objective<SemiSupervisedVae>;
}

/** What a recipe may be told: each part of it, and the number of steps that its schedules span. */
export type RecipeOptions = Partial<Recipe>;

/** How the parts of a recipe are read; `train` checks what they hold. */
export const recipeRules = () => ({
  steps: optional(number(integersFrom(1))),
  batchSize: optional(record({ labeled: number(integersFrom(1)), unlabeled: number(integersFrom(1)) })),
  alpha: optional(number(AT_LEAST_0)),
  learningRate: optional(callable<Recipe['learningRate']>()),
  objective: optional(callable<Recipe['objective']>()),
});

/** Above so many values in an example, the bound is weighed down: it grows with them, and the label stays one. */
const FULL_WEIGHT_VALUES = 200;

/** The least α: below it, the clusters of the data outweigh few labels. */
const LEAST_ALPHA = 50;

/** Weights of the parts of the objective. */
export interface RecipeWeights {
  /** default min(1, 200 / D) */
  readonly boundWeight?: number;
  /** default 2 */
  readonly mutualInformationWeight?: number;
  /** default 0.5 */
  readonly entropyPenalty?: number;
  /** default 1 */
  readonly consistency?: number;
  /** w of the generated-label term, default 0.2 whatever `boundWeight` is, as trials had it; 0 for a model without `sampleMean` */
  readonly generatedLabels?: number;
}

/** What a recipe reads of a model. */
export type RecipeModel = Pick<SemiSupervisedVae, 'inputShape' | 'sampleMean'>;

/** The objective of {@link recipeOf}: each weight rises from 0 over the first third of the steps. */
export function objectiveOf(
  { inputShape, sampleMean }: RecipeModel,
  steps: number,
  given: RecipeWeights = {},
): Objective<SemiSupervisedVae> {
  const {
    boundWeight = Math.min(1, FULL_WEIGHT_VALUES / sizeOf(inputShape)),
    mutualInformationWeight = 2,
    entropyPenalty = 0.5,
    consistency = 1,
    generatedLabels = sampleMean ? 0.2 : 0,
  } = given;
  const rising = (to: number): ScalarOrSchedule =>
    to === 0 ? 0 : linearWarmup({ to, steps: Math.ceil(steps / 3) });
  return semiSupervised({
    labelHandling: 'gumbel',
    boundWeight: rising(boundWeight),
    mutualInformationWeight: rising(mutualInformationWeight),
    classBalance: 'label-prior',
    entropyPenalty: rising(entropyPenalty),
    ...(consistency > 0 && { consistency: { weight: rising(consistency) } }),
    ...(generatedLabels > 0 && { generatedLabels: { weight: rising(generatedLabels) } }),
  });
}

/** Examples in a batch of a recipe. */
export const batchSizeOf = ({
  labeled,
  unlabeled,
}: Pick<SplitIndices, 'labeled' | 'unlabeled'>): Recipe['batchSize'] => ({
  labeled: Math.min(50, labeled.length),
  unlabeled: Math.min(100, unlabeled.length),
});

/**
 * The settings of {@link fit} for data of N_l labeled and N examples of D values.
 *
 *   objective  w·L(x, y) and w·U(x) + 2·Î(y; x) − 0.5·H(q(y|x)) − interpolation consistency + 0.2·√D·R,   w = min(1, 200 / D)
 *              R, log q(y|x̂) of generated x̂, where the model has `sampleMean`;  all but the cross-entropy rise from 0 over the first third of the steps; one relaxed label;
 *              Î pulls the mean prediction to the model's label prior, which is uniform by default
 *   α          max(50, 0.1·N / N_l)
 *   rate       3e-3, along a cosine to 0, over 600 steps of up to 50 labeled and 100 unlabeled examples
 *
 * docs/results.md compares `fit` at these settings with the labels alone, set by set.
 *
 * @param model that is trained: its shape counts, and whether it has `sampleMean`
 * @param split which examples are labeled and which are not
 * @param given parts to use in place of these
 * @returns the settings; the schedules span `steps`
 * @throws TypeError or RangeError naming the argument
 * @example recipeOf(model, split).alpha // 50
 */
export function recipeOf(model: RecipeModel, split: SplitIndices, given: RecipeOptions = {}): Recipe {
  const where = 'recipeOf';
  const { inputShape } = recordOf(where, model, 'model');
  assertExampleShape(where, 'model.inputShape', inputShape);
  const { labeled, unlabeled } = recordOf(where, split, 'split');
  for (const [part, indices] of Object.entries({ labeled, unlabeled })) {
    assertNumbers(where, `split.${part}`, indices);
    if (indices.length === 0)
      throw new RangeError(`${where}: split.${part} is empty, needed at least one example`);
  }
  const own = readOptions(where, given, recipeRules());
  const { steps = 600 } = own;
  return {
    batchSize: batchSizeOf({ labeled, unlabeled }),
    alpha: Math.max(LEAST_ALPHA, kingmaAlpha(labeled.length, unlabeled.length)),
    learningRate: cosineDecay({ from: 3e-3, steps }),
    objective: objectiveOf(model, steps),
    ...Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)),
    steps,
  };
}
