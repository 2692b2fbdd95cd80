import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import { createDataset, type Dataset } from '../../../src/data/dataset';
import { subset } from '../../../src/data/gather';
import { twoMoons } from '../../../src/data/moons';
import { splitDataset } from '../../../src/data/split';
import { evaluateClassifier } from '../../../src/evaluation/classifier';
import { crc32 } from '../../../src/files/crc32';
import { canonical } from '../../../src/files/json';
import { createM2, type M2 } from '../../../src/models/m2/model';
import { objectiveOf, recipeOf } from '../../../src/training/fit/recipe';
import type { SearchOptions, SearchRun } from '../../../src/training/search/options';
import { type SearchResult, search } from '../../../src/training/search/search';
import { searchRun } from '../../../src/training/search/searchRun';
import { modelOptionsOf, recipeWith } from '../../../src/training/search/settings';
import { drawSettings, type SearchSettings, type SearchSpace } from '../../../src/training/search/space';
import { type Execute, executeEagerly } from '../../../src/training/step';
import { alive, memoryStorage, tinyDataset, weightsOf } from '../../support/tiny';

const bars = tinyDataset(40);
const split = splitDataset(bars, { labeled: 12, test: 10, seed: 1 });
const SPACE: SearchSpace = { latent: [2, 3], alpha: { from: 1, to: 20, log: true } };
/** SearchSettings of every trial: nets and runs small enough for a test. */
const TINY: SearchSettings = { widths: [4], latent: 2, steps: 4 };

const made: SearchResult<M2>[] = [];
afterEach(() => {
  for (const { model } of made.splice(0)) model?.dispose();
});
const searchBars = async (options: SearchOptions<M2> = {}, data: Dataset = bars, space = SPACE) => {
  const found = await search(data, space, { split, trials: 4, seed: 1, settings: TINY, ...options });
  made.push(found);
  return found;
};
const plain = ({ model: _, ...result }: SearchResult<M2>) => result;

