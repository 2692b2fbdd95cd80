/** Measures generated examples: whether they show the class asked for, how alike they are, and what can be learned from them. */

import { dispose, reshape, type Tensor, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { repeatRows } from '../bounds/everyLabel';
import { assertEntries, assertMethods } from '../core/assert';
import { assertSameNames } from '../core/classNames';
import { formatShape } from '../core/describe';
import type { Noise } from '../core/noise';
import { atOnce } from '../core/notAsync';
import {
  ABOVE_0,
  callable,
  integersFrom,
  number,
  optional,
  readOptions,
  seedStream,
  UNIT_INTERVAL,
  unchecked,
} from '../core/options';
import { assertShapes, sameShape, sizeOf } from '../core/shape';
import type { TokenConditionalVae } from '../models/conditional/token';
import { assertReadsCovariates, covariateRows } from '../models/covariates';
import { assertClassifier, assertModel, readsOtherwise } from '../models/fits';
import { assertLiving } from '../models/living';
import type { Classifier, GenerativeClassifier, Known, Model } from '../models/model';
import { areProbabilities } from '../models/probabilities';
import { fitSoftmaxClassifier } from '../models/softmaxClassifier';
import { evaluateClassifier } from './classifier';
import { type LabeledExamples, openLabeled } from './examples';
import { posteriorAt } from './posteriors';

/** Generated examples with the class that each was generated for. */
export interface GeneratedExamples {
  /** N examples one after another */
  readonly x: Float32Array;
  /** N class indices */
  readonly y: Int32Array;
  /** shape of one example */
  readonly shape: readonly number[];
  /** K */
  readonly classes: number;
}

/** How generated examples are measured. */
export interface EvaluateSamplesOptions {
  /**
   * who says which class an example shows: a classifier, or a function from examples [B, …] to logits [B, K]. Default the
   * model's own classifier, which reads 0 to 5 points too high, and proves nothing about a model trained with
   * `generatedLabels`: for a figure to report, take a classifier with more labels or other nets
   */
  readonly judge?: Classifier | ((x: Tensor, known: Known) => Tensor2D);
  /** examples of each class; default 100 */
  readonly perClass?: number;
  /** probability above which the judge is confident; default 0.9 */
  readonly confidence?: number;
  /** t of z ~ N(0, t² I), as `generate` takes it; default 1 */
  readonly temperature?: number;
  /** covariates that every example is generated with, C numbers; for a model that reads some */
  readonly covariates?: ArrayLike<number>;
  /** real examples with their classes, on which a classifier is tested that has seen generated ones alone; default none */
  readonly real?: LabeledExamples;
  /**
   * makes that classifier of the generated examples, which the function disposes; default {@link fitSoftmaxClassifier} on
   * the values, which needs no seed and is linear: nets of your own get more out of the same examples
   */
  readonly fitClassifier?: (generated: GeneratedExamples) => Classifier | Promise<Classifier>;
  /** seed of the codes */
  readonly seed: number | Noise;
}

/** What is measured of a class, or of all. */
export interface SampleScores {
  /** share of the examples that the judge takes for the class asked for, 0 to 1 */
  readonly fidelity: number;
  /** share that it takes for that class with more than `confidence`, 0 to 1 */
  readonly confident: number;
  /** standard deviation of a value within a class, averaged over the values, in their unit */
  readonly spread: number;
}

/** What {@link evaluateSamples} finds; its own scores are means over the classes. */
export interface SampleEvaluation extends SampleScores {
  /** examples generated, K times `perClass` */
  readonly count: number;
  /** scores by class index */
  readonly byClass: readonly SampleScores[];
  /** accuracy on the real examples of a classifier that was fitted to generated ones; where `real` was given */
  readonly trainedOnSamples?: number;
}

const sampleRules = () => ({
  judge: unchecked<EvaluateSamplesOptions['judge'] | undefined>(),
  perClass: number(integersFrom(2), 100),
  confidence: number(UNIT_INTERVAL, 0.9),
  temperature: number(ABOVE_0, 1),
  // Looked at by `covariateRows`.
  covariates: optional(unchecked<ArrayLike<number>>()),
  real: unchecked<LabeledExamples | undefined>(),
  fitClassifier: optional(callable<NonNullable<EvaluateSamplesOptions['fitClassifier']>>()),
  seed: seedStream(),
});

/**
 * Generates examples of every class, and measures them.
 *
 *   x̂_ki = E[x | z_i, y = k],  z_i ~ p(z)          i = 1 … n, n = `perClass`
 *   fidelity   (1/nK) Σ_k Σ_i [ argmax_y q(y|x̂_ki) = k ]
 *   confident  (1/nK) Σ_k Σ_i [ argmax_y q(y|x̂_ki) = k and q(k|x̂_ki) > confidence ]
 *   spread     (1/K) Σ_k (1/D) Σ_d sd_i( x̂_kid )
 *
 * q(y|x) is the judge. `fidelity` alone is high for a model that draws one good example of each class, so read it beside
 * `spread`, and beside `trainedOnSamples`, which needs both.
 *
 * @param model that generates by class; a judge must be given where it has no classifier of its own
 * @param options judge, numbers of examples, real examples, seed
 * @returns shares and means
 * @throws RangeError when an option is out of its range, or the judge gives logits of another shape or NaN
 * @throws TypeError when the model generates no examples of a class
 * @example (await evaluateSamples(model, { judge, seed: 1 })).fidelity // such as 0.97
 */
export async function evaluateSamples(
  model: GenerativeClassifier | TokenConditionalVae,
  options: EvaluateSamplesOptions,
): Promise<SampleEvaluation> {
  const where = 'evaluateSamples';
  const {
    perClass,
    confidence,
    temperature,
    covariates,
    real,
    seed: noise,
    ...given
  } = readOptions(where, options, sampleRules());
  assertModel<Partial<GenerativeClassifier> & Model>(
    where,
    'model',
    model,
    given.judge ? ['generate'] : ['generate', 'classify'],
  );
  assertLiving(where, model);
  // Refused here, in this function's name, and read once there are samples to learn from.
  if (real !== undefined) await openLabeled(where, real, model);
  const { judge = model as GenerativeClassifier, fitClassifier = (generated) => linearOf(model, generated) } =
    given;
  if (typeof judge !== 'function') assertJudge(where, judge, model);
  if (given.fitClassifier !== undefined && real === undefined)
    throw new RangeError(`${where}: fitClassifier is given without real, needed real examples to test it on`);
  const logitsOf =
    typeof judge === 'function' ? judge : (x: Tensor, known: Known): Tensor2D => judge.classify(x, known);
  assertReadsCovariates(where, model, covariates);
  const knownOfOne = covariateRows(where, model, covariates, 1);
  const { classes, inputShape } = model;
  assertEntries(
    where,
    'perClass × classes × the values of an example',
    perClass * classes * sizeOf(inputShape),
  );
  const byClass: SampleScores[] = [];
  const parts: Float32Array[] = [];
  for (let k = 0; k < classes; k++) {
    const labels = new Array<number>(perClass).fill(k);
    const known = repeated(knownOfOne(0, 1), perClass);
    const x = atOnce(
      where,
      "the model's generate",
      model.generate(labels, noise.split(k), { ...(temperature !== 1 && { temperature }), ...known }),
    );
    try {
      const values = (await x.data()) as Float32Array;
      const judged = await judgedAs(k, classes, x, (examples) => logitsOf(examples, known));
      const right = judged.filter((probability) => probability !== undefined);
      byClass.push({
        fidelity: right.length / perClass,
        confident: right.filter((probability) => probability > confidence).length / perClass,
        spread: spreadOf(values, perClass),
      });
      if (real !== undefined) parts.push(values.slice());
    } finally {
      dispose([x, { ...known }]);
    }
  }
  const meanOf = (name: keyof SampleScores): number =>
    byClass.reduce((total, scores) => total + scores[name], 0) / classes;
  return {
    count: perClass * classes,
    fidelity: meanOf('fidelity'),
    confident: meanOf('confident'),
    spread: meanOf('spread'),
    byClass,
    ...(real !== undefined && {
      trainedOnSamples: await accuracyOn(real, model, await fitClassifier(joined(model, parts))),
    }),
  };
}

/** Refuses a judge of other inputs or classes than the model generates, or that reads raw inputs in another way. */
function assertJudge(where: string, judge: Classifier, model: Model & Partial<Classifier>): void {
  assertClassifier(where, judge, 'judge');
  if (!sameShape(judge.inputShape, model.inputShape) || judge.classes !== model.classes)
    throw new RangeError(
      `${where}: judge classifies ${formatShape(judge.inputShape)} into ${judge.classes}, needed ${formatShape(model.inputShape)} into ${model.classes}, as the model generates`,
    );
  if (readsOtherwise(model, judge.input))
    throw new RangeError(
      `${where}: judge reads ${judge.input.kind} in another way than the model, by another order, other means or levels; needed a judge of data that were read with input: model.input`,
    );
  assertSameNames(where, ['the judge', 'the model'], judge.classNames, model.classNames);
}

/** What is known of one example, as often as there are examples; frees what it is given. */
const repeated = ({ covariates }: Known, count: number): Known => {
  if (covariates === undefined) return {};
  const rows = repeatRows(covariates, count);
  covariates.dispose();
  return { covariates: rows };
};

/** The probability of a class for each example that the judge takes for it; nothing for the others. */
async function judgedAs(
  k: number,
  classes: number,
  x: Tensor,
  logitsOf: (x: Tensor) => Tensor2D,
): Promise<readonly (number | undefined)[]> {
  const where = 'evaluateSamples';
  const rows = x.shape[0] as number;
  const logits = tidy(() => {
    const given = atOnce(where, 'judge', logitsOf(x));
    assertShapes(where, { 'what judge gives': [given, `${rows} ${classes}`, 'float32'] });
    return given;
  });
  try {
    const values = (await logits.data()) as Float32Array;
    if (areProbabilities(values, classes))
      throw new RangeError(
        `${where}: judge gives probabilities, rows of at least 0 that sum to 1, needed logits: leave its softmax out`,
      );
    return Array.from({ length: rows }, (_, i) => {
      const row = values.subarray(i * classes, (i + 1) * classes);
      if (row.some(Number.isNaN))
        throw new RangeError(
          `${where}: the judge’s logits of an example of class ${k} are [${row}], needed numbers`,
        );
      const { mode, confidence } = posteriorAt(row);
      return mode === k ? confidence : undefined;
    });
  } finally {
    logits.dispose();
  }
}

/** Standard deviation of each value over the examples, averaged over the values. */
function spreadOf(values: Float32Array, rows: number): number {
  const size = values.length / rows;
  let total = 0;
  for (let d = 0; d < size; d++) {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < rows; i++) sum += (values[i * size + d] as number) / rows;
    for (let i = 0; i < rows; i++) squares += ((values[i * size + d] as number) - sum) ** 2;
    total += Math.sqrt(squares / rows);
  }
  return total / size;
}

