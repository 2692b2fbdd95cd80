import {
  cast,
  matMul,
  oneHot,
  reshape,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { accuracy } from '../../src/evaluation/accuracy';
import { assignClasses } from '../../src/evaluation/assignClasses';
import { evaluateAssignment } from '../../src/evaluation/assignment';
import { confusionMatrix } from '../../src/evaluation/confusionMatrix';
import { normalizedMutualInformation } from '../../src/evaluation/normalizedMutualInformation';
import type { Classifier } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, MLP, tinyDataset, tinyM2 } from '../support/tiny';

const drawn = (noise: Noise, count: number, classes: number): number[] =>
  Array.from(noise.uniforms(count), (u) => Math.floor(u * classes));

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((one) =>
        permutations(items.filter((other) => other !== one)).map((rest) => [one, ...rest]),
      );

/** Every function from the predicted classes to the true ones. */
const functions = (classes: number, count = classes): number[][] =>
  count === 0
    ? [[]]
    : functions(classes, count - 1).flatMap((rest) =>
        Array.from({ length: classes }, (_, k) => [...rest, k]),
      );

/** Examples that an assignment makes right. */
const rightOf = (
  labels: readonly number[],
  predictions: readonly number[],
  assignment: ArrayLike<number>,
): number => predictions.filter((predicted, n) => assignment[predicted] === labels[n]).length;

describe('assignClasses', () => {
  it.each([1, 2, 3, 4, 5, 6])(
    'finds the best permutation of %i classes, as a search of all of them does',
    (classes) => {
      for (let trial = 0; trial < 30; trial++) {
        const noise = createNoise(trial).split(classes);
        const [labels, predictions] = [drawn(noise, 40, classes), drawn(noise, 40, classes)];
        const found = assignClasses(labels, predictions, classes);
        expect([...found].sort()).toEqual(Array.from({ length: classes }, (_, k) => k));
        const best = permutations([...found].sort()).map((one) => rightOf(labels, predictions, one));
        expect(rightOf(labels, predictions, found)).toBe(Math.max(...best));
      }
    },
  );

  it.each([1, 2, 3, 4])('finds the best function of %i classes under "many-to-one"', (classes) => {
    for (let trial = 0; trial < 30; trial++) {
      const noise = createNoise(trial).split(classes);
      const [labels, predictions] = [drawn(noise, 25, classes), drawn(noise, 25, classes)];
      const found = assignClasses(labels, predictions, classes, { mapping: 'many-to-one' });
      const best = functions(classes).map((one) => rightOf(labels, predictions, one));
      expect(rightOf(labels, predictions, found)).toBe(Math.max(...best));
    }
  });

  it('undoes any permutation of perfect predictions, also of many classes', () => {
    const labels = Array.from({ length: 500 }, (_, n) => n % 50);
    const order = createNoise(4).permutation(50);
    const found = assignClasses(
      labels,
      labels.map((label) => order[label] as number),
      50,
    );
    expect(labels.map((label) => found[order[label] as number])).toEqual(labels);
  });

  it('gives a predicted class that never comes no true one, unless each has one for itself', () => {
    expect([...assignClasses([0, 1, 2], [1, 1, 1], 3, { mapping: 'many-to-one' })]).toEqual([-1, 0, -1]);
    expect([...assignClasses([0, 1, 2], [1, 1, 1], 3)].sort()).toEqual([0, 1, 2]);
  });

  it('takes more predicted classes than true ones: several share one, or some are left over', () => {
    const [labels, predictions] = [
      [0, 0, 0, 0, 1, 1],
      [0, 0, 2, 2, 1, 3],
    ];
    const shared = assignClasses(labels, predictions, 4, { mapping: 'many-to-one' });
    expect([...shared]).toEqual([0, 1, 0, 1]);
    expect(rightOf(labels, predictions, assignClasses(labels, predictions, 4))).toBe(3);
  });

  it('refuses labels that are unknown or too large, and another mapping', () => {
    expect(() => assignClasses([0, -1], [0, 1], 2)).toThrow('labels[1] is -1, needed an integer from 0 to 1');
    expect(() => assignClasses([0, 1], [0, 2], 2)).toThrow(
      'predictions[1] is 2, needed an integer from 0 to 1',
    );
    expect(() => assignClasses([0], [0], 2, { mapping: 'any' as never })).toThrow(
      'assignClasses: mapping is "any", needed one of "one-to-one", "many-to-one"',
    );
  });
});