describe('search', () => {
  it('gives the same trials, choice and weights for the same seed, and others for another', async () => {
    const [one, same] = [await searchBars(), await searchBars({ seed: createNoise(1) })];
    expect(plain(same)).toEqual(plain(one));
    expect(await weightsOf(same.model as M2)).toEqual(await weightsOf(one.model as M2));
    const settingsOf = ({ trials }: SearchResult<M2>) => trials.map(({ settings }) => settings);
    expect(settingsOf(await searchBars({ seed: 2, refit: false }))).not.toEqual(settingsOf(one));
  });

  it('takes labeled examples of weight 0, as fit does', async () => {
    const weight = Float32Array.from({ length: 40 }, (_, i) => (i === split.labeled[0] ? 0 : 1));
    const { best } = await searchBars({ refit: false, trials: 2 }, createDataset({ ...bars, weight }));
    expect(best.steps).toBe(4);
  });

  it('keeps the labels alone and the settings of fit to the last round, and halves the drawn trials', async () => {
    const { best, trials } = await searchBars({ refit: false });
    expect(trials.map(({ source, steps }) => [source, steps])).toEqual([
      ['labels alone', 4],
      ['labels and unlabeled data', 4],
      ...trials.slice(2).map(({ steps }) => ['labels and unlabeled data', steps]),
    ]);
    expect(trials[1]?.settings).toEqual(TINY);
    const steps = trials.slice(2).map((trial) => trial.steps);
    expect(steps.sort()).toEqual([1, 1, 2, 4]);
    expect(trials.filter(({ dropped }) => dropped === undefined)).toEqual([best]);
    for (const { score, steps: of, dropped = '' } of trials.filter((one) => one.steps < 4)) {
      expect(dropped).toContain(`, ${of} steps: ${score?.logLikelihood.toFixed(3)} ± `);
      expect(score?.examples).toBeLessThan(12);
    }
    expect(best.score?.examples).toBe(12);
  });

  it('reports its progress up to the last run', async () => {
    const seen: number[] = [];
    let last: unknown;
    await searchBars({
      onProgress: (progress) => {
        seen.push(progress.done);
        last = progress.total;
      },
    });
    // 4 labels a class: 4 folds. 6 trials on 2 folds, 4 on 3, 3 on 4, and the model.
    expect(seen).toEqual(Array.from({ length: 12 + 12 + 12 + 1 }, (_, i) => i + 1));
    expect(last).toBe(37);
  });

  it('never shows a run an example that it is judged on, nor a label of the others', async () => {
    /** Examples by their inputs. */
    const nameOf = (row: Float32Array): string => row.join();
    const rowsOf = async (x: Tensor): Promise<string[]> => {
      const [values, width] = [(await x.data()) as Float32Array, x.size / (x.shape[0] as number)];
      return Array.from({ length: x.shape[0] as number }, (_, i) =>
        nameOf(values.slice(i * width, (i + 1) * width)),
      );
    };
    const namesOf = async (indices: Int32Array): Promise<Set<string>> => {
      const values = Float32Array.from(subset(bars, indices).x, (byte) => Math.fround(byte / 255));
      return new Set(
        Array.from({ length: indices.length }, (_, i) => nameOf(values.slice(i * 64, (i + 1) * 64))),
      );
    };
    const labeled = await namesOf(split.labeled);
    const shown = new Map<object, { seen: Set<string>; labeled: Set<string>; judged: Set<string> }>();
    const pending: Promise<void>[] = [];
    await searchBars({
      refit: false,
      createModel: (options) => {
        const model = createM2(options);
        const seen = { seen: new Set<string>(), labeled: new Set<string>(), judged: new Set<string>() };
        const watched: M2 = {
          ...model,
          get variables() {
            return model.variables;
          },
          classify(x) {
            pending.push(
              rowsOf(tidy(() => x.clone())).then((rows) => {
                for (const row of rows) seen.judged.add(row);
              }),
            );
            return model.classify(x);
          },
        };
        shown.set(watched, seen);
        return watched;
      },
      async execute(work) {
        const seen = shown.get(work.model);
        for (const part of ['labeled', 'unlabeled'] as const) {
          const x = work.batch[part]?.x;
          for (const row of x ? await rowsOf(x) : []) {
            seen?.seen.add(row);
            if (part === 'labeled') seen?.labeled.add(row);
          }
        }
        return executeEagerly(work);
      },
    });
    await Promise.all(pending);
    const runs = [...shown.values()].filter(({ judged }) => judged.size > 0);
    expect(runs.length).toBe(36);
    const test = await namesOf(split.test);
    for (const { seen, labeled: withLabel, judged } of runs) {
      for (const row of judged) expect(seen.has(row)).toBe(false);
      for (const row of withLabel) expect(labeled.has(row)).toBe(true);
      for (const row of test) expect(seen.has(row) || judged.has(row)).toBe(false);
    }
  });

  it('does not read labels outside the labeled part', async () => {
    const known = new Set(split.labeled);
    const other = { ...bars, y: bars.y.map((label, i) => (known.has(i) ? label : (label + 1) % 3)) };
    expect(plain(await searchBars({ refit: false }, other))).toEqual(
      plain(await searchBars({ refit: false })),
    );
  });

  it('judges on the validation part of a split where it has one', async () => {
    const parts = splitDataset(bars, { labeled: 12, validation: 9, seed: 1 });
    const { best } = await searchBars({ split: parts });
    expect(best.score?.examples).toBe(9);
    const { best: crossed } = await searchBars({ split: parts, folds: 2, refit: false });
    expect(crossed.score?.examples).toBe(12);
  });

  it('drops a trial whose numbers leave float32, and says so', async () => {
    const { trials } = await searchBars({ refit: false }, bars, { learningRate: [1e30] });
    expect(trials[2]?.score).toBeUndefined();
    expect(trials[2]?.dropped).toMatch(/needed finite numbers|needed a model of finite weights/);
  });

  it('leaves the tensors of its model alone', async () => {
    const { model } = await searchBars();
    model?.dispose();
    made.length = 0;
    const before = alive();
    const { model: second } = await searchBars();
    second?.dispose();
    made.length = 0;
    expect(alive()).toEqual(before);
    await expect(searchBars({ signal: AbortSignal.abort() })).rejects.toThrow('abort');
    expect(alive()).toEqual(before);
  });
});

