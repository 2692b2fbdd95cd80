/** Fits a model to few labels and much unlabeled data, and says what the unlabeled data were worth. */
import { plainOf, recordOf } from '../../core/assert';
import { messageOf } from '../../core/messageOf';
import { sizeOf } from '../../core/shape';
import type { Dataset } from '../../data/dataset';
import { assertDataset, subset } from '../../data/gather';
import { type ClassifierEvaluation, evaluateClassifier } from '../../evaluation/classifier';
import { assertClassified } from '../../models/data';
import { createM2, type M2 } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import { assignVariables, readTensors } from '../../models/modelFile';
import { withTemperature } from '../../models/temperature';
import type { HistoryRow } from '../history';
import { type CrossValidation, choose, crossValidate, type FitChoice, meanOf, WEIGHTS } from './compare';
import { distill, distillSteps } from './distill';
import { type FitSource, type Learned, learn, probabilitiesOf, shownBy, type Task } from './learn';
import { neighborsOf } from './neighbors';
import { type FitOptions, fitSettings } from './options';
import type { Recipe } from './recipe';

/** What a fit tried, found and chose. */
export interface FitReport<M extends SemiSupervisedVae = SemiSupervisedVae> {
  /** the model, trained */
  readonly model: M;
  /** what the model's predictions are those of */
  readonly chosen: FitChoice;
  /** why, in a sentence */
  readonly why: string;
  /** how the choices fared on labeled examples that they were not trained on; absent where there are too few */
  readonly crossValidation?: CrossValidation;
  /** the model on the held-back examples of the split, and the labels alone on the same; absent without such */
  readonly heldBack?: {
    /** the fitted model, at the temperature that it has */
    readonly model: ClassifierEvaluation;
    /** the run on the labels alone */
    readonly labelsAlone: ClassifierEvaluation;
  };
  /** the settings of the runs */
  readonly recipe: Recipe;
  /** means of the terms by epoch, of the run on all labels and the unlabeled data, and of that on the labels alone */
  readonly history: Readonly<Record<FitSource, readonly HistoryRow[]>>;
}

/** A model for the data, where none is given: M2 with ten latent dimensions and one hidden layer. */
const modelFor = (data: Dataset, { seed = 0 }: FitOptions): M2 => {
  const isImage = data.shape.length === 3;
  return createM2({
    data,
    latent: 10,
    nets: { preset: 'mlp', widths: [isImage && sizeOf(data.shape) > 200 ? 500 : 128] },
    seed,
  });
};

const isModel = (given: object): given is SemiSupervisedVae => 'variables' in given;

/**
 * Fits a model to few labels and much unlabeled data.
 *
 * It trains the model twice from the weights that it has: on the labels alone, and on all data. A third opinion spreads the labels
 * along nearest neighbors. The classifier ends with the weighted mean of all three, which it learns from all examples. Where there
 * are enough labels, cross-validation may leave out the neighbors, or all but one of the runs. q(z|x) and p(x|z,y) are those of
 * all data. The report says what was chosen and why.
 *
 * A second call goes on from the weights of the first: with more labels, more data or another rate. A temperature is that of the
 * weights before: `calibrate` again.
 *
 * @param model made for the data, such as `createM2({ data })`; trained in place. Leave it out, and `fit(data, options)` makes one
 * @param data a data set of which some classes are known
 * @param options seed, split, and settings in place of those of {@link recipeOf}
 * @returns the model, and what was tried, found and chosen
 * @throws TypeError or RangeError naming argument and value, before the first step
 * @example (await fit(model, data, { seed: 1 })).chosen // such as 'mean of all'
 */
export function fit<M extends SemiSupervisedVae>(
  model: M,
  data: Dataset,
  options?: FitOptions,
): Promise<FitReport<M>>;
/**
 * Fits a new model to the data: M2 with ten latent dimensions and one hidden layer.
 *
 * @param data a data set of which some classes are known
 * @param options seed, split, and settings in place of those of {@link recipeOf}
 * @returns the model, and what was tried, found and chosen; dispose the model when you are done
 * @throws TypeError or RangeError naming argument and value, before the first step
 * @example (await fit(data, { seed: 1 })).chosen // such as 'mean of all'
 */
