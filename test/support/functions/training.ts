/** Training. */
import { tensor, tidy } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { tinyAae, tinyBatches, tinyDataset, tinyM2 } from '../tiny';
import { noises, optional, seeds, shared } from './arbitraries';
import { type Descriptions, described } from './description';
import { Opaque } from './drawn';
import { must } from './promises';

const made = shared(() => {
  const model = tinyM2();
  const entries = Object.values(model.variables);
  return { model, initial: entries.map((variable) => variable.dataSync().slice()) };
});

/** The model as it was at first: damaged settings may have made its weights anything. */
const model = (): ssvae.M2 => {
  const { model: moved, initial } = made();
  for (const [i, variable] of Object.values(moved.variables).entries())
    tidy(() => variable.assign(tensor(initial[i] as Float32Array, variable.shape)));
  return moved;
};

const batches = shared(() => tinyBatches({ stepsPerEpoch: 1 }));

const searchSettings = fc.record(
  { latent: fc.constantFrom(1, 2), alpha: fc.constantFrom(1, 25), steps: fc.constantFrom(1, 30) },
  { requiredKeys: [] },
);

/** The checksum of the search that a run is of, once it is asked for. */
const OWN = 'its own';

/** The checksum of a search with these options. */
const searchOf = async (options: ssvae.SearchRunOptions<ssvae.M2>): Promise<string> => {
  let found = OWN;
  const perform = ({ search }: ssvae.SearchRun) => {
    found = search;
    return { failed: 'asked for its name alone' };
  };
  await ssvae
    .search(partlyLabeled, { latent: [2] }, { ...options, trials: 1, perform })
    .catch(() => undefined);
  return found;
};

/** Thirty bars, the labels of every fifth hidden. */
const partlyLabeled = (() => {
  const { y, ...data } = tinyDataset();
  return { ...data, y: y.map((label, i) => (i % 5 === 0 ? 255 : label)) };
})();
const tinySplit = { labeled: Int32Array.of(0, 1, 2), unlabeled: Int32Array.of(3, 4, 5, 6) };

const rate = fc.constantFrom(0, 1e-4, 1e-3);
const share = fc.double({ min: 0, max: 0.99, noNaN: true });

/** Options that the trainer and the bare loop share. */
const stepOptions = {
  objective: fc.constant(new Opaque(() => ssvae.supervised(), 'supervised()')),
  batches: fc.constant(new Opaque(batches, 'batches of three')),
  seed: seeds,
  weighting: fc.constantFrom('mean', 'dataset'),
  alpha: fc.constantFrom(0.5, 1),
  parameterPrior: fc.constantFrom(1, 10),
  clipNorm: fc.constantFrom(0.1, 10),
  gradientNorm: fc.boolean(),
  nonFinite: fc.constantFrom('throw', 'stop', 'skip', 'ignore'),
};
const needed = ['objective', 'batches', 'seed'] as const;

const adversary = shared(() => tinyAae());

/** Functions whose names errors of a search may begin with. */
const CALLED_BY_SEARCH = [
  'fit',
  'train',
  'schedule',
  'foldsOf',
  'createBatches',
  'recipeOf',
  'createM2',
  'modelOptionsOf',
  'recipeWith',
];

