/** Searches settings: random trials, of which the better half goes on with more steps. */
import type { Dataset } from '../../data/dataset';
import type { M2 } from '../../models/m2/model';
import type { SemiSupervisedVae } from '../../models/model';
import type { FitSource } from '../fit/learn';
import { type Journal, openJournal } from './journal';
import { type SearchOptions, searchSettings } from './options';
import { type Performer, performer } from './perform';
import { assertRuns, type Candidate, type Fold, type Runs, trained } from './runs';
import { difference, type Judged, type SearchScore, scoreOf } from './score';
import { recipeWith } from './settings';
import { drawSettings, type SearchSettings, type SearchSpace } from './space';

/** What a search tried once. */
export interface SearchTrial {
  /** what its runs learned from */
  readonly source: FitSource;
  /** its settings; what is left out is as `createM2` and `recipeOf` have it */
  readonly settings: SearchSettings;
  /** steps of each of its last runs */
  readonly steps: number;
  /** how its last runs did; absent where their numbers left float32 */
  readonly score?: SearchScore;
  /** why it went no further; absent of the best */
  readonly dropped?: string;
}

/** What a search found. */
export interface SearchResult<M extends SemiSupervisedVae> {
  /** the trial to go on with */
  readonly best: SearchTrial;
  /** why, in a sentence */
  readonly why: string;
  /** every trial: the labels alone, the settings of `fit`, then those that were drawn */
  readonly trials: readonly SearchTrial[];
  /** a model trained with the best settings on all labeled and unlabeled examples; absent where `refit` is `false` */
  readonly model?: M;
}

/** Rounds: the share of a trial's steps that its runs take, and the folds that they are judged on. */
const ROUNDS = [
  { share: 1 / 4, folds: 2 },
  { share: 1 / 2, folds: 3 },
  { share: 1, folds: Number.POSITIVE_INFINITY },
] as const;

/** What the first trials learn from: they are in every round. The second has the settings of `fit`. */
const REFERENCES: readonly FitSource[] = ['labels alone', 'labels and unlabeled data'];

/** A trial under way. */
interface Running extends Candidate {
  readonly index: number;
  steps: number;
  judged: readonly Judged[];
  dropped?: string;
}

const shown = ({ logLikelihood, standardError }: SearchScore): string =>
  `${logLikelihood.toFixed(3)} ± ${standardError.toFixed(3)} nats a label`;

const scoreOfRunning = ({ judged }: Running): number => scoreOf(judged).logLikelihood;

/** Best first; of equal trials the earlier. */
const ranked = (running: readonly Running[]): readonly Running[] =>
  [...running].sort((a, b) => scoreOfRunning(b) - scoreOfRunning(a) || a.index - b.index);

/** Drops the worse half of the drawn trials. */
const halve = (running: readonly Running[], round: number): void => {
  const drawn = ranked(running.filter(({ index }) => index >= REFERENCES.length));
  const kept = Math.ceil(drawn.length / 2);
  const last = drawn[kept - 1];
  for (const trial of drawn.slice(kept))
    trial.dropped = `round ${round + 1} of ${ROUNDS.length}, ${trial.steps} steps: ${shown(scoreOf(trial.judged))}, the last that went on has ${last ? shown(scoreOf(last.judged)) : ''}`;
};

/**
 * The best trial: the settings of `fit` unless another is better by more than a standard error of the difference (Breiman et al.
 * 1984). The best of many trials on few labels is partly the luckiest, and those settings were measured elsewhere.
 */
const choose = (finalists: readonly Running[]): { readonly best: Running; readonly why: string } => {
  const [leader] = ranked(finalists) as [Running];
  const own = finalists.find(({ index }) => index === 1);
  if (own === undefined) return { best: leader, why: 'the settings of fit gave numbers beyond float32' };
  if (leader === own) return { best: own, why: 'no trial is better than the settings of fit' };
  const { mean, standardError } = difference(leader.judged, own.judged);
  const name = leader.index === 0 ? 'the labels alone do' : `trial ${leader.index} does`;
  const by = `${name} better than the settings of fit by ${mean.toFixed(3)} nats a label, with a standard error of ${standardError.toFixed(3)}`;
  return mean > standardError
    ? { best: leader, why: by }
    : { best: own, why: `${by}: too little to tell the two apart` };
};

const trialOf = ({ source, settings, steps, judged, dropped }: Running): SearchTrial => ({
  source,
  settings,
  steps,
  ...(judged.length > 0 && { score: scoreOf(judged) }),
  ...(dropped !== undefined && { dropped }),
});

/** Training runs of a search, by the number of drawn trials and of folds. */
const runsOf = (drawn: number, folds: number): number =>
  ROUNDS.reduce(
    (sum, round, r) => sum + (Math.ceil(drawn / 2 ** r) + REFERENCES.length) * Math.min(folds, round.folds),
    0,
  );

