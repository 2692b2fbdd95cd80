/** Options of `search`, their defaults, and what is refused. */
import type { SplitIndices } from '../../core/batch';
import { type Noise, streamOf } from '../../core/noise';
import {
  abortSignal,
  callable,
  checked,
  flag,
  integersFrom,
  number,
  optional,
  type Rule,
  readOptions,
  unchecked,
} from '../../core/options';
import { version } from '../../core/version';
import { createBatches } from '../../data/batches';
import type { Dataset } from '../../data/dataset';
import { assertDataset } from '../../data/gather';
import { byClass } from '../../data/split';
import type { Json } from '../../files/json';
import { assertStorage, type Storage } from '../../files/storage';
import { createM2, type M2Options } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import type { FitSource } from '../fit/learn';
import { assertSplit, type FitSplit, FOLDS, splitOf } from '../fit/options';
import { batchSizeOf } from '../fit/recipe';
import type { Execute } from '../step';
import { fingerprintOf } from './fingerprint';
import { freshModels, ofTrial } from './freshModels';
import { checksumOf, type Identity } from './journal';
import { crossFolds, type Fold, heldOutFold, type SearchOutcome, withUnlabeled } from './runs';
import { defaultSpace, recipeWith } from './settings';
import { assertSpace, type SearchSettings, type SearchSpace, settingsRule } from './space';

/** A run of a search as plain data: what it learns from, and what it is judged on. */
export interface SearchRun {
  /** checksum of all that the runs of a search share: data, split, seed, model */
  readonly search: string;
  /** what it learns from */
  readonly source: FitSource;
  /** all settings of the trial, and the steps of this run */
  readonly settings: SearchSettings;
  /** the fold that is held back */
  readonly fold: number;
}

/** How far a search is. */
export interface SearchProgress {
  /** training runs done, those of a former call among them */
  readonly done: number;
  /** training runs in all */
  readonly total: number;
  /** index in `trials` of the one that was just trained */
  readonly trial: number;
}

/** How settings are searched. */
export interface SearchOptions<M extends SemiSupervisedVae> {
  /** settings to draw, beside those of `fit` and the labels alone; default 16 */
  readonly trials?: number;
  /** settings of every trial where the space does not draw them; default none: those of `createM2` and `fit` */
  readonly settings?: SearchSettings;
  /** seed of every draw; default 0 */
  readonly seed?: number | Noise;
  /**
   * which examples are labeled and which are not, of `splitDataset`. Trials are judged on its validation part if it has one. Its
   * test part is not read: runs see a test example only where you put it into `unlabeled` too, and never its label. Default: all
   * examples are shown, with the labels that they have
   */
  readonly split?: FitSplit;
  /**
   * parts of the labeled examples for cross-validation. Default: 5, or as many as the rarest class has labeled examples; none
   * where the split has a validation part
   */
  readonly folds?: number;
  /**
   * makes the model of a trial from the options of `createM2` that its settings name, beside `data` and `seed`; default `createM2`.
   * For other nets: `(options) => createM2({ ...options, nets: 'conv' })`. It gives a new model at each call. Draw the weights
   * of your own nets by `initializeNet` from `options.seed`, so that each call begins alike. The search calls it once for each
   * trial and each run, and disposes the models. Your own nets stay: free them in the model's `dispose`
   */
  readonly createModel?: (options: M2Options) => M;
  /**
   * keeps finished runs, such as `file('search.json')` of `ssvae/node`: a second call with the same data, space, seed and model
   * does not repeat them. It may have more trials. The model is the same where its spec, its layers and its initial weights are
   */
  readonly storage?: Storage;
  /**
   * does a run in another process or on another machine, by {@link searchRun} there. The runs of a round are asked for at once. Default:
   * runs are done here, one after the other
   */
  readonly perform?: (run: SearchRun) => SearchOutcome | Promise<SearchOutcome>;
  /** whether to train a model with the best settings at the end; default `true` */
  readonly refit?: boolean;
  /** runs the steps, as `selectBackend` returns it; default `executeEagerly` */
  readonly execute?: Execute;
  /** ends the search, which then throws the signal's reason */
  readonly signal?: AbortSignal;
  /** called after every training run */
  readonly onProgress?: (progress: SearchProgress) => void;
}

