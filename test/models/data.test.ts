import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { type CreateDatasetOptions, createDataset, type Dataset } from '../../src/data/dataset';
import { digits } from '../../src/data/digits';
import { subset } from '../../src/data/gather';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import type { ModelData } from '../../src/models/data';
import { assertFits } from '../../src/models/fits';
import { loadModel } from '../../src/models/loadModel';
import { createM2, type M2Options } from '../../src/models/m2/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { fitSoftmaxClassifier } from '../../src/models/softmaxClassifier';
import { createVae } from '../../src/models/vae/model';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, MLP, memoryStorage } from '../support/tiny';

/** Four examples of two values. */
const four = (x: readonly number[], options: Partial<CreateDatasetOptions> = {}): Dataset =>
  createDataset({
    name: 'four',
    x: Float32Array.from(x),
    y: [0, 1, 2, 0],
    shape: [2],
    classes: 3,
    ...options,
  });
const UNIT = [0, 1, 0.5, 0.25, 0, 0, 1, 1];
const REALS = [-1.5, 1, 0.5, 2.25, 0, 0, 1, 1];
const NAMES = ['cat', 'dog', 'bird'];
const SMALL = { nets: MLP, latent: 2 } as const;

/** Counts in bytes, as a user's own likelihood reads them. */
const counts: Likelihood = {
  ...bernoulli,
  spec: undefined as never,
  bytes: 'counts',
  support: { min: 0, max: Number.POSITIVE_INFINITY, integers: true },
};

describe('createM2 of a data set', () => {
  cleanUpAfterEach();

  it('has the shape, the classes and the class names of the data, and is the model that these options make', () => {
    const model = createM2({ ...SMALL, data: four(UNIT, { classNames: NAMES }) });
    expect([model.inputShape, model.classes, model.classNames]).toEqual([[2], 3, NAMES]);
    const byOptions = createM2({ ...SMALL, inputShape: [2], classes: 3, classNames: NAMES });
    expect(model.spec).toEqual(byOptions.spec);
  });

  it('takes what is left out of the options alone', () => {
    const data = four(UNIT);
    const likelihood = gaussianObservation({ sigma: 2 });
    const model = createM2({ ...SMALL, data, classNames: NAMES, likelihood });
    expect(model.classNames).toEqual(NAMES);
    expect(model.likelihood).toBe(likelihood);
    expect(createM2({ ...SMALL, data, inputShape: [2], classes: 3 }).classNames).toBeUndefined();
  });

  it.each<[string, Dataset, Likelihood['spec']]>([
    ['bytes', digits({ count: 10, seed: createNoise(0) }), bernoulli.spec],
    ['values in [0, 1]', four(UNIT), bernoulli.spec],
    ['values that rounding puts beside 0 or 1', four([-1e-7, ...UNIT.slice(1)]), bernoulli.spec],
    ['real values outside [0, 1]', four(REALS), gaussianObservation().spec],
    ['a real value above 1 at the end alone', four([...UNIT.slice(1), 1.5]), gaussianObservation().spec],
    ['whole numbers of both signs', four([-1, 0, 1, 2, 0, 0, 3, 4]), gaussianObservation().spec],
  ])('has the likelihood that fits %s', (_, data, spec) => {
    expect(createM2({ ...SMALL, data }).likelihood.spec).toEqual(spec);
    expect(createVae({ ...SMALL, data }).likelihood.spec).toEqual(spec);
  });

  it.each<[string, ModelData]>([
    ['pixels that are not divided by 255', four([0, 255, 3, 0, 0, 0, 128, 7])],
    ['counts in bytes', four([], { x: Uint8Array.of(0, 3, 1, 0, 2, 2, 7, 1), bytes: 'counts' })],
  ])('asks for the likelihood of %s', (_, data) => {
    const message = /the data has whole numbers from 0 to \d+, needed the option likelihood: one of counts, /;
    expect(() => createM2({ ...SMALL, data })).toThrow(message);
    expect(() => createVae({ ...SMALL, data })).toThrow(message);
    const bytes = data.bytes === 'counts' ? counts : gaussianObservation();
    expect(() => createM2({ ...SMALL, data, likelihood: bytes })).not.toThrow();
  });

  it.each<[string, Partial<M2Options>, Error]>([
    [
      'another shape',
      { inputShape: [3] },
      new RangeError(
        'createM2: inputShape is [3], the data has [2]; needed the same shape, or inputShape left out',
      ),
    ],
    [
      'another number of classes',
      { classes: 4 },
      new RangeError('createM2: classes is 4, the data has 3; needed the same number, or classes left out'),
    ],
    [
      'other class names',
      { classNames: ['cat', 'fox', 'bird'] },
      new RangeError('createM2: class 1 is "fox" in classNames and "dog" in the data, needed the same name'),
    ],
    [
      'too few class names',
      { classNames: ['cat', 'dog'] },
      new RangeError('createM2: classNames has 2 names, needed 3, one for each class'),
    ],
    [
      'a likelihood that reads bytes otherwise',
      { likelihood: counts, data: four([], { x: new Uint8Array(8) }) },
      new RangeError(
        "createM2: a byte of the data is value / 255, the model's likelihood takes it for a count; needed the same: createDataset with bytes: 'counts', or float32 values",
      ),
    ],
    [
      'a promise',
      { data: Promise.resolve(four(UNIT)) as unknown as ModelData },
      new TypeError('createM2: data is Promise, needed a data set, such as createDataset makes: await it'),
    ],
    [
      'training and test set in one',
      { data: { train: four(UNIT), test: four(UNIT) } as unknown as ModelData },
      new TypeError(
        'createM2: data is Object, needed a data set, such as createDataset makes: hand over data.train, or data.test',
      ),
    ],
  ])('refuses %s, and leaves nothing behind', (_, options, error) => {
    const before = alive();
    const data = four(UNIT, { classNames: NAMES });
    expect(() => createM2({ ...SMALL, data, ...options })).toThrowError(error);
    expect(alive()).toEqual(before);
  });

  it.each<[readonly string[], string]>([
    [
      ['cat', 'dog', 'cat'],
      'classNames[2] is "cat", as classNames[0] is, needed a name of its own for each class',
    ],
    [['cat', ' ', 'dog'], 'classNames[1] is " ", needed a name of its own for each class'],
    ['cat' as unknown as string[], 'classNames is "cat", needed an array of texts'],
    [[1, 2, 3] as unknown as string[], 'classNames is an array of 3, needed an array of texts'],
  ])('refuses the class names %j', (classNames, message) => {
    expect(() => createM2({ ...SMALL, inputShape: [2], classes: 3, classNames })).toThrow(
      `createM2: ${message}`,
    );
    expect(() => four(UNIT, { classNames })).toThrow(`createDataset: ${message}`);
  });
});

