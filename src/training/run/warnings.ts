/** Warns of runs whose classifier falls behind the labels alone: unlabeled data do not always help. */
import { sizeOf } from '../../core/shape';
import { isRecord } from '../../files/json';
import type { Model } from '../../models/model';
import type { HistoryRow } from '../history';
import type { RunSettings } from '../settings';
import type { Listener, Run } from './run';

/** Steps below which a plain bound has not caught up with the labels. */
const FEW_STEPS = 300;

/** α below which the bound of an example of many values outweighs few labels. */
const SMALL_ALPHA = 10;

/** Values of an example from which on its bound is large beside log q(y|x). */
const MANY_VALUES = 100;

/** Labeled examples of a class that are few. */
const FEW_LABELS = 50;

/** Epochs in a row that the cross-entropy is high for. */
const EPOCHS = 3;

/** A rise of the cross-entropy, as a share of log K, the cross-entropy of a guess. */
const RISE = 0.5;

/** Whether an objective is the bound alone, at its full weight: nothing keeps the labels from its pull. */
const isPlain = (spec: unknown): boolean =>
  isRecord(spec) &&
  spec.objective === 'semiSupervised' &&
  spec.boundWeight === 1 &&
  spec.mutualInformationWeight === 0 &&
  !isRecord(spec.consistency);

/**
 * Whether length, α and data cannot be right for each other.
 *
 *   objective   the bound alone, `semiSupervised()`, on labeled and unlabeled examples
 *   data        at least 100 values an example, at most 50 labels a class
 *   length      fewer than 300 steps
 *   α           a number below 10, relative to a labeled example's bound
 *
 * In development trials `semiSupervised()` at its defaults ended 7 to 15 points below the labels alone on images, embeddings and
 * words, such as 67 for 82 % on digits of 784 values after 90 steps at α = 1. On a table of 30 columns it did not, nor with α = 50
 * on nine of ten sets, nor with the terms of `regularized`.
 */
const misfit = <M extends Model>({
  model,
  objective,
  batches,
  epochs,
  weights,
}: RunSettings<M>): string | undefined => {
  const { labeled, unlabeled } = batches.counts;
  const { crossEntropy } = weights;
  const steps = epochs * batches.stepsPerEpoch;
  if (typeof objective !== 'function' || !isPlain(objective.spec)) return undefined;
  if (typeof crossEntropy !== 'number' || labeled === 0 || unlabeled === 0) return undefined;
  const alpha = crossEntropy / weights.labeled;
  const few = labeled <= FEW_LABELS * (model.classes ?? 1);
  if (!few || steps >= FEW_STEPS || alpha >= SMALL_ALPHA || sizeOf(model.inputShape) < MANY_VALUES)
    return undefined;
  return `train: ${steps} steps at alpha ${Number(alpha.toPrecision(3))} are few for the bound alone on ${labeled} labels: the classifier often ends below that of supervised(). Take fit(), regularized(), alpha of ${SMALL_ALPHA} and more, or ${FEW_STEPS} steps and more`;
};

/** Classes from which on the exact sum is a multiple of what one relaxed label costs: 20 times at 100 (docs/performance.md). */
const MANY_CLASSES = 50;

/** Whether the exact sum goes over many classes: the decoder runs once for each. */
const manyClasses = <M extends Model>({ model, objective, batches }: RunSettings<M>): string | undefined => {
  const { classes = 0 } = model;
  const spec = typeof objective === 'function' ? objective.spec : undefined;
  const exact = isRecord(spec) && spec.labelHandling === 'enumerate';
  if (!exact || classes < MANY_CLASSES || batches.counts.unlabeled === 0) return undefined;
  return `train: the exact sum over ${classes} classes decodes each unlabeled example ${classes} times. labelHandling: 'gumbel' decodes it once`;
};

/** Readings whose numbers are learned from data: means, deviations, levels, words. */
const LEARNED_READINGS: readonly string[] = ['columns', 'vectors', 'text'];

/** Whether a model reads raw inputs by what it learned of other data, and these do not say how they were read. */
const unread = <M extends Model>({ model, batches }: RunSettings<M>): string | undefined => {
  const { input } = model;
  if (input === undefined || batches.input !== undefined || !LEARNED_READINGS.includes(input.kind))
    return undefined;
  return `train: the model reads raw inputs as ${input.kind}, and the data do not say how theirs were read: they are used as they are. Read them with input: model.input`;
};

/** Whether a column is high in each of the last epochs. */
const isHigh = (history: readonly HistoryRow[], column: string, above: number): boolean =>
  history.length >= EPOCHS && history.slice(-EPOCHS).every((row) => (row[column] ?? 0) > above);

/**
 * Whether the classifier gets worse on the labeled examples: their cross-entropy has been above that of a guess, log K, for three
 * epochs, or above its lowest mean of an epoch by half of log K.
 */
const decline = <M extends Model>(
  { model }: RunSettings<M>,
  history: readonly HistoryRow[],
): string | undefined => {
  const column = 'labeled.crossEntropy';
  const last = history.at(-1);
  const now = last?.[column];
  if (now === undefined || !Object.keys(last ?? {}).some((name) => name.startsWith('unlabeled.')))
    return undefined;
  const guess = Math.log(model.classes ?? 2);
  const best = Math.min(...history.map((row) => row[column] ?? Number.POSITIVE_INFINITY));
  const worse = isHigh(history, column, best + RISE * guess)
    ? `has risen to ${now.toFixed(2)} nats from ${best.toFixed(2)}`
    : isHigh(history, column, guess)
      ? `is ${now.toFixed(2)} nats, above the ${guess.toFixed(2)} of a guess`
      : undefined;
  return (
    worse &&
    `train: labeled.crossEntropy ${worse}: the unlabeled examples outweigh the labels. Raise alpha, lower boundWeight, or compare with supervised()`
  );
};

/**
 * Warns before the first step where the data do not say that they were read as the model reads raw inputs, and where the exact sum
 * goes over many classes. Warns once in a run:
 * before the first step where its length, α and data do not fit each other, or after an epoch where the classifier gets worse
 * on the labeled examples.
 */
export function createWarnings<M extends Model>(run: Run, settings: RunSettings<M>): Listener {
  let warned = false;
  const warn = async (warning: string | undefined): Promise<void> => {
    if (warning === undefined || warned) return;
    warned = true;
    await settings.onWarning(warning);
  };
  return {
    async begin() {
      if (run.progress.step > 0) return;
      const read = unread(settings);
      if (read !== undefined) await settings.onWarning(read);
      const sum = manyClasses(settings);
      if (sum !== undefined) await settings.onWarning(sum);
      await warn(misfit(settings));
    },
    epochEnd: () => warn(decline(settings, run.progress.history)),
  };
}
