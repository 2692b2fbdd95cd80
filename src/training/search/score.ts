/** How well held-out labels are predicted, and whether one trial is better than another. */
import { indexOfLargest } from '../../core/labels';

/** What a run says of one held-out label. */
export interface Judged {
  /** log q(y|x) at the true class at each temperature, nats */
  readonly logProbs: readonly number[];
  /** whether the likeliest class is the true one */
  readonly right: boolean;
}

/** T by which logits are divided: at 1 the classifier's own, above it less sure. */
const TEMPERATURES = [1, 1.5, 2, 3, 5, 8, 16, 32];

/** Probabilities below are as good as this: float32 knows no smaller. */
const LEAST_PROBABILITY = 1e-37;

/**
 * What probabilities say of a label.
 *
 *   log q_T(y|x) = log q(y|x) / T − log Σ_k q(k|x)^{1/T}
 */
export function judge(probabilities: Float32Array, label: number): Judged {
  const logs = Array.from(probabilities, (p) => Math.log(Math.max(p, LEAST_PROBABILITY)));
  const largest = Math.max(...logs);
  const logProbs = TEMPERATURES.map((temperature) => {
    const mass = logs.reduce((sum, log) => sum + Math.exp((log - largest) / temperature), 0);
    // Six digits: a file of evaluations stays small, and a search that reads it goes on as if it had not stopped.
    return Number((((logs[label] as number) - largest) / temperature - Math.log(mass)).toPrecision(6));
  });
  return { logProbs, right: indexOfLargest(probabilities) === label };
}

/** How a trial did on held-out labels. */
export interface SearchScore {
  /** mean log q_T(y|x) of the held-out labels at their best temperature T ≥ 1, nats; larger is better, 0 is perfect */
  readonly logLikelihood: number;
  /** its standard error over the labels */
  readonly standardError: number;
  /** share of held-out labels that are predicted right */
  readonly accuracy: number;
  /** held-out labels */
  readonly examples: number;
  /** the temperature; far above 1 where the classifier is surer than it is right */
  readonly temperature: number;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Standard error of a mean, infinite of a single value. */
const errorOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length > 1
    ? Math.sqrt(squares / (values.length - 1) / values.length)
    : Number.POSITIVE_INFINITY;
};

const at = (judged: readonly Judged[], t: number): readonly number[] =>
  judged.map(({ logProbs }) => logProbs[t] as number);

const bestTemperature = (judged: readonly Judged[]): number =>
  indexOfLargest(TEMPERATURES.map((_, t) => meanOf(at(judged, t))));

/**
 * The score of held-out labels.
 *
 * The log-likelihood says more than the accuracy where labels are few: of ten labels the accuracy knows eleven values, and
 * many trials share one. One temperature for all labels of a trial (Guo et al. 2017) keeps it from measuring how sure the classifier
 * is: a penalty on entropies makes it surer, and one wrong label of a sure classifier would outweigh all others.
 */
export function scoreOf(judged: readonly Judged[]): SearchScore {
  const t = bestTemperature(judged);
  const values = at(judged, t);
  return {
    logLikelihood: meanOf(values),
    standardError: errorOf(values),
    accuracy: judged.filter(({ right }) => right).length / judged.length,
    examples: judged.length,
    temperature: TEMPERATURES[t] as number,
  };
}

/** By how much one trial is better than another on the same labels, with the standard error of that. */
export function difference(
  one: readonly Judged[],
  other: readonly Judged[],
): { readonly mean: number; readonly standardError: number } {
  const others = at(other, bestTemperature(other));
  const values = at(one, bestTemperature(one)).map((value, i) => value - (others[i] as number));
  return { mean: meanOf(values), standardError: errorOf(values) };
}
