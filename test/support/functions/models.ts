/** Models, their files, and their objectives. */
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import {
  CLASSES,
  memoryFolder,
  memoryStorage,
  tinyDataset,
  tinyLadder,
  tinyM1,
  tinyM2,
  tinyToken,
} from '../tiny';
import { models, noises, optional, prior, seeds, shared, sureClassifier } from './arbitraries';
import { type Descriptions, described } from './description';
import { Opaque } from './drawn';
import { must } from './promises';

const likelihood = fc.constantFrom(
  new Opaque(() => ssvae.bernoulli, 'bernoulli'),
  new Opaque(() => ssvae.gaussianObservation({ variance: 'learned' }), 'a Gaussian of learned variance'),
);

const weight = fc.oneof(
  fc.constantFrom(0, 1, 0.5),
  fc.constant(new Opaque(() => ssvae.linearWarmup({ steps: 10 }), 'a warm-up')),
);

const objectiveOptions = {
  labelHandling: fc.constantFrom('enumerate', 'gumbel', 'straight-through'),
  temperature: fc.constantFrom(0.5, 1),
  klWeight: fc.oneof(weight, fc.record({ latentKl: weight })),
  boundWeight: weight,
  entropyPenalty: weight,
  mutualInformationWeight: weight,
  classBalance: fc.constantFrom('uniform', 'label-prior'),
  labelPriorKlWeight: weight,
  consistency: fc.record(
    { weight, concentration: fc.integer({ min: 1, max: 5 }) },
    { requiredKeys: ['weight'] },
  ),
};

const isObjective = (objective: ssvae.Objective<never>): void =>
  must(typeof objective === 'function' && objective.spec !== undefined, 'an objective with its settings');

const inputShapes = fc.constantFrom([4, 4, 1], [8, 4, 2]);

/** Presets of nets, the MLP with further choices that a model has. */
const presets = (choices: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) =>
  fc.oneof(
    fc.record(
      {
        preset: fc.constant('mlp'),
        widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
        activation: fc.constantFrom('relu', 'softplus'),
        norm: fc.constantFrom('batch', 'layer', 'none'),
        ...choices,
      },
      { requiredKeys: ['preset', 'widths'] },
    ),
    fc.record(
      {
        preset: fc.constant('conv'),
        filters: fc.constantFrom([2], [2, 3]),
        width: fc.integer({ min: 1, max: 4 }),
        norm: fc.constantFrom('batch', 'layer', 'none'),
      },
      { requiredKeys: ['preset', 'filters', 'width'] },
    ),
  );

/** Options that every model has. */
const common = {
  latent: fc.integer({ min: 1, max: 3 }),
  likelihood,
  initializer: fc.oneof(fc.constant('he-normal'), fc.record({ normal: fc.constantFrom(0, 0.1) })),
  seed: seeds,
};

const options = fc.tuple(inputShapes, fc.integer({ min: 2, max: 4 })).chain(([inputShape, classes]) =>
  fc.record(
    {
      inputShape: fc.constant(inputShape),
      classes: fc.constant(classes),
      nets: presets({ sharedTrunk: fc.boolean() }),
      ...common,
      labelPrior: prior(classes),
      encoderSeesLabel: fc.boolean(),
    },
    { requiredKeys: ['inputShape', 'classes', 'nets'] },
  ),
);

const optionsLadder = fc
  .tuple(inputShapes, fc.integer({ min: 2, max: 4 }), fc.integer({ min: 1, max: 3 }))
  .chain(([inputShape, classes, layers]) => {
    const widths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: layers, maxLength: layers });
    return fc.record(
      {
        inputShape: fc.constant(inputShape),
        classes: fc.constant(classes),
        latents: widths,
        nets: fc.record(
          {
            preset: fc.constant('mlp'),
            widths,
            activation: fc.constantFrom('relu', 'softplus'),
            norm: fc.constantFrom('batch', 'layer', 'none'),
          },
          { requiredKeys: ['preset', 'widths'] },
        ),
        likelihood,
        initializer: common.initializer,
        seed: seeds,
        labelPrior: prior(classes),
        decoderSeesLabel: layers === 1 ? fc.constant(true) : fc.boolean(),
      },
      { requiredKeys: ['inputShape', 'classes', 'latents', 'nets'] },
    );
  });