describe('normalizedMutualInformation', () => {
  it('is 2·I / (H + H), as its sums over pairs say', () => {
    const noise = createNoise(1);
    const [labels, predictions] = [drawn(noise, 60, 4), drawn(noise, 60, 4)];
    const joint = confusionMatrix(labels, predictions, 4).map((row) => row.map((n) => n / 60));
    const rows = joint.map((row) => row.reduce((a, b) => a + b, 0));
    const columns = joint.map((_, k) => joint.reduce((a, row) => a + (row[k] as number), 0));
    let [information, entropies] = [0, 0];
    for (const [i, row] of joint.entries())
      for (const [k, p] of row.entries())
        if (p > 0) information += p * Math.log(p / ((rows[i] as number) * (columns[k] as number)));
    for (const p of [...rows, ...columns]) if (p > 0) entropies -= p * Math.log(p);
    expect(normalizedMutualInformation(labels, predictions, 4)).toBeCloseTo(
      (2 * information) / entropies,
      12,
    );
  });

  it('is symmetric, and a permutation of either changes nothing', () => {
    const noise = createNoise(2);
    const [labels, predictions] = [drawn(noise, 60, 4), drawn(noise, 60, 4)];
    const value = normalizedMutualInformation(labels, predictions, 4);
    expect(normalizedMutualInformation(predictions, labels, 4)).toBeCloseTo(value, 12);
    for (const order of permutations([0, 1, 2, 3])) {
      const moved = predictions.map((k) => order[k] as number);
      expect(normalizedMutualInformation(labels, moved, 4)).toBeCloseTo(value, 12);
    }
  });

  it('is 1 where either tells the other, and 0 where neither does', () => {
    expect(normalizedMutualInformation([0, 1, 2, 1], [2, 0, 1, 0], 3)).toBeCloseTo(1, 12);
    expect(normalizedMutualInformation([0, 1, 0, 1], [0, 0, 1, 1], 2)).toBeCloseTo(0, 12);
    expect(normalizedMutualInformation([0, 1], [1, 1], 2)).toBe(0);
    expect(normalizedMutualInformation([1, 1], [0, 0], 2)).toBe(1);
    expect(() => normalizedMutualInformation([], [], 2)).toThrow('needed at least one');
  });
});

/** A classifier whose one input is the class that it predicts. */
const reader = (classes: number, rename = (k: number): number => k): Classifier => ({
  inputShape: [1],
  classes,
  variables: {},
  spec: 'reader',
  classify: (x: Tensor) =>
    tidy(() => {
      const named = oneHot(
        tensor1d(
          Array.from({ length: classes }, (_, k) => rename(k)),
          'int32',
        ),
        classes,
        9,
        0,
      );
      const seen = oneHot(cast(reshape(x, [-1]), 'int32'), classes);
      return matMul(cast(seen, 'float32') as Tensor2D, cast(named, 'float32') as Tensor2D);
    }),
  dispose: () => undefined,
});

