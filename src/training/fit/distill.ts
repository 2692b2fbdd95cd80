/** A classifier that learns the probabilities of others. */
import { tensor2d } from '@tensorflow/tfjs-core';
import type { Batch } from '../../core/batch';
import type { Noise } from '../../core/noise';
import { cosineDecay } from '../../core/schedules';
import { batchesFrom } from '../../data/batchesFrom';
import type { Dataset } from '../../data/dataset';
import { gatherExtras } from '../../data/extras';
import { gatherInputs } from '../../data/gather';
import type { SemiSupervisedVae } from '../../models/model';
import { supervised } from '../../models/objectives/supervised';
import { shownBy, type Task, trainOnce } from './learn';
import type { Recipe } from './recipe';

/** Steps of the run: half as many as those of the runs that it learns from. */
export const distillSteps = ({ steps }: Recipe): number => Math.ceil(steps / 2);

/** Examples of a step. */
const BATCH = 100;

/** Batches of some examples with given probabilities of their classes, in a new order at every pass. */
function* softBatches(
  data: Dataset,
  indices: Int32Array,
  probabilities: Float32Array,
  noise: Noise,
): Generator<Batch> {
  const { count, shape, classes, covariates } = data;
  const known = { count, shape, classes, ...(covariates && { covariates }) };
  const size = Math.min(BATCH, indices.length);
  for (let step = 0; ; step++) {
    const order = noise.split(step).permutation(indices.length).subarray(0, size);
    const examples = order.map((i) => indices[i] as number);
    const y = new Float32Array(size * classes);
    for (const [b, i] of order.entries())
      y.set(probabilities.subarray(i * classes, (i + 1) * classes), b * classes);
    yield {
      labeled: {
        x: gatherInputs(data, examples),
        y: tensor2d(y, [size, classes]),
        ...gatherExtras(known, examples, false),
      },
    };
  }
}

/**
 * Trains the classifier of the model towards probabilities of all its training examples (Hinton et al. 2015, "Distilling
 * the Knowledge in a Neural Network", at temperature 1). Encoder and decoder stay as they are, except for layers that they
 * share with the classifier.
 *
 * @param probabilities of the examples of {@link shownBy}, in rows of K
 */
export async function distill<M extends SemiSupervisedVae>(
  task: Task<M>,
  probabilities: Float32Array,
): Promise<void> {
  const { data, split, recipe } = task;
  const steps = distillSteps(recipe);
  const indices = shownBy(split);
  const seed = task.seed.split('distill');
  await trainOnce(task, {
    objective: supervised(),
    batches: batchesFrom(() => softBatches(data, indices, probabilities, seed), {
      stepsPerEpoch: steps,
      counts: { labeled: indices.length, unlabeled: 0 },
    }),
    epochs: 1,
    alpha: 1,
    learningRate: cosineDecay({ from: 1e-3, steps }),
    seed,
  });
}
