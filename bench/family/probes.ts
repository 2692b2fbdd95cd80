/** Classifiers that learn from few labeled features: a linear one, the nearest neighbors, and a support vector machine. */
import {
  argMax,
  div,
  matMul,
  mean,
  mul,
  oneHot,
  reshape,
  square,
  sub,
  sum,
  type Tensor2D,
  tensor2d,
  tidy,
  topk,
} from '@tensorflow/tfjs-core';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { type Dataset, fitSoftmaxClassifier, predict } from 'ssvae';
import { svmAccuracy } from '../study/shared/svm';

/** Features of a data set, N × `width` in rows. */
export interface Features {
  readonly width: number;
  readonly values: Float32Array;
}

/** Features that a classifier learns from, and others that it is tested on. */
export interface Split {
  readonly train: Features;
  readonly test: Features;
}

/** Test accuracy of each classifier. */
export interface ProbeScores {
  readonly linear: number;
  readonly neighbors: number;
  readonly svm: number;
}

/** The neighbors that vote. */
const NEIGHBORS = 5;

/** C of the machine; γ is 1 / the total variance of the features (docs/results.md, M1 and a support vector machine). */
const COST = 3;

const rowsOf = ({ width, values }: Features, indices: ArrayLike<number>): Features => ({
  width,
  values: Float32Array.from(
    Array.from(indices).flatMap((i) => [...values.subarray(i * width, (i + 1) * width)]),
  ),
});

const listsOf = ({ width, values }: Features): number[][] =>
  Array.from({ length: values.length / width }, (_, i) => [...values.subarray(i * width, (i + 1) * width)]);

const tensorOf = ({ width, values }: Features): Tensor2D => tensor2d(values, [values.length / width, width]);

const shareOf = (guesses: ArrayLike<number>, y: ArrayLike<number>): number =>
  Array.from(guesses).filter((guess, i) => guess === y[i]).length / y.length;

/** Variance of the features, summed over the columns. */
function totalVariance({ width, values }: Features): number {
  const count = values.length / width;
  let total = 0;
  for (let column = 0; column < width; column++) {
    let [first, second] = [0, 0];
    for (let i = column; i < values.length; i += width) {
      first += values[i] as number;
      second += (values[i] as number) ** 2;
    }
    total += second / count - (first / count) ** 2;
  }
  return total;
}

/** The class that most of the nearest labeled examples have, by Euclidean distance. */
function byNeighbors(
  learn: Features,
  labels: readonly number[],
  test: Features,
  classes: number,
): ArrayLike<number> {
  const guesses = tidy(() => {
    const [from, to] = [tensorOf(learn), tensorOf(test)];
    // |a − b|² without |a|², which is the same for all b.
    const nearness = sub(mul(matMul(to, from, false, true), 2), sum(square(from), 1));
    const { indices } = topk(nearness, NEIGHBORS);
    const votes = oneHot(
      Int32Array.from(indices.dataSync(), (i) => labels[i] as number),
      classes,
    );
    return argMax(sum(reshape(votes, [-1, NEIGHBORS, classes]), 1), 1);
  });
  const found = guesses.dataSync();
  guesses.dispose();
  return found;
}

/**
 * Tests each classifier on all test examples.
 *
 * @param labeled the training examples whose classes are known
 */
export async function probe(
  { train, test }: Split,
  labeled: Int32Array,
  data: Dataset,
  held: Dataset,
): Promise<ProbeScores> {
  const learn = rowsOf(train, labeled);
  const y = Array.from(labeled, (i) => data.y[i] as number);
  const linear = fitSoftmaxClassifier(learn.values, y, { classes: data.classes });
  const { labels } = await predict(linear, test.values);
  linear.dispose();
  const settings = { cost: COST, gamma: 1 / totalVariance(train) };
  return {
    linear: shareOf(labels, held.y),
    neighbors: shareOf(byNeighbors(learn, y, test, data.classes), held.y),
    svm: svmAccuracy(
      { features: listsOf(learn), labels: y },
      { features: listsOf(test), labels: Array.from(held.y) },
      settings,
    ),
  };
}

/** Pixels as they are, from 0 to 1. */
export const pixelsOf = ({ x, shape }: Dataset): Features => ({
  width: shape.reduce((size, axis) => size * axis, 1),
  values: Float32Array.from(x, (value) => value / 255),
});

/** The first principal components of the training features. */
export function principalComponents({ train, test }: Split, components: number): Split {
  const { width, values } = train;
  const count = values.length / width;
  const covariance = tidy(() => {
    const all = tensorOf(train);
    const centered = sub(all, mean(all, 0));
    return div(
      matMul<Tensor2D>(centered as Tensor2D, centered as Tensor2D, true),
      count,
    ).arraySync() as number[][];
  });
  const { eigenvectorMatrix } = new EigenvalueDecomposition(new Matrix(covariance), {
    assumeSymmetric: true,
  });
  // Eigenvalues ascend.
  const axes = eigenvectorMatrix.subMatrix(0, width - 1, width - components, width - 1);
  const projected = (features: Features): Features => ({
    width: components,
    values: tidy(() => matMul(tensorOf(features), tensor2d(axes.to2DArray())).dataSync() as Float32Array),
  });
  return { train: projected(train), test: projected(test) };
}