const optionsAae = fc.tuple(inputShapes, fc.integer({ min: 2, max: 4 })).chain(([inputShape, classes]) =>
  fc.record(
    {
      inputShape: fc.constant(inputShape),
      classes: fc.constant(classes),
      nets: fc.record({
        preset: fc.constant('mlp'),
        widths: fc.constantFrom([3], [3, 2]),
        discriminatorWidths: fc.constantFrom([2], [3, 2]),
      }),
      ...common,
      // Codes of a swiss roll are pairs.
      latent: fc.constantFrom(2, 4),
      labelPrior: prior(classes),
      classPrior: fc.constant(new Opaque(() => ssvae.swissRoll({ classes }), 'a swiss roll')),
    },
    { requiredKeys: ['inputShape', 'classes', 'nets'] },
  ),
);

const optionsM1 = fc.record(
  { inputShape: inputShapes, nets: presets(), ...common },
  { requiredKeys: ['inputShape', 'nets'] },
);

const optionsOfConditional = fc
  .tuple(options, fc.boolean(), fc.boolean())
  .map(([given, token, classPrior]) => {
    if (!token) return { ...given, classPrior };
    const { labelPrior: _, encoderSeesLabel: __, ...rest } = given as Readonly<Record<string, unknown>>;
    return { ...rest, classPrior, missing: 'token' };
  });

const auxiliaryOptions = fc.record(
  {
    inputShape: inputShapes,
    classes: fc.constant(3),
    nets: fc.record(
      {
        preset: fc.constant('mlp'),
        widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
        activation: fc.constantFrom('relu', 'softplus'),
        norm: fc.constantFrom('batch', 'layer', 'none'),
      },
      { requiredKeys: ['preset', 'widths'] },
    ),
    auxiliary: fc.integer({ min: 1, max: 3 }),
    ...common,
    labelPrior: prior(3),
  },
  { requiredKeys: ['inputShape', 'classes', 'nets'] },
);

const optionsM1M2 = fc.tuple(inputShapes, fc.integer({ min: 2, max: 4 })).chain(([inputShape, classes]) =>
  fc.record(
    {
      inputShape: fc.constant(inputShape),
      classes: fc.constant(classes),
      nets: fc.record({
        preset: fc.constant('mlp'),
        widths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
        innerWidths: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
        norm: fc.constantFrom('batch', 'layer', 'none'),
      }),
      ...common,
      features: fc.integer({ min: 1, max: 4 }),
      covariates: fc.integer({ min: 1, max: 3 }),
      labelPrior: prior(classes),
    },
    { requiredKeys: ['inputShape', 'classes', 'nets'] },
  ),
);

/** Bytes of a model's file. */
const savedBytes = (make: () => ssvae.Model) =>
  shared(async () => {
    const storage = memoryStorage();
    await ssvae.saveModel(make(), storage);
    return storage.bytes as Uint8Array;
  });

const model = shared(() => tinyM2());
const own = new Opaque(model, 'an M2 model');
const ownM1 = new Opaque(
  shared(() => tinyM1()),
  'an M1 model',
);

const ownToken = new Opaque(
  shared(() => tinyToken()),
  'a conditional VAE with a token',
);

const dataset = tinyDataset(4);
const plain = fc.constantFrom(
  dataset.x,
  Float32Array.from(dataset.x, (byte) => byte / 255),
  Array.from(dataset.x, (byte) => byte / 255),
);
const predictOptions = optional({ batchSize: fc.integer({ min: 1, max: 5 }) });

const classifyOptions = optional({
  batchSize: fc.integer({ min: 1, max: 5 }),
  unknownBelow: fc.double({ min: 0, max: 1, noNaN: true }),
  unknownName: fc.constantFrom('unknown', 'other'),
});

/** A place in memory that holds a saved model. */
const storageOf = (saved: () => Promise<Uint8Array>) =>
  fc.constant(
    new Opaque(() => {
      const file = saved();
      return { name: 'memory', read: () => file, write: async () => undefined };
    }, 'a saved model'),
  );
const storage = storageOf(savedBytes(tinyM2));

const auxiliaryPromises = {
  share: 0.05,
  begins: ['initializeNet'],
  always: (model: ssvae.Model) => must(Object.keys(model.variables).length > 20, 'named variables'),
  release: (model: ssvae.Model) => model.dispose(),
};

