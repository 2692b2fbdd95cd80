/** Whether unlabeled data help: cross-validation over the labels. */
import { indexOfLargest, UNKNOWN_CLASS } from '../../core/labels';
import type { Dataset } from '../../data/dataset';
import { dividedInto } from '../../data/folds';
import { subset } from '../../data/gather';
import type { SemiSupervisedVae } from '../../models/model';
import { type FitSource, type Learned, probabilitiesOf, type Task } from './learn';

/** Which predictions a model ends with: those of one run, or the mean of both. */
export type FitChoice = FitSource | 'mean of both';

/** The choices, in the order of tables. */
const CHOICES: readonly FitChoice[] = ['labels alone', 'labels and unlabeled data', 'mean of both'];

/** Cross-validation over the labeled examples. */
export interface CrossValidation {
  /** parts that the labeled examples were divided into; each was predicted by runs on the others */
  readonly folds: number;
  /** labeled examples, all predicted once */
  readonly examples: number;
  /** how many of them each choice predicts right */
  readonly right: Readonly<Record<FitChoice, number>>;
}

/** Mean of the probabilities of two runs. */
export const meanOf = (a: Float32Array, b: Float32Array): Float32Array =>
  a.map((value, i) => (value + (b[i] as number)) / 2);

/** The data with the classes of the labeled examples alone. */
const withLabelsOf = (data: Dataset, labeled: Int32Array): Dataset => {
  const y = new Uint8Array(data.count).fill(UNKNOWN_CLASS);
  for (const i of labeled) y[i] = data.y[i] as number;
  return { ...data, y };
};

/**
 * Predicts each labeled example by runs that were trained on the other folds.
 *
 * @param folds number of parts, at least 2
 * @param learnOn trains a run on some of the labeled examples
 */
export async function crossValidate<M extends SemiSupervisedVae>(
  { model, data, split, seed }: Task<M>,
  folds: number,
  learnOn: (source: FitSource, labeled: Int32Array) => Promise<Learned>,
): Promise<{ readonly validation: CrossValidation; readonly outcomes: Outcomes }> {
  const outcomes: Record<FitChoice, boolean[]> = {
    'labels alone': [],
    'labels and unlabeled data': [],
    'mean of both': [],
  };
  const { classes } = data;
  const known = withLabelsOf(data, split.labeled);
  for (const { labeled, validation: held } of dividedInto('fit', known, folds, seed)) {
    const examples = subset(data, held);
    const of = async (source: FitSource): Promise<Float32Array> => {
      await learnOn(source, labeled);
      return probabilitiesOf(model, examples);
    };
    const alone = await of('labels alone');
    const both = await of('labels and unlabeled data');
    for (const [choice, probabilities] of [
      ['labels alone', alone],
      ['labels and unlabeled data', both],
      ['mean of both', meanOf(alone, both)],
    ] as const)
      for (let i = 0; i < held.length; i++)
        outcomes[choice].push(
          indexOfLargest(probabilities.subarray(i * classes, (i + 1) * classes)) === examples.y[i],
        );
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

/** How often one choice is right where the other is wrong, less the reverse, in standard deviations of chance. */
const certaintyOf = (one: readonly boolean[], other: readonly boolean[]): number => {
  const wins = one.filter((right, i) => right && !other[i]).length;
  const losses = one.filter((right, i) => !right && other[i]).length;
  return (wins - losses) / Math.sqrt(Math.max(1, wins + losses));
};

/**
 * The choice, and why: the mean of both, unless the run on all data is right so much more often than the labels alone that chance
 * does not explain it, or the mean is right less often than the labels alone by more than chance as a rule makes it.
 */
export function choose(outcomes: Outcomes | undefined): { readonly chosen: FitChoice; readonly why: string } {
  if (outcomes === undefined)
    return {
      chosen: 'mean of both',
      why: 'there are too few labels to compare the two: the mean of both keeps most of the gain, and halves the harm',
    };
  const over = (choice: FitChoice): number => certaintyOf(outcomes[choice], outcomes['labels alone']);
  const measured = (certainty: number): string => `${certainty.toFixed(1)} standard deviations of chance`;
  const [gain, harm] = [over('labels and unlabeled data'), over('mean of both')];
  if (gain > HELPS)
    return { chosen: 'labels and unlabeled data', why: `unlabeled data help: ${measured(gain)}` };
  if (harm < -HARMS)
    return { chosen: 'labels alone', why: `unlabeled data harm the mean of both: ${measured(harm)}` };
  return { chosen: 'mean of both', why: `the difference is small: ${measured(gain)}` };
}
