/** One method, trained and measured. */
import {
  type ClassifierEvaluation,
  createAdam,
  createBatches,
  createM2,
  type Dataset,
  type Executor,
  evaluateClassifier,
  evaluateElbo,
  type HistoryRow,
  type M2,
  type Split,
  subset,
  train,
} from 'ssvae';
import { file, progressBar } from 'ssvae/node';
import { backendTraits } from '../../src/host/backendTraits';
import { objectiveOf, recipeOf, titles } from './methods';
import type { Method, Settings } from './settings';
import { Interrupted } from './terminal';

/** What is left of a method when it was run. */
export interface Outcome {
  readonly method: Method;
  readonly title: string;
  readonly model: M2;
  readonly history: readonly HistoryRow[];
  /** seconds of training, those before an interruption included */
  readonly seconds: number;
  readonly test: ClassifierEvaluation;
  /** exact-sum bound on test examples, nats */
  readonly elbo: number;
}

/** What a method is run on. */
export interface Experiment {
  readonly settings: Settings;
  readonly train: Dataset;
  readonly test: Dataset;
  readonly split: Split;
  /** runs the steps */
  readonly execute: Executor;
  readonly signal: AbortSignal;
}

/**
 * Trains one method and measures it on the test set.
 *
 * @throws Interrupted when the signal ended the training; a checkpoint has been written
 */
export async function runMethod(
  method: Method,
  { settings, split, execute, signal, ...data }: Experiment,
): Promise<Outcome> {
  const recipe = recipeOf(settings);
  const { seed } = settings;
  const { inputShape, classes } = { inputShape: data.train.shape, classes: data.train.classes };
  const model = createM2({ inputShape, classes, nets: settings.nets, seed });
  const batches = createBatches({
    dataset: data.train,
    split,
    batchSize: recipe.batchSize,
    seed,
    // To a GPU each batch would have to travel.
    resident: !backendTraits().readsAtOnce,
  });
  const held = subset(data.train, split.validation);
  const name = [method, settings.nets, `${settings.labels}labels`, `${settings.epochs}epochs`, `seed${seed}`];
  const optimizer = createAdam({ learningRate: recipe.learningRate });
  try {
    const { history, stopped } = await train(model, {
      objective: objectiveOf(method, recipe),
      batches,
      optimizer,
      alpha: settings.alpha ?? recipe.alpha[method],
      epochs: settings.epochs,
      seed,
      validate: (trained) => evaluateClassifier(trained, held),
      callbacks: progressBar({ title: titles[method].padEnd(14) }),
      checkpoint: { storage: file(`${settings.out}/${name.join('-')}.safetensors`) },
      resume: settings.resume,
      signal,
      execute,
    });
    if (stopped === 'aborted') throw new Interrupted();
    const some = subset(
      data.test,
      Int32Array.from({ length: Math.min(recipe.boundExamples, data.test.count) }, (_, i) => i),
    );
    return {
      method,
      title: titles[method],
      model,
      history,
      seconds: history.at(-1)?.seconds ?? 0,
      test: await evaluateClassifier(model, data.test),
      elbo: (await evaluateElbo(model, some, { seed })).elbo,
    };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    execute.dispose();
    optimizer.dispose();
    batches.dispose?.();
  }
}