/** An executor that counts its steps. */
const counted = (): { readonly execute: Execute; steps(): number } => {
  let steps = 0;
  return {
    execute(work) {
      steps++;
      return executeEagerly(work);
    },
    steps: () => steps,
  };
};

describe('a search with a storage', () => {
  /** Ends a search after some runs. */
  const interrupted = async (storage: ReturnType<typeof memoryStorage>, after: number) => {
    const control = new AbortController();
    const search = searchBars({
      storage,
      signal: control.signal,
      onProgress: ({ done }) => {
        if (done === after) control.abort(new Error('enough'));
      },
    });
    await expect(search).rejects.toThrow('enough');
  };

  it('goes on where it was interrupted, with the result of one that was not', async () => {
    const storage = memoryStorage();
    await interrupted(storage, 14);
    const resumed = counted();
    const result = await searchBars({ storage, execute: resumed.execute });
    const whole = counted();
    const once = await searchBars({ execute: whole.execute });
    expect(plain(result)).toEqual(plain(once));
    expect(await weightsOf(result.model as M2)).toEqual(await weightsOf(once.model as M2));
    // The 12 runs of a step and the first 2 of two steps are not repeated.
    expect(resumed.steps()).toBe(whole.steps() - 12 - 2 * 2);
    const again = counted();
    await searchBars({ storage, refit: false, execute: again.execute });
    expect(again.steps()).toBe(0);
  });

  it('adds trials to those that are done', async () => {
    const storage = memoryStorage();
    await searchBars({ storage, refit: false });
    const more = await searchBars({ storage, refit: false, trials: 6 });
    expect(plain(more)).toEqual(plain(await searchBars({ refit: false, trials: 6 })));
  });

  it.each<[string, SearchOptions<M2>, Dataset, SearchSpace, RegExp]>([
    [
      'another seed',
      { seed: 2 },
      bars,
      SPACE,
      /^search: memory: seed\[?\d*\]? is .+ in this search and .+ in the stored one, needed the same to go on; another search needs another place$/,
    ],
    ['other data', {}, { ...bars, y: bars.y.map((label) => (label + 1) % 3) }, SPACE, /: data is /],
    ['another space', {}, bars, { latent: [2, 3] }, /: space.alpha is none in this search and /],
    ['other folds', { folds: 2 }, bars, SPACE, /: heldBack is /],
    [
      'another model',
      {
        createModel: (options) =>
          createM2({ ...options, nets: { preset: 'mlp', widths: [4], activation: 'softplus' } }),
      },
      bars,
      SPACE,
      /: model.spec.nets.activation is "softplus" in this search and "relu" in /,
    ],
  ])('refuses %s', async (_, options, data, space, message) => {
    const storage = memoryStorage();
    await searchBars({ storage, refit: false });
    const bytes = storage.bytes;
    await expect(searchBars({ ...options, storage }, data, space)).rejects.toThrow(message);
    expect(storage.bytes).toBe(bytes);
  });

  it('refuses a journal with a changed byte, and log-probabilities above 0 under a right checksum', async () => {
    const storage = memoryStorage();
    await searchBars({ storage, refit: false });
    const text = new TextDecoder().decode(storage.bytes);
    const flipped = text.replace(
      /"logProbs":\[(-?\d)/,
      (_, digit) => `"logProbs":[${digit === '-9' ? '-8' : '-9'}`,
    );
    await expect(searchBars({ storage: memoryStorage(new TextEncoder().encode(flipped)) })).rejects.toThrow(
      /^search: memory: the checksum is \w{8}, the file says "\w{8}"; the file is damaged: remove it, or search with another storage$/,
    );
    const journal = JSON.parse(text);
    for (const { judged } of Object.values(
      journal.runs as Record<string, { readonly judged: { logProbs: number[] }[] }>,
    ))
      for (const one of judged) one.logProbs = one.logProbs.map(() => 1);
    journal.crc32 = crc32(new TextEncoder().encode(canonical(journal.runs)))
      .toString(16)
      .padStart(8, '0');
    const better = memoryStorage(new TextEncoder().encode(JSON.stringify(journal)));
    await expect(searchBars({ storage: better })).rejects.toThrow('search: memory: runs is');
  });

  it('refuses what is not a search', async () => {
    const storage = memoryStorage(new TextEncoder().encode('{"a": 1}'));
    await expect(searchBars({ storage })).rejects.toThrow(
      'search: memory: its content has an entry "a", needed search, runs, crc32 alone',
    );
  });

  it.each([
    ['an empty file', '', '""'],
    ['half a file', '{"search": {"seed"', '"{\\"search\\": {\\"seed\\""'],
    ['a list', '[1]', '"[1]"'],
  ])('refuses %s as the file of no search', async (_, text, shown) => {
    const storage = memoryStorage(new TextEncoder().encode(text));
    await expect(searchBars({ storage })).rejects.toThrow(
      `search: memory begins with ${shown}, needed the file of a search: remove it, or search with another storage`,
    );
  });
});

describe('a space', () => {
  it.each<[string, unknown, string]>([
    ['nothing to draw', {}, 'search: space is empty, needed one of latent, sigma, '],
    ['a name of no setting', { sgima: [1] }, 'search: space.sgima is not a setting, needed latent, sigma, '],
    ['a number', { latent: 2 }, 'search: space.latent is 2, needed a list of values or a range { from, to }'],
    ['an empty list', { latent: [] }, 'search: space.latent is an empty list, needed one value at least'],
    [
      'a fraction of a dimension',
      { latent: [2.5] },
      'search: space.latent[0] is 2.5, needed an integer of at least 1',
    ],
    [
      'a width of 0',
      { widths: [[0]] },
      'search: one of space.widths[0] is 0, needed an integer of at least 1',
    ],
    [
      'a σ in words',
      { sigma: ['small'] },
      'search: space.sigma[0] is "small", needed a finite number above 0 or "learned"',
    ],
    [
      'a range of layers',
      { widths: { from: 1, to: 2 } },
      'search: space.widths is a range, needed a list of values',
    ],
    [
      'a range upside down',
      { alpha: { from: 2, to: 1 } },
      'search: space.alpha.from is 2, needed a number below to, 1',
    ],
    [
      'a logarithm of 0',
      { alpha: { from: 0, to: 1, log: true } },
      'search: space.alpha.from is 0, needed a number above 0, as log is true',
    ],
    ['half a range', { alpha: { from: 0 } }, 'search: space.alpha.to is undefined, needed a finite number'],
    [
      'a step',
      { alpha: { from: 0, to: 1, step: 0.1 } },
      'search: space.alpha.step is not an option, needed from, to, log',
    ],
    [
      'a rate below 0',
      { learningRate: { from: -1, to: 1 } },
      'search: space.learningRate.from is -1, needed a finite number above 0',
    ],
  ])('with %s is refused', async (_, space, message) => {
    await expect(search(bars, space as SearchSpace, { split })).rejects.toThrow(message);
  });

  it('is drawn within its ranges, evenly in the logarithm, as integers where the setting is one', () => {
    const space: SearchSpace = {
      alpha: { from: 0.1, to: 10, log: true },
      latent: { from: 1, to: 4 },
      norm: ['batch', 'none'],
    };
    const drawn = drawSettings(space, 400, createNoise(1));
    expect(drawn.length).toBe(400);
    const alphas = drawn.map(({ alpha = 0 }) => alpha);
    expect(Math.min(...alphas)).toBeGreaterThanOrEqual(0.1);
    expect(Math.max(...alphas)).toBeLessThanOrEqual(10);
    // The standard error of the share is 0.025; four of them.
    expect(Math.abs(alphas.filter((alpha) => alpha < 1).length / 400 - 0.5)).toBeLessThan(0.1);
    expect([...new Set(drawn.map(({ latent }) => latent))].sort()).toEqual([1, 2, 3, 4]);
  });

  it('of few points gives each once', () => {
    expect(drawSettings({ latent: [1, 2], norm: ['batch', 'none'] }, 20, createNoise(1)).length).toBe(4);
  });
});

describe('search refuses', () => {
  it.each<[string, SearchOptions<M2>, RegExp]>([
    [
      'a setting that there is none',
      { settings: { sgima: 1 } as SearchSettings },
      /^search: settings\.sgima is not an option/,
    ],
    [
      'one label a class without a validation part',
      { split: splitDataset(bars, { labeled: 3, seed: 1 }) },
      /the rarest class has one labeled example, needed two/,
    ],
    [
      'no label',
      { split: { labeled: new Int32Array(0), unlabeled: split.unlabeled } },
      /the data has no labeled example/,
    ],
    ['one fold', { folds: 1 }, /folds is 1, needed an integer of at least 2/],
  ])('%s', async (_, options, message) => {
    await expect(searchBars(options)).rejects.toThrow(message);
  });
});

describe('the settings of a trial', () => {
  it('are those of fit where they are left out', () => {
    const model = { inputShape: bars.shape };
    const recipe = recipeOf(model, split);
    expect(objectiveOf(model, recipe.steps).spec).toEqual(recipe.objective.spec);
    const { learningRate, ...rest } = recipeWith(model, split, {});
    expect(learningRate(0)).toBe(recipe.learningRate(0));
    expect(rest.alpha).toBe(recipe.alpha);
    expect(rest.objective.spec).toEqual(recipe.objective.spec);
  });

  it('reach the recipe and the model', () => {
    const { alpha, steps, learningRate, objective } = recipeWith({ inputShape: [2] }, split, {
      alpha: 0.5,
      steps: 30,
      learningRate: 1e-2,
      boundWeight: 0.3,
    });
    expect([alpha, steps, learningRate(0), learningRate(30)]).toEqual([0.5, 30, 1e-2, 0]);
    expect(objective.spec).toEqual(objectiveOf({ inputShape: [2] }, 30, { boundWeight: 0.3 }).spec);
    const { latent, nets, likelihood } = modelOptionsOf({
      latent: 2,
      sigma: 0.3,
      widths: [7],
      norm: 'batch',
    });
    expect([latent, nets, likelihood?.spec]).toEqual([
      2,
      { preset: 'mlp', widths: [7], norm: 'batch' },
      { kind: 'gaussian', variance: 'fixed', sigma: 0.3 },
    ]);
  });
});

it('search finds the better of two settings of the moons', async () => {
  const { x, y, shape, classes } = twoMoons({ count: 300, seed: 1 });
  const moons = createDataset({ name: 'moons', x, y, shape, classes });
  const parts = splitDataset(moons, { labeled: 40, test: 100, seed: 1 });
  const found = await search<M2>(
    moons,
    { learningRate: [1e-5, 1e-2] },
    {
      split: parts,
      folds: 2,
      trials: 2,
      seed: 1,
      settings: { widths: [8], latent: 1, steps: 60, learningRate: 1e-5 },
    },
  );
  made.push(found);
  expect(found.best.settings.learningRate).toBe(1e-2);
  expect(found.why).toMatch(/^trial \d does better than the settings of fit by /);
  const { accuracy } = await evaluateClassifier(found.model as M2, subset(moons, parts.test));
  expect(accuracy).toBeGreaterThan(0.75);
}, 90_000);

describe('the runs of a search done elsewhere', () => {
  const shared = { split, seed: 1, settings: TINY };
  /** Through JSON, as between processes. */
  const overJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

  it('give the result of a search that does them itself', async () => {
    let most = 0;
    let now = 0;
    const perform = async (run: SearchRun) => {
      most = Math.max(most, ++now);
      const outcome = await searchRun(bars, overJson(run), shared);
      now--;
      return overJson(outcome);
    };
    const [one, other] = [await searchBars(), await searchBars({ perform })];
    expect(plain(other)).toEqual(plain(one));
    expect(await weightsOf(other.model as M2)).toEqual(await weightsOf(one.model as M2));
    // All runs of the first round: six trials on two folds.
    expect(most).toBe(12);
  });

  it('are kept in the storage, and not asked for twice', async () => {
    const storage = memoryStorage();
    let runs = 0;
    const perform = (run: SearchRun) => {
      runs++;
      return searchRun(bars, run, shared);
    };
    const one = await searchBars({ perform, storage, refit: false });
    const before = runs;
    expect(plain(await searchBars({ perform, storage, refit: false }))).toEqual(plain(one));
    expect(runs).toBe(before);
  });

  it('drop a trial whose numbers left float32', async () => {
    const perform = (run: SearchRun) =>
      run.settings.alpha === undefined ? searchRun(bars, run, shared) : { failed: 'needed finite numbers' };
    const { trials, best } = await searchBars({ perform, refit: false });
    expect(trials.slice(2).map(({ dropped }) => dropped)).toEqual(
      Array(4).fill('1 steps: needed finite numbers'),
    );
    expect(trials.slice(0, 2)).toContainEqual(best);
  });

  it('are refused with other data or options, and outcomes that are none', async () => {
    const runs: SearchRun[] = [];
    const perform = (run: SearchRun) => {
      runs.push(run);
      return { judged: 'all' } as never;
    };
    await expect(searchBars({ perform })).rejects.toThrow(
      'search: perform gave Object, needed what searchRun returns',
    );
    await expect(searchBars({ perform: async () => ({ judged: [] }) })).rejects.toThrow(
      'search: perform gave Object, needed what searchRun returns',
    );
    const [run] = runs as [SearchRun];
    await expect(searchRun(bars, run, { ...shared, seed: 2 })).rejects.toThrow(
      /^searchRun: run.search is [0-9a-f]{8}, needed [0-9a-f]{8}: pass the data, split, folds, seed/,
    );
    await expect(searchRun(bars, { ...run, fold: 9 }, shared)).rejects.toThrow(
      'searchRun: run.fold is 9, needed an integer from 0 to 3',
    );
  });

  /** The runs that a search asks for. */
  const runsOfSearch = async (): Promise<readonly SearchRun[]> => {
    const runs: SearchRun[] = [];
    await searchBars({
      refit: false,
      perform(run) {
        runs.push(run);
        return searchRun(bars, run, shared);
      },
    });
    return runs;
  };

  it('go on from a checkpoint where the signal ended them', async () => {
    const runs = await runsOfSearch();
    const run = runs.at(-1) as SearchRun;
    const whole = await searchRun(bars, run, shared);
    const storage = memoryStorage();
    const stop = new AbortController();
    let steps = 0;
    const execute = (after: number): Execute =>
      ((...args: Parameters<Execute>) => {
        if (++steps === after) stop.abort();
        return executeEagerly(...args);
      }) as Execute;
    await expect(
      searchRun(bars, run, { ...shared, storage, signal: stop.signal, execute: execute(2) }),
    ).rejects.toThrow(/abort/i);
    expect(steps).toBe(2);
    expect(await searchRun(bars, run, { ...shared, storage, execute: execute(0) })).toEqual(whole);
    expect(steps).toBe(4);
  });

  it('leave no tensor', async () => {
    const runs = await runsOfSearch();
    const before = alive();
    await searchRun(bars, runs[0] as SearchRun, shared);
    expect(alive()).toEqual(before);
  });
});