describe('evaluateAssignment', () => {
  cleanUpAfterEach();

  const examples = (seed: number, count = 80) => {
    const noise = createNoise(seed);
    const y = drawn(noise.split('y'), count, 4);
    // Right three times of four, under another name.
    const wrong = noise.split('wrong').uniforms(count);
    const x = Float32Array.from(y, (label, n) => ((wrong[n] as number) < 0.25 ? 0 : (label + 1) % 4));
    return { x, y };
  };

  it('assigns by the training truths, and has the best assignment of the evaluated ones beside it', async () => {
    const [data, training] = [examples(1), examples(2)];
    for (const mapping of ['one-to-one', 'many-to-one'] as const) {
      const found = await evaluateAssignment(reader(4), data, { training, mapping, batchSize: 7 });
      const assignment = assignClasses(training.y, training.x as never, 4, { mapping });
      expect(found.assignment).toEqual(assignment);
      expect(found.count).toBe(80);
      const renamed = Array.from(data.x, (k) => assignment[k] as number);
      expect(found.accuracy).toBe(accuracy(data.y, renamed, 4));
      expect(found.bestOnData.assignment).toEqual(assignClasses(data.y, data.x as never, 4, { mapping }));
      expect(found.normalizedMutualInformation).toBe(normalizedMutualInformation(data.y, data.x as never, 4));
    }
  });

  it('has no accuracy above that of the best assignment, which fits chance', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const noise = createNoise(seed);
      const random = (name: string) => ({
        x: Float32Array.from(drawn(noise.split(name), 12, 4)),
        y: drawn(noise.split(`${name} y`), 12, 4),
      });
      const found = await evaluateAssignment(reader(4), random('data'), { training: random('training') });
      expect(found.bestOnData.accuracy).toBeGreaterThanOrEqual(found.accuracy);
    }
  });

  it('changes in nothing where the predicted classes change their names', async () => {
    const [data, training] = [examples(1), examples(2)];
    const { assignment, bestOnData, ...plain } = await evaluateAssignment(reader(4), data, { training });
    for (const order of permutations([0, 1, 2, 3])) {
      const found = await evaluateAssignment(
        reader(4, (k) => order[k] as number),
        data,
        { training },
      );
      expect(found.accuracy).toBe(plain.accuracy);
      expect(found.bestOnData.accuracy).toBe(bestOnData.accuracy);
      expect(found.normalizedMutualInformation).toBeCloseTo(plain.normalizedMutualInformation, 12);
      expect(order.map((k) => found.assignment[k])).toEqual([...assignment]);
    }
  });

  it('passes over examples whose class is not known, and leaves no tensor', async () => {
    const before = alive();
    const data = { x: new Float32Array([0, 1, 1]), y: [1, 0, -1] };
    const found = await evaluateAssignment(reader(2), data, { training: data });
    expect([found.count, found.accuracy]).toEqual([2, 1]);
    expect(alive()).toEqual(before);
  });

  it('refuses training examples that are missing or of which no class is known', async () => {
    const data = { x: new Float32Array([0, 1]), y: [1, 0] };
    await expect(evaluateAssignment(reader(2), data, {} as never)).rejects.toThrow(
      'evaluateAssignment: training is undefined',
    );
    let calls = 0;
    const counted = (k: number): number => {
      calls++;
      return k;
    };
    await expect(
      evaluateAssignment(reader(2, counted), data, { training: { ...data, y: [-1, -1] } }),
    ).rejects.toThrow(
      'evaluateAssignment: training: y holds no class that is known among 2, needed at least one',
    );
    expect(calls, 'examples that were classified before').toBe(0);
  });

  it('finds the class that no label names, of an M2 whose label prior covers it', async () => {
    const dataset = tinyDataset(60);
    const all = Int32Array.from({ length: 60 }, (_, i) => i);
    // The examples of class 2 have no labels.
    const labeled = all.filter((i) => dataset.y[i] !== 2).slice(0, 8);
    const split = { labeled, unlabeled: all.filter((i) => !labeled.includes(i)) };
    const model = tinyM2({ nets: { ...MLP, widths: [16], norm: 'batch' } });
    const optimizer = createAdam({ learningRate: 0.01 });
    const batches = createBatches({ dataset, split, batchSize: { labeled: 4, unlabeled: 12 }, seed: 1 });
    await train(model, { objective: semiSupervised(), batches, epochs: 15, seed: 1, optimizer });
    const found = await evaluateAssignment(model, tinyDataset(60, 9), { training: dataset });
    expect(found.accuracy).toBeGreaterThan(0.9);
    expect([...found.assignment].slice(0, 2)).toEqual([0, 1]);
    optimizer.dispose();
    model.dispose();
  });
});
