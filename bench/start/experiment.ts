/** One method, trained and measured. */
import {
  type Aae,
  type ClassifierEvaluation,
  createAdam,
  createBatches,
  type Dataset,
  type Executor,
  evaluateClassifier,
  evaluateElbo,
  type GenerativeClassifier,
  type HistoryRow,
  type Objective,
  type Phase,
  type SemiSupervisedVae,
  type Split,
  subset,
  train,
} from 'ssvae';
import { file, progressBar } from 'ssvae/node';
import { backendTraits } from '../../src/host/backendTraits';
import { objectiveOf, type Recipe, recipeOf, titleOf } from './methods';
import { type Method, modelOf, phasesOf } from './models';
import type { Settings } from './settings';
import { Interrupted } from './terminal';

/** What is left of a method when it was run. */
export interface Outcome {
  readonly method: Method;
  readonly title: string;
  readonly model: GenerativeClassifier;
  readonly history: readonly HistoryRow[];
  /** seconds of training, those before an interruption included */
  readonly seconds: number;
  readonly test: ClassifierEvaluation;
  /** exact-sum bound on test examples, nats; absent without a bound */
  readonly elbo?: number;
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

const hasBound = (model: GenerativeClassifier): model is SemiSupervisedVae => 'infer' in model;

/** What trains a model: an objective and its optimizer, or the phases of an adversarial autoencoder with theirs. */
function trainingOf(method: Method, model: GenerativeClassifier, recipe: Recipe) {
  const { learningRate } = recipe;
  if (!hasBound(model)) {
    const objective = phasesOf(method, model as Aae, learningRate);
    return {
      objective: objective as readonly Phase<never>[],
      used: objective.map((phase) => phase.optimizer),
    };
  }
  const optimizer = createAdam({ learningRate });
  return { objective: objectiveOf(method, recipe) as Objective<never>, optimizer, used: [optimizer] };
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
  const model = modelOf(settings.model).create({ inputShape, classes, seed }, settings.nets);
  const title = titleOf(method, settings.model);
  const batches = createBatches({
    dataset: data.train,
    split,
    batchSize: recipe.batchSize,
    seed,
    // To a GPU each batch would have to travel.
    resident: !backendTraits().readsAtOnce,
  });
  const held = subset(data.train, split.validation);
  const own = settings.model === 'm2' ? [] : [settings.model];
  const name = [
    ...own,
    method,
    settings.nets,
    `${settings.labels}labels`,
    `${settings.epochs}epochs`,
    `seed${seed}`,
  ];
  const { used, ...training } = trainingOf(method, model, recipe);
  try {
    const { history, stopped } = await train(model as never, {
      ...training,
      batches,
      alpha: settings.alpha ?? recipe.alpha[method],
      epochs: settings.epochs,
      seed,
      validate: (trained) => evaluateClassifier(trained, held),
      callbacks: progressBar({ title: title.padEnd(14) }),
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
      title,
      model,
      history,
      seconds: history.at(-1)?.seconds ?? 0,
      test: await evaluateClassifier(model, data.test),
      ...(hasBound(model) && { elbo: (await evaluateElbo(model, some, { seed })).elbo }),
    };
  } catch (error) {
    model.dispose();
    throw error;
  } finally {
    execute.dispose();
    for (const optimizer of used) optimizer?.dispose();
    batches.dispose?.();
  }
}
