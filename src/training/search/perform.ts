/** Where the runs of a search are done: here one after the other, or elsewhere side by side. */
import { describe } from '../../core/describe';
import type { SemiSupervisedVae } from '../../models/model';
import { isOutcome } from './journal';
import type { SearchOptions } from './options';
import { type Candidate, type Fold, type Runs, runOn, type SearchOutcome } from './runs';

/** Does the runs of a search. */
export interface Performer {
  /** Does a run. */
  run(candidate: Candidate, part: Fold, fold: number): Promise<SearchOutcome>;
  /** Does some work for each item, side by side where runs are done elsewhere, else until `ends` holds. */
  all<T, U>(
    items: readonly T[],
    work: (item: T, i: number) => Promise<U>,
    ends?: (value: U) => boolean,
  ): Promise<readonly U[]>;
}

/** Runs here, one after the other. */
const here = <M extends SemiSupervisedVae>(runs: Runs<M>): Performer => ({
  run: (candidate, part) => runOn(runs, candidate, part),
  async all<T, U>(
    items: readonly T[],
    work: (item: T, i: number) => Promise<U>,
    ends: (value: U) => boolean = () => false,
  ) {
    const values: U[] = [];
    for (const [i, item] of items.entries()) {
      const value = await work(item, i);
      values.push(value);
      if (ends(value)) break;
    }
    return values;
  },
});

/** Runs elsewhere, all at once. */
const elsewhere = (
  perform: NonNullable<SearchOptions<never>['perform']>,
  search: string,
  signal: AbortSignal | undefined,
): Performer => ({
  async run(candidate, _, fold) {
    signal?.throwIfAborted();
    const outcome: unknown = await perform({ search, ...candidate, fold });
    signal?.throwIfAborted();
    if (!isOutcome(outcome))
      throw new TypeError(`search: perform gave ${describe(outcome)}, needed what searchRun returns`);
    return 'failed' in outcome ? { failed: outcome.failed } : { judged: outcome.judged };
  },
  async all(items, work) {
    // None is under way any longer when the first error is thrown.
    const settled = await Promise.allSettled(items.map(work));
    const failed = settled.find((one) => one.status === 'rejected');
    if (failed) throw failed.reason;
    return settled.map((one) => (one as PromiseFulfilledResult<never>).value);
  },
});

/** What does the runs of a search. */
export const performer = <M extends SemiSupervisedVae>(
  runs: Runs<M> & { readonly perform: SearchOptions<M>['perform']; readonly name: string },
): Performer => (runs.perform ? elsewhere(runs.perform, runs.name, runs.signal) : here(runs));