type Generator = Pick<GenerativeClassifier, 'inputShape' | 'classes' | 'likelihood'>;

/** The examples of all classes, class by class. */
const joined = ({ inputShape, classes }: Generator, parts: readonly Float32Array[]): GeneratedExamples => {
  const [{ length } = new Float32Array()] = parts;
  const x = new Float32Array(length * parts.length);
  for (const [k, part] of parts.entries()) x.set(part, k * length);
  const perClass = length / sizeOf(inputShape);
  const y = Int32Array.from({ length: perClass * classes }, (_, i) => Math.floor(i / perClass));
  return { x, y, shape: inputShape, classes };
};

/** A linear classifier of the values, which reads inputs as the model does. */
const linearOf = (
  { inputShape, likelihood }: Generator,
  { x, y, classes }: GeneratedExamples,
): Classifier => {
  const linear = fitSoftmaxClassifier(x, y, { classes });
  const [width = 0] = linear.inputShape;
  const reader: Classifier & Pick<GenerativeClassifier, 'likelihood'> = {
    ...linear,
    inputShape,
    likelihood,
    classify: (inputs) => tidy(() => linear.classify(reshape(inputs, [-1, width]))),
  };
  return reader;
};

const accuracyOn = async (
  real: LabeledExamples,
  { classes }: Generator,
  classifier: Classifier,
): Promise<number> => {
  assertMethods('evaluateSamples', 'what fitClassifier gives', classifier, ['classify', 'dispose']);
  try {
    if (classifier.classes !== classes)
      throw new RangeError(
        `evaluateSamples: fitClassifier gives a classifier of ${classifier.classes} classes, needed ${classes}, as the model has`,
      );
    return (await evaluateClassifier(classifier, real)).accuracy;
  } finally {
    classifier.dispose();
  }
};
