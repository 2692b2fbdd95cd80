/** The mean of the predictions of two runs, in which the surer run counts no more than the other. */
import { posteriorAt } from '../../evaluation/posteriors';

/** log-probabilities of each example; those below 1e-7 are rounding, and count as 1e-7. */
const rowsOf = (probabilities: Float32Array, classes: number): readonly Float64Array[] =>
  Array.from({ length: probabilities.length / classes }, (_, i) =>
    Float64Array.from(probabilities.subarray(i * classes, (i + 1) * classes), (p) =>
      Math.log(Math.max(p, 1e-7)),
    ),
  );

/** softmax(l / T) of each row, and its entropy. */
const at = (rows: readonly Float64Array[], temperature: number) =>
  rows.map((row) => posteriorAt(row.map((logProb) => logProb / temperature)));

const meanEntropy = (posteriors: readonly { readonly entropy: number }[]): number =>
  posteriors.reduce((sum, { entropy }) => sum + entropy / posteriors.length, 0);

/** The temperature from 1/20 to 20 at which the mean entropy is the given one, by bisection: entropy grows with T. */
const temperatureOf = (rows: readonly Float64Array[], entropy: number): number => {
  let [low, high] = [1 / 20, 20];
  for (let i = 0; i < 30; i++) {
    const middle = Math.sqrt(low * high);
    if (meanEntropy(at(rows, middle)) < entropy) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
};

/**
 * Mean of the probabilities of two runs, of which the second is first made as sure as the first.
 *
 *   ½ p + ½ softmax(log q / T),   T such that the mean entropies are equal: Σ_n H(q_T,n) = Σ_n H(p_n)
 *
 * Training with unlabeled data drives probabilities to 0 and 1, right or wrong. Without T that run would decide alone.
 *
 * @param first p, rows of K
 * @param second q, rows of K
 * @param classes K
 */
export function equalMean(first: Float32Array, second: Float32Array, classes: number): Float32Array {
  const sureness = meanEntropy(at(rowsOf(first, classes), 1));
  const rows = rowsOf(second, classes);
  const mean = Float32Array.from(first);
  for (const [n, { logProbs }] of at(rows, temperatureOf(rows, sureness)).entries())
    for (const [k, logProb] of logProbs.entries())
      mean[n * classes + k] = ((first[n * classes + k] as number) + Math.exp(logProb)) / 2;
  return mean;
}
