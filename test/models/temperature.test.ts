import { logSoftmax, softmax, type Tensor, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { evaluateAssignment } from '../../src/evaluation/assignment';
import { calibrate } from '../../src/evaluation/calibrate';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { noveltyScore } from '../../src/evaluation/novelty';
import { loadModel } from '../../src/models/loadModel';
import type { Classifier } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { predict } from '../../src/models/predict';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { withTemperature } from '../../src/models/temperature';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  alive,
  memoryStorage,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinyM2,
  weightsOf,
} from '../support/tiny';

const data = tinyDataset(60, 3);

describe('a classify that gives probabilities', () => {
  cleanUpAfterEach();

  it.each(['predict', 'evaluateClassifier', 'evaluateAssignment', 'noveltyScore', 'calibrate'] as const)(
    'is refused by %s, at any temperature, and logits are not',
    async (name) => {
      const model = tinyM2();
      const own = { ...model, classify: (x: Tensor) => softmax(model.classify(x)) };
      const examples = tinyDataset(30, 3);
      const use = (asked: Classifier): Promise<unknown> => {
        if (name === 'predict') return predict(asked, examples.x);
        if (name === 'evaluateClassifier') return evaluateClassifier(asked, examples);
        if (name === 'evaluateAssignment')
          return evaluateAssignment(asked as typeof model, examples, { training: examples });
        if (name === 'noveltyScore')
          return noveltyScore(asked as typeof model, examples, {
            reference: [-3.5, -4.5],
            samples: 1,
            seed: 1,
          });
        return calibrate(asked, examples);
      };
      const message = `${name}: the model's classify gives probabilities`;
      await expect(use(own)).rejects.toThrow(message);
      if (name !== 'calibrate') await expect(use(withTemperature(own, 2))).rejects.toThrow(message);
      await use(model);
      await use({ ...model, classify: (x: Tensor) => logSoftmax(model.classify(x)) } as typeof model);
    },
  );

  it('is asked of a model, not of what fit gives', async () => {
    const given = { model: tinyM2(), accuracy: 1 } as unknown as Classifier;
    await expect(predict(given, new Float32Array(4))).rejects.toThrow(
      new TypeError('predict: model is Object, needed an object with classify(): take its .model'),
    );
  });

  it('is not told by one row', async () => {
    const { x } = tinyExamples(1);
    const own = { ...tinyM2(), classify: () => tensor2d([[0.25, 0.75, 0]]) };
    expect((await predict(own, x)).labels).toEqual(Int32Array.of(1));
  });
});

describe('withTemperature', () => {
  cleanUpAfterEach();

  it('divides the logits of predict and evaluateClassifier, and of nothing else', async () => {
    const model = tinyM2();
    const cooled = withTemperature(model, 0.25);
    const { x } = tinyExamples(5);
    const logits = await read(model.classify(x));
    expect(await read(cooled.classify(x))).toEqual(logits);
    const expected = [0, 1, 2, 3, 4].flatMap((b) => {
      const powers = logits.slice(3 * b, 3 * b + 3).map((logit) => Math.exp(4 * logit));
      return powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
    });
    const { labels, probabilities } = await predict(cooled, x);
    expectClose(Array.from(probabilities), expected);
    expect(labels).toEqual((await predict(model, x)).labels);
    const y = [0, 1, 2, 0, 1];
    const { negativeLogLikelihood } = await evaluateClassifier(cooled, { x, y });
    const mean = y.reduce((sum, label, b) => sum - Math.log(expected[3 * b + label] as number) / 5, 0);
    expect(negativeLogLikelihood).toBeCloseTo(mean, 4);
    expect(model.temperature).toBeUndefined();
  });

  it('leaves training as it is', async () => {
    const options = { objective: semiSupervised(), batches: tinyBatches(), epochs: 1, seed: 1 };
    const [plain, cooled] = [tinyM2(), withTemperature(tinyM2(), 3)];
    const { history } = await train(plain, options);
    expect((await train(cooled, options)).history.map(({ loss }) => loss)).toEqual(
      history.map(({ loss }) => loss),
    );
    expect(await weightsOf(cooled)).toEqual(await weightsOf(plain));
    plain.dispose();
    cooled.dispose();
  });

  it('is saved and loaded with the model, and shares its variables', async () => {
    const model = tinyM2();
    const cooled = withTemperature(model, 1.75);
    const storage = memoryStorage();
    await saveModel(cooled, storage);
    const loaded = await loadModel(storage, { kind: 'm2' });
    expect(loaded.temperature).toBe(1.75);
    expect((await predict(loaded, data.x)).probabilities).toEqual(
      (await predict(cooled, data.x)).probabilities,
    );
    await expect(loadVariables(tinyM2(), storage)).rejects.toThrow('spec.temperature is 1.75 in the file');
    await loadVariables(withTemperature(tinyM2(), 1.75), storage);
    cooled.dispose();
    await expect(predict(model, data.x)).rejects.toThrow('predict: the model is disposed');
  });

  it('refuses a temperature below 1e-6 or above 1e6', async () => {
    const model = tinyM2();
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e-9])
      expect(() => withTemperature(model, bad)).toThrow(
        `withTemperature: temperature is ${bad}, needed a number from 1e-6 to 1e6`,
      );
    await expect(predict({ ...model, temperature: 0 }, data.x)).rejects.toThrow(
      'predict: model.temperature is 0, needed a number from 1e-6 to 1e6',
    );
    const storage = memoryStorage();
    await saveModel({ ...model, spec: { ...(model.spec as object), temperature: -1 } }, storage);
    await expect(loadModel(storage)).rejects.toThrow('temperature is -1');
  });
});

