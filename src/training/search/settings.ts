/** Settings of a search as options of `createM2` and as a recipe. */
import type { SplitIndices } from '../../core/batch';
import { cosineDecay } from '../../core/schedules';
import { gaussianObservation } from '../../distributions/gaussianObservation';
import type { M2Options } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import { objectiveOf, type Recipe, type RecipeModel, recipeOf } from '../fit/recipe';
import { kingmaAlpha } from '../lossWeights';
import { type SearchSettings, type SearchSpace, settingsRule } from './space';

/**
 * The options of `createM2` that settings name: `latent`, `nets` and `likelihood`.
 *
 * @param settings of a trial of {@link search}
 * @returns options to go beside `data` and `seed`; what the settings leave out is left out
 * @throws TypeError or RangeError naming the setting
 * @example createM2({ data, ...modelOptionsOf({ latent: 2, widths: [64] }) }).latent // 2
 */
export function modelOptionsOf(settings: SearchSettings): Pick<M2Options, 'latent' | 'nets' | 'likelihood'> {
  const { latent, sigma, widths, activation, norm } = settingsRule('modelOptionsOf', 'settings', settings);
  const nets = {
    ...(widths && { widths }),
    ...(activation && { activation }),
    ...(norm && { norm }),
  };
  return {
    ...(latent !== undefined && { latent }),
    ...(Object.keys(nets).length > 0 && { nets: { preset: 'mlp', ...nets } }),
    ...(sigma !== undefined && {
      likelihood: gaussianObservation(sigma === 'learned' ? { variance: 'learned' } : { sigma }),
    }),
  };
}

/** SearchSettings that are weights of the objective. */
const WEIGHTS = ['boundWeight', 'mutualInformationWeight', 'entropyPenalty', 'consistency'] as const;

/**
 * {@link recipeOf} with settings in place of its own. The schedules span the steps. Weights of the objective rise from 0 over the
 * first third of them, and the rate falls to 0 along a cosine.
 *
 * @param model that is trained: its shape counts, and whether it has `sampleMean`
 * @param split which examples are labeled and which are not
 * @param settings of a trial of {@link search}
 * @returns the recipe, for the options of {@link fit}
 * @throws TypeError or RangeError naming the setting, or as {@link recipeOf}
 * @example recipeWith(model, split, { steps: 1500, alpha: 0.5 }).alpha // 0.5
 */
export function recipeWith(model: RecipeModel, split: SplitIndices, settings: SearchSettings): Recipe {
  const { alpha, steps, learningRate } = settingsRule('recipeWith', 'settings', settings);
  const recipe = recipeOf(model, split, {
    ...(steps !== undefined && { steps }),
    ...(alpha !== undefined && { alpha }),
  });
  return {
    ...recipe,
    ...(learningRate !== undefined && {
      learningRate: cosineDecay({ from: learningRate, steps: recipe.steps }),
    }),
    ...(WEIGHTS.some((name) => settings[name] !== undefined) && {
      objective: objectiveOf(model, recipe.steps, settings),
    }),
  };
}

/**
 * What to turn first (docs/choosing.md).
 *
 * @param model whose likelihood says whether σ is turned
 * @param split N_l labeled of N examples: α goes up to 0.1·N / N_l
 */
export function defaultSpace(
  { likelihood }: Pick<SemiSupervisedVae, 'likelihood'>,
  { labeled, unlabeled }: SplitIndices,
): SearchSpace {
  const kingma = kingmaAlpha(labeled.length, unlabeled.length);
  return {
    latent: [1, 2, 10, 50],
    ...(likelihood.spec?.kind === 'gaussian' && { sigma: [0.15, 0.3, 0.5, 1, 'learned'] as const }),
    widths: [[64], [128], [500], [128, 128]],
    activation: ['relu', 'softplus'],
    norm: ['none', 'batch'],
    boundWeight: { from: 0.03, to: 1, log: true },
    mutualInformationWeight: [0, 1, 2, 5],
    entropyPenalty: [0, 0.5, 1],
    consistency: [0, 1],
    alpha: { from: 0.5, to: Math.max(50, kingma), log: true },
    learningRate: { from: 1e-3, to: 6e-3, log: true },
    steps: [600, 1500, 3000],
  };
}