export function fit(data: Dataset, options?: FitOptions): Promise<FitReport<M2>>;
export async function fit(
  first: SemiSupervisedVae | Dataset,
  second: Dataset | FitOptions = {},
  third: FitOptions = {},
): Promise<FitReport> {
  if (isModel(recordOf('fit', first, 'model')))
    return fitted(first as SemiSupervisedVae, second as Dataset, third);
  assertDataset('fit', first as Dataset);
  plainOf('fit', second, 'options');
  assertClassified('fit', first as Dataset);
  const model = modelFor(first as Dataset, second as FitOptions);
  try {
    return await fitted(model, first as Dataset, second as FitOptions);
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/**
 * Takes a step of each run and evaluates the held-back examples, so that what does not fit is found before the first run. The
 * weights change.
 *
 * @throws what the runs would throw, in the name of `fit`
 */
async function tryOut<M extends SemiSupervisedVae>(task: Task<M>, test: Dataset | undefined): Promise<void> {
  const once: Task<M> = {
    ...task,
    recipe: { ...task.recipe, steps: 1 },
    execute: undefined,
    onStep: () => undefined,
  };
  try {
    for (const source of ['labels and unlabeled data', 'labels alone'] as const) await learn(source, once);
    if (test) await evaluateClassifier(task.model, test);
  } catch (cause) {
    const message = messageOf(cause).replace(/^(train|createBatches|evaluateClassifier): /, 'fit: ');
    if (cause instanceof TypeError) throw new TypeError(message, { cause });
    throw cause instanceof RangeError ? new RangeError(message, { cause }) : cause;
  }
}

/** The runs, the choice, and the model that comes of them. */
async function fitted<M extends SemiSupervisedVae>(
  model: M,
  data: Dataset,
  options: FitOptions,
): Promise<FitReport<M>> {
  const { folds, onProgress, ...settings } = fitSettings(model, data, options);
  // A temperature is that of the weights before.
  const raw = model.temperature === undefined ? model : withTemperature(model, 1);
  const { split, recipe } = settings;
  const total = 2 * (folds + 1) * recipe.steps + distillSteps(recipe);
  let done = 0;
  const task: Task<M> = {
    ...settings,
    model: raw,
    data,
    onStep: () => onProgress?.({ done: ++done, total }),
  };
  const former = await readTensors(raw.variables);
  const restore = (weights = former): void => assignVariables('fit', raw.variables, weights);
  const learnOn = (source: FitSource, labeled = split.labeled): Promise<Learned> => {
    restore();
    return learn(source, { ...task, split: { ...split, labeled } });
  };
  const held = split.test?.length ? split.test : split.validation;
  const test = held?.length ? subset(data, held) : undefined;
  try {
    await tryOut(task, test);
    restore();
    const neighbors = await neighborsOf(task);
    const compared = folds > 0 ? await crossValidate(task, folds, neighbors, learnOn) : undefined;
    const decision = choose(compared?.outcomes);
    const examples = subset(data, shownBy(split));

    const alone = await learnOn('labels alone');
    const labelsAlone = test && (await evaluateClassifier(raw, test));
    const ofAlone = await probabilitiesOf(raw, examples);
    const both = await learnOn('labels and unlabeled data');
    if (decision.chosen !== 'labels and unlabeled data') {
      const opinions = {
        'labels alone': ofAlone,
        'labels and unlabeled data': await probabilitiesOf(raw, examples),
        neighbors: await neighbors.spread(split.labeled),
      };
      await distill(task, meanOf(opinions, WEIGHTS[decision.chosen]));
    }
    return {
      model,
      ...decision,
      ...(compared && { crossValidation: compared.validation }),
      ...(test && labelsAlone && { heldBack: { model: await evaluateClassifier(model, test), labelsAlone } }),
      recipe,
      history: { [alone.source]: alone.history, [both.source]: both.history } as FitReport['history'],
    };
  } catch (error) {
    restore();
    throw error;
  }
}
