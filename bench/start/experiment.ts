/** One method, trained and measured. */
import { join } from 'node:path';
import {
  type Aae,
  type Callbacks,
  type ClassifierEvaluation,
  createAdam,
  createBatches,
  type Dataset,
  type Executor,
  evaluateClassifier,
  evaluateElbo,
  type GenerativeClassifier,
  type HistoryRow,
  loadModel,
  type Objective,
  type Phase,
  type SemiSupervisedVae,
  type Storage,
  saveModel,
  splitDataset,
  subset,
  train,
} from 'ssvae';
import { type BackendName, file, progressBar, type RunContext } from 'ssvae/node';
import { backendTraits } from '../../src/host/backendTraits';
import { performRun } from '../../src/node/program/perform';
import { forgetRun } from '../../src/node/program/results';
import { nameOf } from '../../src/node/program/settings';
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
  readonly backend: BackendName;
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

/** What a run of one method depends on. */
export type MethodSettings = Pick<
  Settings,
  'dataset' | 'labels' | 'model' | 'nets' | 'epochs' | 'alpha' | 'seed' | 'backend'
> & { readonly method: Method; readonly recipe: Recipe };

/** The settings of a method's run. */
export const settingsOfMethod = (
  method: Method,
  settings: Settings,
  backend: BackendName,
): MethodSettings => {
  const { dataset, labels, model, nets, epochs, alpha, seed } = settings;
  return { dataset, labels, model, nets, epochs, alpha, seed, method, recipe: recipeOf(settings), backend };
};

/** Where a run leaves its model. */
const modelFile = (study: string, name: string): Storage =>
  file(join(study, 'models', `${name}.safetensors`));

/** What a run measures. */
type Measured = Pick<Outcome, 'history' | 'seconds' | 'test' | 'elbo'>;

/**
 * Trains one method and measures it on the test set. Its model is left in the folder `models`.
 *
 * @returns `undefined` where the signal ended the training; a checkpoint has been written
 */
export async function trainMethod(
  settings: MethodSettings,
  { execute, ...data }: Pick<Experiment, 'train' | 'test' | 'execute'>,
  { name, study, storage, signal }: RunContext,
  callbacks: Callbacks,
): Promise<Measured | undefined> {
  const { method, recipe, seed, epochs, labels, alpha } = settings;
  const { inputShape, classes } = { inputShape: data.train.shape, classes: data.train.classes };
  const model = modelOf(settings.model).create({ inputShape, classes, seed }, settings.nets);
  const split = splitDataset(data.train, { labeled: labels, validation: recipe.validation, seed });
  const batches = createBatches({
    dataset: data.train,
    split,
    batchSize: recipe.batchSize,
    seed,
    // To a GPU each batch would have to travel.
    resident: !backendTraits().readsAtOnce,
  });
  const held = subset(data.train, split.validation);
  const { used, ...training } = trainingOf(method, model, recipe);
  try {
    const { history, stopped } = await train(model as never, {
      ...training,
      batches,
      alpha: alpha ?? recipe.alpha[method],
      epochs,
      seed,
      validate: (trained) => evaluateClassifier(trained, held),
      callbacks,
      checkpoint: { storage },
      resume: true,
      signal,
      execute,
    });
    if (stopped === 'aborted') return undefined;
    const some = subset(
      data.test,
      Int32Array.from({ length: Math.min(recipe.boundExamples, data.test.count) }, (_, i) => i),
    );
    await saveModel(model, modelFile(study, name));
    return {
      history,
      seconds: history.at(-1)?.seconds ?? 0,
      test: await evaluateClassifier(model, data.test),
      ...(hasBound(model) && { elbo: (await evaluateElbo(model, some, { seed })).elbo }),
    };
  } finally {
    model.dispose();
    execute.dispose();
    for (const optimizer of used) optimizer?.dispose();
    batches.dispose?.();
  }
}

/**
 * The run of one method: done before, gone on with, or begun anew where the flags do not say `--resume`.
 *
 * @throws Interrupted when the signal ended the training; a checkpoint has been written
 */
export async function runMethod(
  method: Method,
  { settings, backend, signal, ...experiment }: Experiment,
): Promise<Outcome> {
  const { out: study, resume } = settings;
  const own = settingsOfMethod(method, settings, backend);
  const name = nameOf(own);
  if (!resume) await forgetRun(study, name);
  const title = titleOf(method, settings.model);
  const result = await performRun<MethodSettings>(
    (run, context) => trainMethod(run, experiment, context, progressBar({ title: title.padEnd(14) })),
    own,
    { study, signal, log: () => undefined },
  );
  if (result === undefined) throw new Interrupted();
  const model = (await loadModel(modelFile(study, name))) as GenerativeClassifier;
  return { method, title, model, ...(result as unknown as Measured) };
}
