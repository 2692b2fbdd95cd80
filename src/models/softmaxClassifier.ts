/** A linear classifier of codes: multinomial logistic regression. */

import {
  add,
  dispose,
  matMul,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
  variable,
} from '@tensorflow/tfjs-core';
import { assertEntries, assertNumber, assertNumbers } from '../core/assert';
import { assertClassNames } from '../core/classNames';
import { indexOfLargest, readLabels } from '../core/labels';
import { minimize, type ValueAndSlope } from '../core/lbfgs';
import {
  ABOVE_0,
  FINITE_NUMBER,
  integersFrom,
  number,
  optional,
  readOptions,
  unchecked,
} from '../core/options';
import { assertShapes } from '../core/shape';
import { assertBackend } from '../host/backendTraits';
import type { Classifier } from './model';

/** How the classifier is fitted. */
export interface SoftmaxClassifierOptions {
  /** K; default: one more than the largest label, where that is at most 255 */
  readonly classes?: number;
  /** what the classes are called, a name for each; `predict` gives them. Default none */
  readonly classNames?: readonly string[];
  /** λ, how much large weights cost; default 1 */
  readonly l2?: number;
}

/** A code and its class. */
interface Example {
  readonly code: Float64Array;
  readonly label: number;
}

/** Z and λ. */
interface Ridge {
  readonly width: number;
  readonly l2: number;
}

/** Labels that are counted without K are of a data set's kind, which has at most so many classes. */
const MOST_IMPLIED_CLASSES = 255;

const isFloat32 = (value: number): boolean => Number.isFinite(Math.fround(value));

/** K if the caller does not give it: one more than the largest label. */
const impliedClasses = (where: string, labels: Int32Array): number => {
  const largest = indexOfLargest(labels);
  const classes = Math.max(1, labels[largest] as number) + 1;
  if (classes > MOST_IMPLIED_CLASSES)
    throw new RangeError(
      `${where}: labels[${largest}] is ${classes - 1}, needed at most ${MOST_IMPLIED_CLASSES - 1} without classes: give classes if there are so many`,
    );
  return classes;
};

/** Z, the numbers of a code. */
const widthOf = (where: string, codes: ArrayLike<number>, rows: number): number => {
  const width = codes.length / rows;
  if (!Number.isInteger(width) || width === 0)
    throw new RangeError(
      `${where}: codes hold ${codes.length} numbers, needed a multiple of ${rows}, one row for each label`,
    );
  return width;
};

/**
 * Mean of a column, and a scale at which the objective curves alike in each: its deviation and, where the penalty curves
 * more than the data do, that.
 */
const columnOf = (
  values: readonly number[],
  l2: number,
): { readonly mean: number; readonly scale: number } => {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2 / count, 0);
  return { mean, scale: Math.sqrt(variance + l2 / count) };
};

/** The objective and its slope at weights, a row for each class. Codes end in a 1, for the bias, which has no penalty. */
const lossAt = (
  weights: Float64Array,
  examples: readonly Example[],
  classes: number,
  penalties: readonly number[],
): ValueAndSlope => {
  const size = weights.length / classes;
  const penaltyOf = (i: number): number => penalties[i % size] ?? 0;
  const slope = weights.map((weight, i) => penaltyOf(i) * weight);
  let value = weights.reduce((sum, weight, i) => sum + (penaltyOf(i) / 2) * weight ** 2, 0);
  const logits = new Float64Array(classes);
  for (const { code, label } of examples) {
    for (let k = 0; k < classes; k++) {
      let logit = 0;
      for (let d = 0; d < size; d++) logit += (code[d] as number) * (weights[k * size + d] as number);
      logits[k] = logit;
    }
    const highest = logits[indexOfLargest(logits)] as number;
    const mass = logits.reduce((sum, logit) => sum + Math.exp(logit - highest), 0);
    value += Math.log(mass) + highest - (logits[label] as number);
    for (let k = 0; k < classes; k++) {
      const excess = Math.exp((logits[k] as number) - highest) / mass - (k === label ? 1 : 0);
      for (let d = 0; d < size; d++)
        slope[k * size + d] = (slope[k * size + d] as number) + excess * (code[d] as number);
    }
  }
  return { value: value / examples.length, slope: slope.map((entry) => entry / examples.length) };
};

