/** How the models of these measurements are trained: the recipe of fit, one run, with other weights where asked. */
import {
  createAdam,
  createBatches,
  createM2,
  type Dataset,
  type Execute,
  linearWarmup,
  type M2,
  recipeOf,
  type SplitIndices,
  semiSupervised,
  supervised,
  train,
} from 'ssvae';

/** What every training shares. */
export interface Setup {
  readonly data: Dataset;
  readonly split: SplitIndices;
  readonly seed: number;
  readonly execute: Execute;
  readonly steps?: number;
}

/** How one model is trained. */
export interface Way {
  /** whether the unlabeled examples are left out */
  readonly labelsAlone?: boolean;
  /** γ; default 2, that of the recipe. At 0 the entropy penalty is left out too */
  readonly gamma?: number;
  readonly labelPrior?: readonly number[];
}

/** A trained model, which belongs to the caller. */
export async function trained(
  { data, split, seed, execute, steps = 600 }: Setup,
  { labelsAlone, gamma = 2, labelPrior }: Way,
): Promise<M2> {
  const model = createM2({
    data,
    latent: 10,
    nets: { preset: 'mlp', widths: [128] },
    seed,
    ...(labelPrior && { labelPrior }),
  });
  const recipe = recipeOf(model, split, { steps });
  const rising = (to: number) => linearWarmup({ to, steps: Math.ceil(steps / 3) });
  const size = data.shape.reduce((product, axis) => product * axis, 1);
  const objective = semiSupervised({
    labelHandling: 'gumbel',
    boundWeight: rising(Math.min(1, 200 / size)),
    mutualInformationWeight: gamma === 0 ? 0 : rising(gamma),
    entropyPenalty: gamma === 0 ? 0 : rising(0.5),
    classBalance: labelPrior ? 'label-prior' : 'uniform',
    consistency: { weight: rising(1) },
  });
  const optimizer = createAdam({ learningRate: recipe.learningRate });
  await train(model, {
    objective: labelsAlone ? supervised() : objective,
    batches: createBatches({
      dataset: data,
      split,
      batchSize: { ...recipe.batchSize, ...(labelsAlone && { unlabeled: 0 }) },
      seed,
      stepsPerEpoch: steps,
    }),
    epochs: 1,
    alpha: recipe.alpha,
    optimizer,
    seed,
    execute,
  });
  optimizer.dispose();
  return model;
}