/** A classifier of the inputs 0, 1, 2, … that gives the rows of logits with these numbers. */
const classifierOf = (rows: readonly (readonly number[])[]) => {
  const classes = rows[0]?.length ?? 0;
  const model: Classifier = {
    inputShape: [1],
    classes,
    variables: {},
    spec: {},
    classify: (x: Tensor): Tensor2D =>
      tidy(() =>
        tensor2d(
          Array.from(x.dataSync(), (i) => [...(rows[i] ?? [])]),
          [x.shape[0] as number, classes],
        ),
      ),
    dispose: () => undefined,
  };
  return { model, x: Float32Array.from(rows, (_, i) => i) };
};

describe('calibrate', () => {
  cleanUpAfterEach();

  it('finds the temperature at which the held-out labels are most probable', async () => {
    // Confident of 4 logits, and right in three of four: softmax(4/T) must be 3/4, so T = 4 / log 3.
    const rows = [0, 1, 0, 1].map((mode) => [mode === 0 ? 4 : 0, mode === 1 ? 4 : 0]);
    const { model, x } = classifierOf(rows);
    const calibrated = await calibrate(model, { x, y: [0, 1, 0, 0] });
    expect(calibrated.temperature).toBeCloseTo(4 / Math.log(3), 9);
    expect((await evaluateClassifier(calibrated, { x, y: [0, 1, 0, 0] })).calibrationError).toBeLessThan(
      1e-6,
    );
  });

  it('agrees with a search over temperatures, and starts from no other', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      3 * Math.sin(i),
      3 * Math.sin(2 * i),
      3 * Math.cos(5 * i),
    ]);
    const y = rows.map((row, i) => (i % 4 === 0 ? (i / 4) % 3 : row.indexOf(Math.max(...row))));
    const { model, x } = classifierOf(rows);
    const { temperature } = await calibrate(withTemperature(model, 9), { x, y });
    const lossAt = async (T: number): Promise<number> =>
      (await evaluateClassifier(withTemperature(model, T), { x, y })).negativeLogLikelihood;
    const best = await lossAt(temperature);
    for (const factor of [0.5, 0.9, 0.98, 1.02, 1.1, 2])
      expect(await lossAt(temperature * factor)).toBeGreaterThan(best);
  });

  it('passes over unknown classes and classes ruled out', async () => {
    const out = Number.NEGATIVE_INFINITY;
    const rows = [
      [4, 0, out],
      [0, 4, out],
      [4, 0, out],
      [4, 0, out],
      [9, 0, 0],
    ];
    const { model, x } = classifierOf(rows);
    const { temperature } = await calibrate(model, { x, y: [0, 1, 0, 1, -1] });
    expect(temperature).toBeCloseTo(4 / Math.log(3), 9);
  });

  it('refuses labels at which no temperature is best', async () => {
    const { model, x } = classifierOf([
      [4, 0],
      [0, 4],
      [4, 0],
    ]);
    await expect(calibrate(model, { x, y: [0, 1, 0] })).rejects.toThrow(
      'calibrate: all 3 known classes are predicted right, needed some that are not',
    );
    await expect(calibrate(model, { x, y: [1, 0, 0] })).rejects.toThrow(
      'calibrate: the logits of the known classes are no larger than the others on average over 3 examples',
    );
    await expect(calibrate(model, { x, y: [-1, -1, -1] })).rejects.toThrow(
      'calibrate: y holds no class that is known among 3, needed at least one',
    );
  });

  it('leaves no tensor behind', async () => {
    const model = tinyM2();
    const before = alive();
    // Labels that the untrained model gives, but for every third: better than chance, and not all right.
    const { labels } = await predict(model, data.x);
    const y = labels.map((label, i) => (i % 3 === 0 ? (label + 1) % 3 : label));
    const { temperature } = await calibrate(model, { x: data.x, y }, { batchSize: 7 });
    expect(temperature).toBeGreaterThan(0);
    expect(alive()).toEqual(before);
  });
});