export const modelFunctions: Descriptions = {
  createAae: described(ssvae.createAae, fc.tuple(optionsAae) as never, {
    share: 0.05,
    begins: ['initializeNet'],
    always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
    release: (model) => model.dispose(),
  }),
  createM1M2: described(ssvae.createM1M2, fc.tuple(optionsM1M2) as never, {
    share: 0.05,
    begins: ['initializeNet'],
    always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
    release: (model) => model.dispose(),
  }),
  createStackedM2: described(
    (options: ssvae.StackedM2Options) => {
      const model = ssvae.createStackedM2(options);
      model.dispose();
      const { inputShape, dimensions } = model;
      return { inputShape, dimensions };
    },
    fc.tuple(
      fc.record(
        {
          m1: fc.constant(ownM1),
          dimensions: fc.constantFrom([0], [2, 0], [0, 1, 2]),
          classes: fc.integer({ min: 2, max: 4 }),
          latent: fc.integer({ min: 1, max: 3 }),
          nets: fc.constant({ preset: 'mlp', widths: [3] }),
          initializer: common.initializer,
          seed: seeds,
        },
        { requiredKeys: ['m1', 'dimensions', 'classes', 'nets'] },
      ),
    ) as never,
    {
      share: 0.05,
      begins: ['initializeNet', 'createM2'],
      always: ({ inputShape, dimensions }) =>
        must(inputShape.length === 3 && dimensions.length > 0, 'a model of images'),
    },
  ),
  createM2: described(ssvae.createM2, fc.tuple(options) as never, {
    share: 0.05,
    begins: ['initializeNet'],
    always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
    release: (model) => model.dispose(),
  }),
  createLadderVae: described(ssvae.createLadderVae, fc.tuple(optionsLadder) as never, {
    share: 0.05,
    begins: ['initializeNet'],
    always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
    release: (model) => model.dispose(),
  }),
  createConditionalVae: described(
    (given: ssvae.ConditionalVaeOptions) => ssvae.createConditionalVae(given),
    fc.tuple(optionsOfConditional) as never,
    {
      share: 0.05,
      begins: ['initializeNet'],
      always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
      release: (model) => model.dispose(),
    },
  ),
  bayesClassifier: described(
    ssvae.bayesClassifier,
    fc.tuple(
      fc.oneof(models, fc.constant(ownToken)),
      fc.record(
        { samples: fc.integer({ min: 1, max: 5 }), labelPrior: prior(CLASSES), seed: seeds },
        { requiredKeys: ['seed'] },
      ),
    ) as never,
    { always: ({ classes }) => must(classes === CLASSES, 'K classes') },
  ),
  createVae: described(ssvae.createVae, fc.tuple(optionsM1) as never, {
    share: 0.05,
    begins: ['initializeNet'],
    always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
    release: (model) => model.dispose(),
  }),
  createAdgm: described(ssvae.createAdgm, fc.tuple(auxiliaryOptions) as never, auxiliaryPromises),
  createSdgm: described(ssvae.createSdgm, fc.tuple(auxiliaryOptions) as never, auxiliaryPromises),
  fitSoftmaxClassifier: described(
    ssvae.fitSoftmaxClassifier,
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 })).chain(([width, count]) => {
      const numbers = fc.double({ min: -5, max: 5, noNaN: true });
      return fc.tuple(
        fc.array(numbers, { minLength: width * count, maxLength: width * count }),
        fc.array(fc.nat(2), { minLength: count, maxLength: count }),
        optional({
          classes: fc.integer({ min: 3, max: 5 }),
          l2: fc.double({ min: 0.01, max: 10, noNaN: true }),
        }),
      );
    }),
    {
      cheap: (_, __, options) =>
        !(((options as { readonly classes?: number } | null)?.classes as number) > 1e4),
      always: ({ classes, inputShape: [width = 0] }, codes, labels) => {
        must(classes >= 2 && width * labels.length === codes.length, 'K classes of codes [N, Z]');
      },
      release: (classifier) => classifier.dispose(),
    },
  ),
  embed: described(
    ssvae.embed,
    fc.tuple(fc.oneof(models, fc.constant(ownM1)), plain, predictOptions) as never,
    {
      valid: (codes, { latent }) =>
        must(codes.length === 4 * latent && codes.every(Number.isFinite), 'N · Z numbers'),
    },
  ),
  withTemperature: described(
    (model: ssvae.Classifier, temperature: number) => ssvae.withTemperature(model, temperature),
    fc.tuple(fc.constant(sureClassifier), fc.double({ min: 0.01, max: 100, noNaN: true })) as never,
    { always: ({ temperature }, _, given) => must(temperature === given, 'the temperature given') },
  ),
  predict: described(ssvae.predict, fc.tuple(models, plain, classifyOptions) as never, {
    always: ({ labels, probabilities }, { classes }) => {
      must(probabilities.length === labels.length * classes, 'N · K probabilities');
      must(
        probabilities.every((p) => p >= 0 && p <= 1),
        'probabilities',
      );
    },
  }),
  saveForHub: described(
    ssvae.saveForHub,
    fc.tuple(
      models,
      fc.constant(new Opaque(() => memoryFolder(), 'a folder')),
      fc.record(
        {
          name: fc.constantFrom('mine', 'a|b'),
          license: fc.constant('mit'),
          description: fc.constant('Of bars.'),
          datasets: fc.constant(['bars']),
          tags: fc.constant(['bars']),
          results: fc.array(
            fc.record(
              {
                dataset: fc.constant('Bars'),
                split: fc.constant('test'),
                metric: fc.constant('accuracy'),
                value: fc.double({ min: 0, max: 1, noNaN: true }),
              },
              { requiredKeys: ['dataset', 'metric', 'value'] },
            ),
            { maxLength: 2 },
          ),
        },
        { requiredKeys: ['name', 'license'] },
      ),
    ) as never,
    {},
  ),
  toLayersModels: described(ssvae.toLayersModels, fc.tuple(models) as never, {
    always: ({ classifier }) => must(classifier !== undefined, 'a classifier'),
    release: (nets) => {
      for (const net of Object.values(nets)) net.dispose();
    },
  }),
  saveModel: described(ssvae.saveModel, fc.tuple(models, storage) as never, {}),
  loadModel: described(
    (place: ssvae.Storage | ssvae.StorageFolder, options?: ssvae.LoadModelOptions) =>
      ssvae.loadModel(place, options),
    fc.tuple(
      fc.oneof(storage, storageOf(savedBytes(tinyM1)), storageOf(savedBytes(tinyLadder))),
      optional({ likelihood: fc.constant(new Opaque(() => ssvae.bernoulli, 'bernoulli')) }),
    ) as never,
    {
      share: 0.05,
      begins: [
        'createAae',
        'createM1M2',
        'createM2',
        'createStackedM2',
        'createVae',
        'createConditionalVae',
        'createLadderVae',
      ],
      always: (model) => must(Object.keys(model.variables).length > 8, 'named variables'),
      release: (model) => model.dispose(),
    },
  ),
  loadVariables: described(ssvae.loadVariables, fc.tuple(fc.constant(own), storage) as never, {}),
  unsupervised: described(ssvae.unsupervised, fc.tuple(optional({ klWeight: weight })) as never, {
    always: isObjective,
  }),
  labelConditional: described(
    ssvae.labelConditional,
    fc.tuple(
      optional({ klWeight: weight, labelDropout: fc.double({ min: 0, max: 1, noNaN: true }) }),
    ) as never,
    { always: isObjective },
  ),
  semiSupervised: described(ssvae.semiSupervised, fc.tuple(optional(objectiveOptions)) as never, {
    always: isObjective,
  }),
  supervised: described(ssvae.supervised, fc.tuple(), { always: isObjective }),
  regularized: described(
    ssvae.regularized,
    fc.tuple(
      optional({
        ...objectiveOptions,
        labelSmoothing: optional({
          weight,
          epsilon: fc.double({ min: 1e-6, max: 0.9, noNaN: true }),
          spread: fc.constantFrom('others', 'uniform'),
          direction: fc.constantFrom('labels||q', 'q||labels'),
          expectation: fc.constantFrom('true-label', 'enumerate'),
        }),
      }),
    ) as never,
    { always: isObjective },
  ),
  scheduled: described(
    (context: ssvae.ObjectiveContext, value: ssvae.ScalarOrSchedule, name: string) =>
      ssvae.scheduled(context, value, name),
    fc.tuple(
      fc.record({ step: fc.nat(1000), noise: noises }),
      fc.oneof(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constant(new Opaque(() => (step: number) => 2 * step, 'a schedule')),
      ),
      fc.constantFrom('beta', 'gamma'),
    ) as never,
    {
      // The context is the trainer's own, and the name stands in messages alone.
      cheap: (context: { readonly step?: unknown } | null, _: unknown, name: unknown) =>
        typeof context?.step === 'number' && typeof name === 'string',
      always: (value) =>
        must(typeof value === 'object' || Number.isFinite(value), 'a finite number or a scalar tensor'),
    },
  ),
};
