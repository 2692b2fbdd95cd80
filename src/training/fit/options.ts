/** Options of `fit`, their defaults, and what is refused. */
import { recordOf } from '../../core/assert';
import type { SplitIndices } from '../../core/batch';
import { describe, oneLine } from '../../core/describe';
import { UNKNOWN_CLASS } from '../../core/labels';
import type { Noise } from '../../core/noise';
import {
  abortSignal,
  callable,
  integersFrom,
  number,
  optional,
  readOptions,
  seedStream,
  unchecked,
} from '../../core/options';
import type { Dataset } from '../../data/dataset';
import { isCoarse } from '../../data/extras';
import { assertDataset, assertIndices, assertKnown } from '../../data/gather';
import { byClass } from '../../data/split';
import { assertCovariateCount } from '../../models/covariates';
import { assertInfers, assertNotAdversarial } from '../../models/fits';
import type { SemiSupervisedVae } from '../../models/model';
import type { Execute } from '../step';
import { type RecipeOptions, recipeOf, recipeRules } from './recipe';

/** Which examples are labeled, which are not, and which are held back. */
export interface FitSplit extends SplitIndices {
  /** indices of the examples that the report evaluates the model on */
  readonly test?: Int32Array;
}

/** How far a fit is. */
export interface FitProgress {
  /** steps done, over all of its training runs */
  readonly done: number;
  /** steps of all of them */
  readonly total: number;
}

/** How a model is fitted. */
export interface FitOptions extends RecipeOptions {
  /** seed of every draw; default 0 */
  readonly seed?: number | Noise;
  /**
   * which examples are labeled and which are not, of `splitDataset`; the report evaluates the model on its test part, or else
   * its validation part. Default: all examples are shown, with the labels that they have
   */
  readonly split?: FitSplit;
  /**
   * parts of the labeled examples for cross-validation, each of which costs two more training runs; 0 for none. Default: 5 where
   * every class has at least 20 labeled examples, else 0, as fewer tell too little
   */
  readonly folds?: number;
  /** runs the steps, as `selectBackend` returns it; default `executeEagerly` */
  readonly execute?: Execute;
  /** ends the fit, which then throws the signal's reason; the model has its former weights again */
  readonly signal?: AbortSignal;
  /** called after every step */
  readonly onProgress?: (progress: FitProgress) => void;
}

/** Parts for cross-validation where you give no number. */
export const FOLDS = 5;

/** Labeled examples of each class from which on cross-validation tells something. */
const LABELS_TO_COMPARE = 20;

/** Every example, with the labels that it has. */
export const splitOf = (data: Dataset): SplitIndices => {
  const all = Array.from({ length: data.count }, (_, i) => i);
  const isKnown = (i: number): boolean => data.y[i] !== UNKNOWN_CLASS || isCoarse(data, data.classes, i);
  return {
    labeled: Int32Array.from(all.filter(isKnown)),
    unlabeled: Int32Array.from(all.filter((i) => !isKnown(i))),
  };
};

const PARTS: readonly string[] = ['labeled', 'unlabeled', 'validation', 'test'];

/**
 * Refuses a split with indices that the data does not have, labeled examples without a label, or labeled examples among those
 * that are held back. Unlabeled examples may be held back too: their classes are not used.
 */
export function assertSplit(where: string, split: FitSplit, data: Dataset): void {
  const other = Object.keys(recordOf(where, split, 'split')).find((part) => !PARTS.includes(part));
  if (other !== undefined)
    throw new RangeError(
      `${where}: split.${oneLine(other)} is not a part of a split, needed ${PARTS.join(', ')}`,
    );
  const { labeled, unlabeled, validation = NONE, test = NONE } = split;
  for (const [part, indices] of Object.entries({ labeled, unlabeled, validation, test }))
    assertIndices(where, `split.${part}`, indices, data);
  assertKnown(where, 'split.labeled', labeled, data);
  const seen = new Set(labeled);
  for (const [part, indices] of Object.entries({ validation, test }))
    for (const [i, index] of Array.from(indices).entries())
      if (seen.has(index))
        throw new RangeError(
          `${where}: split.${part}[${i}] is ${index}, an example of split.labeled too, needed examples that are held back`,
        );
}

const NONE = new Int32Array(0);

/** Number of folds: none where a class has too few labeled examples to tell something. */
const foldsFor = (data: Dataset, labeled: Int32Array): number => {
  const least = Math.min(...byClass(data, labeled).members.map(({ length }) => length));
  return least >= LABELS_TO_COMPARE ? FOLDS : 0;
};

/**
 * The options with their defaults.
 *
 * @throws TypeError or RangeError naming the option, its value and what was needed
 */
export function fitSettings(model: SemiSupervisedVae, data: Dataset, options: FitOptions) {
  const where = 'fit';
  assertNotAdversarial(where, model);
  assertInfers(where, 'model', model);
  assertDataset(where, data);
  assertCovariateCount(where, model, data.covariates, data.count);
  const {
    seed,
    split = splitOf(data),
    folds,
    execute,
    signal,
    onProgress,
    ...own
  } = readOptions(where, options, {
    ...recipeRules(),
    seed: seedStream(0),
    split: optional(unchecked<FitSplit>()),
    folds: optional(number(integersFrom(0))),
    execute: optional(callable<Execute>()),
    signal: optional(abortSignal),
    onProgress: optional(callable<(progress: FitProgress) => void>()),
  });
  assertSplit(where, split, data);
  if (split.labeled.length === 0)
    throw new RangeError(
      `${where}: the data has no labeled example, needed one of each class at least; unsupervised() trains without labels`,
    );
  if (folds === 1) throw new RangeError(`${where}: folds is ${describe(folds)}, needed 0 or at least 2`);
  // Without other data, the labeled examples are seen without their labels too.
  const { labeled, unlabeled, validation, test }: FitSplit = split;
  const shown: FitSplit = {
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from(unlabeled.length > 0 ? unlabeled : labeled),
    ...(validation && { validation: Int32Array.from(validation) }),
    ...(test && { test: Int32Array.from(test) }),
  };
  return {
    seed,
    split: shown,
    recipe: recipeOf(model, shown, own as RecipeOptions),
    folds: folds ?? foldsFor(data, shown.labeled),
    execute,
    signal,
    onProgress,
  };
}