/** The weights of each class at the minimum, its bias last, by L-BFGS over standardized columns. */
const weightsOf = (
  examples: readonly Example[],
  classes: number,
  { width, l2 }: Ridge,
): readonly Float64Array[] => {
  const columns = Array.from({ length: width }, (_, d) =>
    columnOf(
      examples.map(({ code }) => code[d] as number),
      l2,
    ),
  );
  const standardized = examples.map(({ code, label }): Example => {
    const entries = columns.map(({ mean, scale }, d) => ((code[d] as number) - mean) / scale);
    return { code: Float64Array.from([...entries, 1]), label };
  });
  const penalties = columns.map(({ scale }) => l2 / scale ** 2);
  const size = width + 1;
  const found = minimize(
    (at) => lossAt(at, standardized, classes, penalties),
    new Float64Array(classes * size),
  );
  // w·(z − mean)/scale + b = (w/scale)·z + (b − Σ w·mean/scale)
  return Array.from({ length: classes }, (_, k) => {
    const row = found.slice(k * size, (k + 1) * size);
    for (const [d, { mean, scale }] of columns.entries()) {
      row[d] = (row[d] as number) / scale;
      row[width] = (row[width] as number) - (row[d] as number) * mean;
    }
    return row;
  });
};

/** The classifier softmax(W z + b). */
const linearClassifier = (
  weights: readonly Float64Array[],
  { width, l2, classNames }: Ridge & Pick<SoftmaxClassifierOptions, 'classNames'>,
): Classifier => {
  const description = {
    inputShape: [width],
    classes: weights.length,
    ...(classNames && { classNames: [...classNames] }),
  };
  const rows = weights.map((row) => [...row.subarray(0, width)]);
  const { kernel, bias } = tidy(() => ({
    kernel: variable(tensor2d(rows, [weights.length, width]), false),
    bias: variable(tensor1d(weights.map((row) => row[width] as number)), false),
  }));
  return {
    ...description,
    variables: { kernel, bias },
    spec: { classifier: 'softmax', ...description, l2 },
    classify(x) {
      assertShapes('classify', { x: [x, `B ${width}`, 'float32'] });
      return tidy(() => add(matMul<Tensor2D>(x, kernel, false, true), bias));
    },
    dispose() {
      dispose([kernel, bias]);
    },
  };
};

/**
 * Fits a softmax classifier to codes, such as those that {@link embed} gives of an M1: the second half of Kingma et al. 2014's M1.
 *
 *   minimize  (1/N) [ Σ_n −log softmax(W z_n + b)_{y_n} + ½ λ ‖W‖² ]      over W [K, Z] and b [K]
 *
 * That is scikit-learn's `LogisticRegression(C=1/λ)` for three classes and more. The minimum is one, and found by L-BFGS in
 * float64 from 0, over standardized columns: no seed, the same on every backend, and found at any scale of the codes. λ is of
 * the columns as they are, so what it costs depends on their scale.
 *
 * @param codes N rows of Z numbers in succession
 * @param labels class of each row; those of −1 are left out, and those of {@link UNKNOWN_CLASS} unless there are more classes
 * @param options classes and λ
 * @returns a classifier of codes [B, Z], for `predict` and `evaluateClassifier`; yours to dispose
 * @throws RangeError when the codes do not divide into N rows, a code is not finite, a label is not a class, or none is known
 * @example fitSoftmaxClassifier(await embed(model, dataset.x), dataset.y) // predict(it, await embed(model, other)).labels
 */
export function fitSoftmaxClassifier(
  codes: ArrayLike<number>,
  labels: ArrayLike<number | bigint>,
  options: SoftmaxClassifierOptions = {},
): Classifier {
  const where = 'fitSoftmaxClassifier';
  const {
    classes: given,
    classNames,
    l2,
  } = readOptions(where, options, {
    classes: optional(number(integersFrom(2))),
    // Looked at where the number of classes is known.
    classNames: optional(unchecked<readonly string[]>()),
    l2: number(ABOVE_0, 1),
  });
  assertBackend(where);
  assertNumbers(where, 'codes', codes);
  const classOfRow = readLabels(where, 'labels', labels, labels?.length, given);
  if (!classOfRow.some((label) => label >= 0))
    throw new RangeError(`${where}: labels name no class, needed at least one known label`);
  const classes = given ?? impliedClasses(where, classOfRow);
  if (classNames !== undefined) assertClassNames(where, 'classNames', classNames, classes);
  const width = widthOf(where, codes, labels.length);
  assertEntries(where, 'classes × (width + 1)', classes * (width + 1));
  for (let i = 0; i < codes.length; i++)
    assertNumber(where, `codes[${i}]`, codes[i], FINITE_NUMBER.needed, isFloat32);
  const all = Float64Array.from(codes);
  const examples = Array.from(
    classOfRow,
    (label, row): Example => ({
      code: all.subarray(row * width, (row + 1) * width),
      label,
    }),
  ).filter(({ label }) => label >= 0);
  return linearClassifier(weightsOf(examples, classes, { width, l2 }), { width, l2, classNames });
}