export const training: Descriptions = {
  adversarial: described(
    (given: ssvae.Aae, options?: ssvae.AdversarialOptions) => {
      const phases = ssvae.adversarial(given, options);
      for (const { optimizer } of phases) optimizer.dispose?.();
      return phases.map(({ name }) => name);
    },
    fc.tuple(
      fc.constant(new Opaque(adversary, 'an adversarial autoencoder')),
      optional({
        inputNoise: share,
        optimizer: fc.constant(new Opaque(() => () => ssvae.createAdam(), 'a maker of optimizers')),
      }),
    ) as never,
    { always: (names) => must(names.length >= 3, 'the phases') },
  ),
  createEma: described(
    (variables: ssvae.M2['variables'], options: ssvae.EmaOptions) => {
      const ema = ssvae.createEma(variables, options);
      ema.dispose();
      return Object.keys(ema.averages).length;
    },
    fc.tuple(
      fc.constant(new Opaque(() => model().variables, 'the variables of a model')),
      fc.record({ decay: share }),
    ),
    {
      valid: (count) => must(count > 8, 'an average of each variable'),
    },
  ),
  createAdam: described(
    (options?: ssvae.AdamOptions) => {
      const optimizer = ssvae.createAdam(options);
      optimizer.dispose();
      return optimizer.spec;
    },
    fc.tuple(
      optional({
        learningRate: rate,
        beta1: share,
        beta2: share,
        epsilon: fc.constantFrom(1e-8, 1e-4),
        weightDecay: rate,
      }),
    ),
    {
      always: (spec) => must(spec !== undefined, 'an optimizer with its settings'),
    },
  ),
  executeEagerly: described(
    async (given: ssvae.M2, step: number, noise: ssvae.Noise) => {
      const batch = await batches().at(step);
      const optimizer = ssvae.createAdam();
      try {
        const { loss, terms, ...rest } = ssvae.executeEagerly({
          model: given,
          variables: given.variables,
          objective: ssvae.supervised() as never,
          optimizer,
          batch,
          context: { step, noise },
          weights: { labeled: 1, unlabeled: 1, crossEntropy: 1, parameters: 0 },
        });
        return { loss, ...terms, ...rest };
      } finally {
        optimizer.dispose();
        for (const part of Object.values(batch)) for (const tensor of Object.values(part)) (tensor as never as { dispose(): void }).dispose(); // biome-ignore format: one line
      }
    },
    fc.tuple(fc.constant(new Opaque(model, 'an M2 model')), fc.nat(9), noises),
    // Its work is made by the trainer, which has checked it; one's own is looked at by TensorFlow.js.
    { share: 1, valid: ({ loss }) => must(loss.size === 1, 'a scalar loss') },
  ),
  fit: described(
    async (given: ssvae.M2, data: ssvae.Dataset, options?: ssvae.FitOptions) => {
      // The result is freed, and the model is shared.
      const { model: _, ...report } = await ssvae.fit(given, data, options);
      return report;
    },
    fc.tuple(
      fc.constant(new Opaque(model, 'an M2 model')),
      fc.constant(new Opaque(() => partlyLabeled, 'a data set')),
      fc.record(
        {
          steps: fc.constantFrom(1, 2),
          alpha: fc.constantFrom(1, 25),
          folds: fc.constantFrom(0, 2),
          seed: seeds,
        },
        { requiredKeys: ['steps'] },
      ),
    ) as never,
    {
      share: 0.05,
      cheap: (_, __, options: { readonly steps?: number; readonly folds?: number }) =>
        options?.steps !== undefined && !(options.steps > 10) && !((options.folds ?? 0) > 10),
      begins: ['train', 'schedule', 'foldsOf', 'createBatches'],
      valid: ({ why }) => must(why.length > 10, 'why'),
    },
  ),
  modelOptionsOf: described(
    (settings: ssvae.SearchSettings) => {
      const { latent, nets } = ssvae.modelOptionsOf(settings);
      return { latent, nets };
    },
    fc.tuple(searchSettings) as never,
    { always: (options) => must(typeof options === 'object', 'options') },
  ),
  recipeWith: described(
    (model: ssvae.RecipeModel, split: ssvae.SplitIndices, settings: ssvae.SearchSettings) => {
      const { alpha, steps } = ssvae.recipeWith(model, split, settings);
      return { alpha, steps };
    },
    fc.tuple(
      fc.constantFrom({ inputShape: [64] }, { inputShape: [8, 8, 1] }),
      fc.constant(new Opaque(() => tinySplit, 'a split')),
      searchSettings,
    ) as never,
    { begins: ['recipeOf'], always: ({ steps }) => must(steps >= 1, 'steps') },
  ),
  search: described(
    async (data: ssvae.Dataset, space: ssvae.SearchSpace, options: ssvae.SearchOptions<ssvae.M2>) => {
      const { model: found, trials } = await ssvae.search(data, space, options);
      found?.dispose();
      return trials.length;
    },
    fc.tuple(
      fc.constant(new Opaque(() => partlyLabeled, 'a data set')),
      fc.constantFrom({ latent: [2, 3] }, { alpha: { from: 1, to: 2 } }),
      fc.record({
        trials: fc.constant(1),
        folds: fc.constant(2),
        refit: fc.constant(false),
        settings: fc.constant({ steps: 1, widths: [4] }),
        seed: seeds,
      }),
    ) as never,
    {
      share: 0.02,
      cheap: (
        _,
        __,
        options: {
          readonly trials?: number;
          readonly folds?: number;
          readonly settings?: { readonly steps?: number };
        },
      ) =>
        !((options?.settings?.steps ?? 99) > 10) &&
        !((options.trials ?? 99) > 3) &&
        !((options.folds ?? 99) > 3),
      begins: CALLED_BY_SEARCH,
      always: (trials) => must(trials >= 1, 'a trial'),
    },
  ),
  searchRun: described(
    async (
      data: ssvae.Dataset,
      run: ssvae.SearchRun,
      options: ssvae.SearchRunOptions<ssvae.M2> & { readonly seed: number },
    ) => {
      const search = run?.search === OWN ? await searchOf(options) : run?.search;
      return ssvae.searchRun(data, run && { ...run, search }, options);
    },
    fc.tuple(
      fc.constant(new Opaque(() => partlyLabeled, 'a data set')),
      fc.record({
        search: fc.constant(OWN),
        source: fc.constantFrom('labels alone', 'labels and unlabeled data'),
        settings: fc.constant({ steps: 1, widths: [4] }),
        fold: fc.constantFrom(0, 1),
      }),
      fc.record({ folds: fc.constant(2), settings: fc.constant({ steps: 1, widths: [4] }), seed: seeds }),
    ) as never,
    {
      share: 0.02,
      cheap: (_, run: { readonly settings?: { readonly steps?: number } }) =>
        !((run?.settings?.steps ?? 99) > 10),
      begins: ['search', ...CALLED_BY_SEARCH],
      always: (outcome) => must('judged' in outcome || 'failed' in outcome, 'an outcome'),
    },
  ),
  recipeOf: described(
    (model: ssvae.RecipeModel, split: ssvae.SplitIndices, given?: ssvae.RecipeOptions) => {
      const { alpha, steps } = ssvae.recipeOf(model, split, given);
      return { alpha, steps };
    },
    fc.tuple(
      fc.constantFrom({ inputShape: [64] }, { inputShape: [8, 8, 1] }),
      fc.constant(new Opaque(() => tinySplit, 'a split')),
      optional({ steps: fc.integer({ min: 1, max: 100 }), alpha: fc.constantFrom(1, 25) }),
    ) as never,
    { valid: ({ alpha }) => must(alpha >= 1, 'α') },
  ),
  train: described(
    (given: ssvae.M2, options: ssvae.TrainOptions<ssvae.M2>) => ssvae.train(given, options),
    fc.tuple(
      fc.constant(new Opaque(model, 'an M2 model')),
      fc.record(
        {
          ...stepOptions,
          epochs: fc.constantFrom(1, 2),
          validateEvery: fc.constantFrom(1, 2),
          logEvery: fc.constantFrom(1, 2),
          timeLimit: fc.constantFrom(60, 100),
        },
        { requiredKeys: [...needed, 'epochs'] },
      ),
    ) as never,
    {
      share: 0.1,
      // Two thousand million epochs are no mistake, but take their time.
      cheap: (_, options: { readonly epochs?: number }) => !((options?.epochs as number) > 100),
      begins: ['schedule'],
      valid: ({ history, stopped }, _, { epochs }) =>
        must(stopped === 'finished' && history.length === epochs, 'a row for each epoch'),
    },
  ),
  trainingSteps: described(
    async (given: ssvae.M2, options: ssvae.TrainingStepsOptions<ssvae.M2>) => {
      const done: number[] = [];
      for await (const { step, read } of ssvae.trainingSteps(given, options)) {
        done.push(step, Object.keys(await read()).length);
        if (done.length > 4) break;
      }
      return done;
    },
    fc.tuple(
      fc.constant(new Opaque(model, 'an M2 model')),
      fc.record(
        { ...stepOptions, from: fc.constantFrom(0, 1), to: fc.constantFrom(1, 2) },
        { requiredKeys: [...needed, 'to'] },
      ),
    ) as never,
    {
      share: 0.1,
      begins: ['train', 'schedule'],
      always: (done) =>
        must(
          done.every((count) => count >= 0),
          'steps and their terms',
        ),
    },
  ),
};
