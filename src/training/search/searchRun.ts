/** One run of a search, in a process of its own. */
import { plainOf } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import { integersFrom, number, oneOf, readOptions, text } from '../../core/options';
import type { Dataset } from '../../data/dataset';
import type { Storage } from '../../files/storage';
import type { M2 } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import type { FitSource } from '../fit/learn';
import { type SearchOptions, type SearchRun, searchSettings } from './options';
import { runOn, type SearchOutcome } from './runs';
import { settingsRule } from './space';

/** What runs of a search share, and where one keeps its checkpoint. */
export interface SearchRunOptions<M extends SemiSupervisedVae>
  extends Pick<
    SearchOptions<M>,
    'settings' | 'seed' | 'split' | 'folds' | 'createModel' | 'execute' | 'signal'
  > {
  /** keeps a checkpoint, from which a run that the signal ended goes on. Default: nowhere */
  readonly storage?: Storage;
}

const RULES = {
  search: text(),
  source: oneOf<FitSource>(['labels alone', 'labels and unlabeled data']),
  settings: settingsRule,
  fold: number(integersFrom(0)),
};

/**
 * Does one run that {@link search} gives to its option `perform`, in another process or on another machine.
 *
 * Data and options are those of the search: they are compared by a checksum. The outcome is plain data, the same to the bit as that
 * of a run in the search itself on cpu and WebAssembly.
 *
 * @param data of the search
 * @param run of the search, as JSON keeps it
 * @param options of the search that its runs share
 * @returns what the run says of the labels that it does not see
 * @throws RangeError where the run is of a search with other data or options
 * @throws the signal's reason where it ends the run
 * @example await search(data, space, { seed: 1, perform: (run) => searchRun(data, run, { seed: 1 }) }) // as without `perform`
 */
export async function searchRun<M extends SemiSupervisedVae = M2>(
  data: Dataset,
  run: SearchRun,
  options: SearchRunOptions<M> = {},
): Promise<SearchOutcome> {
  const where = 'searchRun';
  const {
    search: theirs,
    source,
    settings,
    fold,
  } = readOptions(where, plainOf(where, run, 'run'), RULES, 'run');
  const { storage, ...shared } = options;
  const read = await searchSettings<M>(data, undefined, shared, where);
  if (theirs !== read.name)
    throw new RangeError(
      `${where}: run.search is ${oneLine(theirs)}, needed ${read.name}: pass the data, split, folds, seed, settings and createModel of the search`,
    );
  const part = read.folds[fold];
  if (part === undefined)
    throw new RangeError(
      `${where}: run.fold is ${describe(fold)}, needed an integer from 0 to ${read.folds.length - 1}`,
    );
  return runOn({ ...read, data, checkpoint: storage }, { source, settings }, part);
}