/** The settings that are given. */
const definedSettings: Rule<SearchSettings> = (where, name, given = {}) =>
  Object.fromEntries(
    Object.entries(settingsRule(where, name, given)).filter(([, value]) => value !== undefined),
  );

/** The stream of the search, whichever function is called. */
const sharedStream: Rule<Noise> = (where, _, value = 0) => {
  streamOf(where, value as number | Noise);
  return streamOf('search', value as number | Noise);
};

const rules = <M extends SemiSupervisedVae>() => ({
  trials: number(integersFrom(1, 10_000), 16),
  settings: definedSettings,
  seed: sharedStream,
  split: optional(unchecked<NonNullable<SearchOptions<M>['split']>>()),
  folds: optional(number(integersFrom(2))),
  createModel: callable<(options: M2Options) => M>(createM2 as unknown as (options: M2Options) => M),
  storage: optional(
    checked<Storage>((where, name, storage) => assertStorage(where, name, storage, ['read', 'write'])),
  ),
  perform: optional(callable<NonNullable<SearchOptions<M>['perform']>>()),
  refit: flag(true),
  execute: optional(callable<Execute>()),
  signal: optional(abortSignal),
  onProgress: optional(callable<(progress: SearchProgress) => void>()),
});

/** Number of folds: 5, or the labeled examples of the rarest class that has any. */
const foldsFor = (where: string, data: Dataset, labeled: Int32Array): number => {
  const counts = byClass(data, labeled)
    .members.map(({ length }) => length)
    .filter((count) => count > 0);
  const least = Math.min(FOLDS, ...counts);
  if (least < 2)
    throw new RangeError(
      `${where}: the rarest class has one labeled example, needed two of each class for cross-validation, or a split with a validation part`,
    );
  return least;
};

/** What is held back from runs, and judges them. */
const heldBack = (
  where: string,
  data: Dataset,
  split: SplitIndices,
  folds: number | undefined,
  seed: Noise,
): readonly Fold[] => {
  if (folds !== undefined || !split.validation?.length)
    return crossFolds(data, split, folds ?? foldsFor(where, data, split.labeled), seed);
  const fold = heldOutFold(data, split, split.validation);
  if (fold.held.length === 0)
    throw new RangeError(`${where}: split.validation has no example of a known class, needed one at least`);
  return [fold];
};

/**
 * The options with their defaults.
 *
 * @param where function that is called, for messages
 * @throws TypeError or RangeError naming the option, its value and what was needed
 */
export async function searchSettings<M extends SemiSupervisedVae>(
  data: Dataset,
  given: SearchSpace | undefined,
  options: SearchOptions<M>,
  where = 'search',
) {
  assertDataset(where, data);
  if (given !== undefined) assertSpace(where, given);
  const { split: parts = splitOf(data), folds, ...read } = readOptions(where, options, rules<M>());
  assertSplit(where, parts, data);
  const split: SplitIndices = {
    labeled: Int32Array.from(parts.labeled),
    unlabeled: Int32Array.from(parts.unlabeled),
    ...(parts.validation && { validation: Int32Array.from(parts.validation) }),
  };
  const { seed, settings } = read;
  if (split.labeled.length === 0)
    throw new RangeError(`${where}: the data has no labeled example, needed two of each class at least`);
  const shown = withUnlabeled(split);
  const batches = createBatches({
    dataset: data,
    split: { ...split, ...shown },
    batchSize: batchSizeOf(shown),
    seed,
  });
  const freshModel = freshModels({ ...read, data });
  const model = ofTrial(0, settings, () => freshModel(settings));
  try {
    ofTrial(0, settings, () => recipeWith(model, shown, settings));
    const space = given ?? defaultSpace(model, shown);
    const held = heldBack(where, data, split, folds, seed);
    const shared: Identity = {
      version,
      // The identity of data and split depends on the seed, and is not named where that differs.
      seed: [...seed.state.key],
      data: batches.identity ?? '',
      heldBack: held.map((fold) => [...fold.held]),
      model: await fingerprintOf(model),
    };
    const identity: Identity = { ...shared, space: space as Json };
    return { ...read, freshModel, split: shown, folds: held, space, identity, name: checksumOf(shared) };
  } finally {
    model.dispose();
    batches.dispose?.();
  }
}
