/** Whether unlabeled data help: cross-validation over the labels. */
import { indexOfLargest, UNKNOWN_CLASS } from '../../core/labels';
import type { Dataset } from '../../data/dataset';
import { dividedInto } from '../../data/folds';
import { subset } from '../../data/gather';
import type { SemiSupervisedVae } from '../../models/model';
import { type FitSource, type Learned, probabilitiesOf, type Task } from './learn';
import type { Neighbors } from './neighbors';

/** Which predictions a model ends with: those of one run, the mean of both, or the weighted mean of both and of label spreading. */
export type FitChoice = FitSource | 'mean of both' | 'mean of all';

/** Cross-validation over the labeled examples. */
export interface CrossValidation {
  /** parts that the labeled examples were divided into; each was predicted by runs on the others */
  readonly folds: number;
  /** labeled examples, all predicted once */
  readonly examples: number;
  /** how many of them each choice predicts right */
  readonly right: Readonly<Record<FitChoice, number>>;
}

/** Probabilities of the same examples by each, in rows of K. */
export interface Opinions {
  readonly 'labels alone': Float32Array;
  readonly 'labels and unlabeled data': Float32Array;
  /** label spreading */
  readonly neighbors: Float32Array;
}

/** What each opinion counts in a mean. */
export type Weights = Readonly<Record<keyof Opinions, number>>;

/**
 * What each choice is the mean of. The weights of the mean of all were chosen on splits other than those of docs/results.md: more of
 * the run on all data, or of the neighbors, gains more and loses more often.
 */
export const WEIGHTS: Readonly<Record<FitChoice, Weights>> = {
  'labels alone': { 'labels alone': 1, 'labels and unlabeled data': 0, neighbors: 0 },
  'labels and unlabeled data': { 'labels alone': 0, 'labels and unlabeled data': 1, neighbors: 0 },
  'mean of both': { 'labels alone': 0.5, 'labels and unlabeled data': 0.5, neighbors: 0 },
  'mean of all': { 'labels alone': 0.34, 'labels and unlabeled data': 0.24, neighbors: 0.42 },
};

/** The choices, in the order of tables. */
const CHOICES = Object.keys(WEIGHTS) as readonly FitChoice[];

/** Their weighted mean. */
export const meanOf = (opinions: Opinions, weights: Weights): Float32Array =>
  opinions.neighbors.map((_, i) =>
    (Object.keys(weights) as (keyof Opinions)[]).reduce(
      (sum, name) => sum + weights[name] * (opinions[name][i] as number),
      0,
    ),
  );

/** Some rows of K. */
const rowsAt = (rows: Float32Array, places: Int32Array, classes: number): Float32Array =>
  Float32Array.from(
    Array.from(places, (place) => [...rows.subarray(place * classes, (place + 1) * classes)]).flat(),
  );

/** The data with the classes of the labeled examples alone. */
const withLabelsOf = (data: Dataset, labeled: Int32Array): Dataset => {
  const y = new Uint8Array(data.count).fill(UNKNOWN_CLASS);
  for (const i of labeled) y[i] = data.y[i] as number;
  return { ...data, y };
};

/**
 * Predicts each labeled example by what is learned from the other folds.
 *
 * @param folds number of parts, at least 2
 * @param neighbors of the training examples
 * @param learnOn trains a run on some of the labeled examples
 */
export async function crossValidate<M extends SemiSupervisedVae>(
  { model, data, split, seed }: Task<M>,
  folds: number,
  neighbors: Neighbors,
  learnOn: (source: FitSource, labeled: Int32Array) => Promise<Learned>,
): Promise<{ readonly validation: CrossValidation; readonly outcomes: Outcomes }> {
  const outcomes: Record<FitChoice, boolean[]> = {
    'labels alone': [],
    'labels and unlabeled data': [],
    'mean of both': [],
    'mean of all': [],
  };
  const { classes } = data;
  const known = withLabelsOf(data, split.labeled);
  // Of the examples of `shownBy`, the labeled come first.
  const places = new Map(Array.from(split.labeled, (example, place) => [example, place]));
  for (const { labeled, validation: held } of dividedInto('fit', known, folds, seed)) {
    const examples = subset(data, held);
    const of = async (source: FitSource): Promise<Float32Array> => {
      await learnOn(source, labeled);
      return probabilitiesOf(model, examples);
    };
    const opinions: Opinions = {
      'labels alone': await of('labels alone'),
      'labels and unlabeled data': await of('labels and unlabeled data'),
      neighbors: rowsAt(
        await neighbors.spread(labeled),
        held.map((i) => places.get(i) as number),
        classes,
      ),
    };
    for (const choice of CHOICES) {
      const predicted = meanOf(opinions, WEIGHTS[choice]);
      for (let i = 0; i < held.length; i++)
        outcomes[choice].push(
          indexOfLargest(predicted.subarray(i * classes, (i + 1) * classes)) === examples.y[i],
        );
    }
  }
  const right = Object.fromEntries(
    CHOICES.map((choice) => [choice, outcomes[choice].filter(Boolean).length]),
  ) as Record<FitChoice, number>;
  return { validation: { folds, examples: outcomes['labels alone'].length, right }, outcomes };
}

/** Whether each labeled example was predicted right. */
export type Outcomes = Readonly<Record<FitChoice, readonly boolean[]>>;

/** Standard deviations by which unlabeled data must help to be trusted alone (McNemar 1947). */
const HELPS = 2;

/** Standard deviations by which the mean of both must be worse than the labels alone to be left: a suspicion is enough. */
const HARMS = 1;

/** Standard deviations by which neighbors must better the mean of both to be heard. */
const BETTERS = 1;

/** How often one choice is right where the other is wrong, less the reverse, in standard deviations of chance. */
const certaintyOf = (one: readonly boolean[], other: readonly boolean[]): number => {
  const wins = one.filter((right, i) => right && !other[i]).length;
  const losses = one.filter((right, i) => !right && other[i]).length;
  return (wins - losses) / Math.sqrt(Math.max(1, wins + losses));
};

/**
 * The choice, and why. Without cross-validation, the mean of all. With it, the better of the two means, where the neighbors are to
 * show that they help; in its place the run on all data, where it is right so much more often than the labels alone that chance does
 * not explain it, and as often as the mean; or the labels alone, where the mean is right less often by more than chance as a rule
 * makes it.
 */
export function choose(outcomes: Outcomes | undefined): { readonly chosen: FitChoice; readonly why: string } {
  if (outcomes === undefined)
    return {
      chosen: 'mean of all',
      why: 'there are too few labels to compare: the mean of all keeps most of the gain, and lessens the harm',
    };
  const over = (choice: FitChoice, other: FitChoice = 'labels alone'): number =>
    certaintyOf(outcomes[choice], outcomes[other]);
  const measured = (certainty: number): string => `${certainty.toFixed(1)} standard deviations of chance`;
  const mean = over('mean of all', 'mean of both') > BETTERS ? 'mean of all' : 'mean of both';
  const [gain, gainOfMean] = [over('labels and unlabeled data'), over(mean)];
  if (gain > HELPS && gain >= gainOfMean)
    return { chosen: 'labels and unlabeled data', why: `unlabeled data help: ${measured(gain)}` };
  if (gainOfMean < -HARMS)
    return { chosen: 'labels alone', why: `unlabeled data harm the ${mean}: ${measured(gainOfMean)}` };
  const found = gainOfMean > HELPS ? `the ${mean} helps` : 'the difference is small';
  return { chosen: mean, why: `${found}: ${measured(gainOfMean)}` };
}