describe('class names of a data set', () => {
  cleanUpAfterEach();

  it('stay with its parts, and with the model through a file', async () => {
    const data = subset(four(UNIT, { classNames: NAMES }), [2, 0]);
    expect(data.classNames).toEqual(NAMES);
    const model = createM2({ ...SMALL, data });
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    expect(loaded.classNames).toEqual(NAMES);
    expect(loaded.spec).toEqual(model.spec);
  });

  it('are what predict calls each example by, and evaluateClassifier each class', async () => {
    const data = four(UNIT, { classNames: NAMES });
    const model = createM2({ ...SMALL, data });
    const { labels, classNames } = await predict(model, data.x);
    expect(classNames).toEqual(Array.from(labels, (label) => NAMES[label]));
    const evaluation = await evaluateClassifier(model, data);
    expect(evaluation.classNames).toEqual(NAMES);
    const classifier = fitSoftmaxClassifier(data.x, data.y, { classNames: NAMES });
    const predicted = await predict(classifier, data.x);
    expect(predicted.classNames).toEqual(Array.from(predicted.labels, (label) => NAMES[label]));
    classifier.dispose();
  });

  it('are the class indices where the data has none', async () => {
    const model = createM2({ ...SMALL, data: four(UNIT) });
    const { labels, classNames } = await predict(model, UNIT);
    expect(classNames).toEqual(Array.from(labels, String));
    expect((await evaluateClassifier(model, four(UNIT))).classNames).toEqual(['0', '1', '2']);
  });

  it('that a model has and the data calls otherwise are refused by training and evaluation', async () => {
    const data = four(UNIT, { classNames: NAMES });
    const model = createM2({ ...SMALL, data });
    const other = four(UNIT, { classNames: ['dog', 'cat', 'bird'] });
    const message = 'class 0 is "dog" in the data and "cat" in the model, needed the same name';
    await expect(evaluateClassifier(model, other)).rejects.toThrow(`evaluateClassifier: ${message}`);
    const batches = createBatches({
      dataset: other,
      split: { labeled: Int32Array.of(0, 1, 2), unlabeled: Int32Array.of(3) },
      batchSize: { labeled: 1, unlabeled: 1 },
      seed: createNoise(0),
    });
    expect(() => assertFits('train', model, [semiSupervised()], batches)).toThrow(`train: ${message}`);
    const wrong = { ...model, classNames: ['cat'] };
    await expect(predict(wrong, data.x)).rejects.toThrow(
      'predict: model.classNames has 1 names, needed 3, one for each class',
    );
  });
});
