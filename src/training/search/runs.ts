/** The runs of a search: what they learn from, what they are judged on, and one of them. */
import type { SplitIndices } from '../../core/batch';
import { UNKNOWN_CLASS } from '../../core/labels';
import { messageOf } from '../../core/messageOf';
import type { Noise } from '../../core/noise';
import type { Dataset } from '../../data/dataset';
import { dividedInto } from '../../data/folds';
import { subset } from '../../data/gather';
import type { Storage } from '../../files/storage';
import type { SemiSupervisedVae } from '../../models/model';
import { type FitSource, learn, probabilitiesOf } from '../fit/learn';
import type { Execute } from '../step';
import { type FreshModel, ofTrial } from './freshModels';
import { type Judged, judge } from './score';
import { recipeWith } from './settings';
import type { SearchSettings } from './space';

/** Examples to learn from, and others to be judged on. */
export interface Fold {
  readonly split: SplitIndices;
  /** labeled examples that the run does not see, with their labels or without */
  readonly held: Int32Array;
}

/** Without other data, the labeled examples are seen without their labels too. */
export const withUnlabeled = ({ labeled, unlabeled }: SplitIndices): SplitIndices => ({
  labeled,
  unlabeled: unlabeled.length > 0 ? unlabeled : labeled,
});

/** The labeled examples in parts, each of which is held back in turn. */
export const crossFolds = (
  data: Dataset,
  { labeled, unlabeled }: SplitIndices,
  folds: number,
  seed: Noise,
): readonly Fold[] => {
  const original = (indices: Int32Array): Int32Array => indices.map((i) => labeled[i] as number);
  return dividedInto('search', subset(data, labeled), folds, seed).map((part) => ({
    split: withUnlabeled({ labeled: original(part.labeled), unlabeled }),
    held: original(part.validation),
  }));
};

/** The validation part of a split as the only fold. */
export const heldOutFold = (data: Dataset, split: SplitIndices, validation: Int32Array): Fold => ({
  split: withUnlabeled(split),
  held: validation.filter((i) => data.y[i] !== UNKNOWN_CLASS),
});

/** SearchSettings, and whether the unlabeled data are used. */
export interface Candidate {
  readonly source: FitSource;
  readonly settings: SearchSettings;
}

/** What all runs of a search share. */
export interface Runs<M extends SemiSupervisedVae> {
  readonly data: Dataset;
  readonly seed: Noise;
  readonly freshModel: FreshModel<M>;
  readonly execute: Execute | undefined;
  readonly signal: AbortSignal | undefined;
  /** keeps the checkpoint of the only run */
  readonly checkpoint?: Storage | undefined;
}

/**
 * Refuses settings of which no run can be made, before the first step.
 *
 * @param index of the trial that has them
 * @throws TypeError or RangeError naming the trial and its settings
 */
export const assertRuns = <M extends SemiSupervisedVae>(
  { freshModel }: Pick<Runs<M>, 'freshModel'>,
  settings: SearchSettings,
  split: SplitIndices,
  index: number,
): void =>
  ofTrial(index, settings, () => {
    const model = freshModel(settings);
    try {
      recipeWith(model, split, settings);
    } finally {
      model.dispose();
    }
  });

/** Trains a fresh model, which the caller disposes; all runs begin from the same seed, so that trials differ by their settings alone. */
export async function trained<M extends SemiSupervisedVae>(
  runs: Runs<M>,
  { source, settings }: Candidate,
  split: SplitIndices,
): Promise<M> {
  runs.signal?.throwIfAborted();
  const model = runs.freshModel(settings);
  try {
    await learn<SemiSupervisedVae>(source, {
      ...runs,
      storage: runs.checkpoint,
      model,
      split,
      recipe: recipeWith(model, split, settings),
      onStep: () => undefined,
    });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Errors of runs whose numbers leave float32: the settings are at fault, and the search goes on without them. */
const DIVERGED = /needed finite numbers|needed a model of finite weights/;

/** What a run of a search says of the held-out labels, or why it says nothing. */
export type SearchOutcome =
  | {
      /** what it says of each held-out example */
      readonly judged: readonly Judged[];
    }
  | {
      /** the error of numbers that left float32 */
      readonly failed: string;
    };

/** One run: trains on a fold, and predicts what it holds back. */
export async function runOn<M extends SemiSupervisedVae>(
  runs: Runs<M>,
  candidate: Candidate,
  { split, held }: Fold,
): Promise<SearchOutcome> {
  const { data } = runs;
  let model: M | undefined;
  try {
    model = await trained(runs, candidate, split);
    const examples = subset(data, held);
    const probabilities = await probabilitiesOf(model, examples);
    const { classes } = data;
    return {
      judged: Array.from(examples.y, (label, i) =>
        judge(probabilities.subarray(i * classes, (i + 1) * classes), label),
      ),
    };
  } catch (error) {
    if (!DIVERGED.test(messageOf(error))) throw error;
    return { failed: messageOf(error) };
  } finally {
    model?.dispose();
  }
}