/**
 * Searches settings by random search with successive halving (Bergstra & Bengio 2012; Jamieson & Talwalkar 2016).
 *
 *   round 1   all trials, a quarter of their steps, judged on two folds
 *   round 2   the better half, half of their steps, three folds
 *   round 3   the better half of these, all of their steps, all folds
 *
 * Each run begins from a fresh model. It is judged on labels that it does not see, nor their examples: those of the fold that is held
 * back, or of the split's validation part. The measure is the mean log-likelihood at the best temperature, as accuracies of few labels
 * tie. The labels alone and the settings of {@link fit} take part in every round. The latter win unless another trial is better by
 * more than a standard error.
 *
 * @param data a data set of which some classes are known
 * @param space the values of each setting; default: what helps on one kind of data and harms on another
 * @param options number of trials, seed, split, storage
 * @returns the best trial, why, all trials, and a model trained with it, which the caller disposes
 * @throws TypeError or RangeError naming argument and value, before the first step
 * @throws RangeError when the storage holds another search
 * @example (await search(data, { latent: [2, 10], alpha: { from: 1, to: 50, log: true } }, { seed: 1 })).best.settings // such as { latent: 2, alpha: 3.1 }
 */
export async function search<M extends SemiSupervisedVae = M2>(
  data: Dataset,
  space?: SearchSpace,
  options: SearchOptions<M> = {},
): Promise<SearchResult<M>> {
  const read = await searchSettings(data, space, options);
  const { trials, settings, folds, identity, storage, refit, split, onProgress } = read;
  const runs = { ...read, data };
  const perform = performer(runs);
  const drawn = drawSettings(read.space, trials, read.seed.split('trials'));
  const candidates: readonly Candidate[] = [
    ...REFERENCES.map((source) => ({ source, settings })),
    ...drawn.map((own) => ({ source: REFERENCES[1] as FitSource, settings: { ...settings, ...own } })),
  ];
  for (const [i, trial] of candidates.entries())
    if (i >= REFERENCES.length) assertRuns(runs, trial.settings, split, i);
  const running = candidates.map(
    (candidate, index): Running => ({ ...candidate, index, steps: 0, judged: [] }),
  );
  const total = runsOf(drawn.length, folds.length) + (refit ? 1 : 0);
  const progress = { done: 0, total };
  const journal = await openJournal(storage, identity);
  try {
    for (const [r, { share, folds: most }] of ROUNDS.entries()) {
      const alive = running.filter(({ dropped }) => dropped === undefined);
      await perform.all(alive, (trial) =>
        judgeTrial(trial, { runs, perform, journal, folds: folds.slice(0, most), share }, () =>
          onProgress?.({ ...progress, done: ++progress.done, trial: trial.index }),
        ),
      );
      if (r < ROUNDS.length - 1)
        halve(
          alive.filter(({ dropped }) => dropped === undefined),
          r,
        );
    }
    const finalists = running.filter(({ dropped }) => dropped === undefined);
    if (finalists.length === 0)
      throw new RangeError(`search: every trial failed, the first by ${running[0]?.dropped}`);
    const { best, why } = choose(finalists);
    for (const trial of finalists)
      if (trial !== best)
        trial.dropped = `the last round, ${trial.steps} steps: ${shown(scoreOf(trial.judged))}, the best has ${shown(scoreOf(best.judged))}`;
    const model = refit ? await trained(runs, best, split) : undefined;
    if (model) await onProgress?.({ ...progress, done: total, trial: best.index });
    return { best: trialOf(best), why, trials: running.map(trialOf), ...(model && { model }) };
  } finally {
    await journal.close();
  }
}

/** What a round needs to judge a trial. */
interface Round<M extends SemiSupervisedVae> {
  readonly runs: Pick<Runs<M>, 'data'>;
  readonly perform: Performer;
  readonly journal: Journal;
  readonly folds: readonly Fold[];
  readonly share: number;
}

/** Judges a trial on each fold; a run whose numbers leave float32 drops it. */
async function judgeTrial<M extends SemiSupervisedVae>(
  trial: Running,
  { runs, perform, journal, folds, share }: Round<M>,
  onRun: () => void,
): Promise<void> {
  const { source, settings } = trial;
  const outcomes = await perform.all(
    folds,
    async (part, fold) => {
      const { steps: whole } = recipeWith({ inputShape: runs.data.shape }, part.split, settings);
      const steps = Math.ceil(share * whole);
      const candidate = { source, settings: { ...settings, steps } };
      const outcome = await journal.outcomeOf({ ...candidate, fold } as never, () =>
        perform.run(candidate, part, fold),
      );
      await onRun();
      return { steps, outcome };
    },
    ({ outcome }) => 'failed' in outcome,
  );
  trial.judged = [];
  for (const { steps, outcome } of outcomes) {
    trial.steps = steps;
    if ('failed' in outcome) {
      trial.judged = [];
      trial.dropped = `${steps} steps: ${outcome.failed}`;
      return;
    }
    trial.judged = [...trial.judged, ...outcome.judged];
  }
}
