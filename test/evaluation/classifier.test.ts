import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createDataset } from '../../src/data/dataset';
import * as categorical from '../../src/distributions/categorical';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import type { Classifier } from '../../src/models/model';
import { predict } from '../../src/models/predict';
import { mutualInformation } from '../../src/regularizers/mutualInformation';
import goldens from '../golden/scores.json';
import { busyFor, ticksDuring } from '../support/waiting';

/** Logits are the inputs themselves. */
const passThrough = (classes: number): Classifier => ({
  inputShape: [classes],
  classes,
  variables: {},
  spec: null,
  classify: (x) => tf.reshape<tf.Rank.R2>(x, [-1, classes]),
  dispose: () => {},
});

const three = {
  x: Float32Array.from([
    ...[2, 0, 0], // right
    ...[0, 3, 0], // right
    ...[0, 1, 1], // a tie: class 1 is taken, class 2 is true
    ...[0, 0, 4], // taken for 2, class 0 is true
    ...[5, 0, 0], // right
  ]),
  y: Uint8Array.of(0, 1, 2, 0, 0),
};

describe('evaluateClassifier', () => {
  it('finds what was computed by hand, at any batch size', async () => {
    // One row of logits (l, 0, 0) has log-mass log(e^l + 2).
    const rows = [
      { logits: [2, 0, 0], label: 0 },
      { logits: [0, 3, 0], label: 1 },
      { logits: [0, 1, 1], label: 2 },
      { logits: [0, 0, 4], label: 0 },
      { logits: [5, 0, 0], label: 0 },
    ].map(({ logits, label }) => {
      const mass = logits.reduce((sum, l) => sum + Math.exp(l), 0);
      const probs = logits.map((l) => Math.exp(l) / mass);
      return {
        probs,
        entropy: -probs.reduce((sum, p) => sum + p * Math.log(p), 0),
        nll: -Math.log(probs[label] ?? 0),
        confidence: Math.max(...probs),
      };
    });
    const mean = (values: number[]) => values.reduce((sum, v) => sum + v, 0) / values.length;
    for (const batchSize of [1, 2, 5, 500]) {
      const found = await evaluateClassifier(passThrough(3), three, { batchSize, bins: 1 });
      expect(found.count).toBe(5);
      expect(found.accuracy).toBe(3 / 5);
      expect(found.confusion).toEqual([
        [2, 0, 1],
        [0, 1, 0],
        [0, 1, 0],
      ]);
      expect(found.entropy).toBeCloseTo(mean(rows.map(({ entropy }) => entropy)), 6);
      expect(found.negativeLogLikelihood).toBeCloseTo(mean(rows.map(({ nll }) => nll)), 6);
      const marginal = [0, 1, 2].map((k) => mean(rows.map(({ probs }) => probs[k] as number)));
      const ofMarginal = -marginal.reduce((sum, p) => sum + p * Math.log(p), 0);
      expect(found.mutualInformation).toBeCloseTo(ofMarginal - found.entropy, 6);
      const logits = tf.tensor2d(three.x, [5, 3]);
      const onDevice = mutualInformation(logits);
      expect(found.mutualInformation).toBeCloseTo((await onDevice.data())[0] as number, 5);
      tf.dispose([logits, onDevice]);
      const confidence = mean(rows.map((row) => row.confidence));
      expect(found.calibrationError).toBeCloseTo(Math.abs(confidence - 3 / 5), 6);
      expect(found.calibrationBins[0]?.confidence).toBeCloseTo(confidence, 6);
    }
  });

  it.each(goldens.cases.map((golden) => [golden.title, golden] as const))(
    'has the scores of scikit-learn: %s',
    async (_, { classes, labels, logits, ...expected }) => {
      const found = await evaluateClassifier(passThrough(classes), {
        x: Float32Array.from(logits.flat()),
        y: labels,
      });
      for (const [i, scores] of expected.byClass.entries())
        for (const [name, score] of Object.entries(scores))
          expect(found.byClass[i]?.[name as 'f1'], `${name} of ${scores.class}`).toBeCloseTo(score, 12);
      expect(found.byClass.length).toBe(expected.byClass.length);
      expect(found.macroF1).toBeCloseTo(expected.macroF1, 12);
      expect(found.balancedAccuracy).toBeCloseTo(expected.balancedAccuracy, 12);
      expect(found.topAccuracy.length).toBe(classes);
      for (const [k, share] of expected.topAccuracy.entries())
        expect(found.topAccuracy[k]).toBeCloseTo(share, 12);
    },
  );

  it('ranks equal logits by class, so that the first of the top accuracies is the accuracy', async () => {
    const ties = { x: new Float32Array(9), y: [0, 1, 2] };
    const { accuracy, topAccuracy } = await evaluateClassifier(passThrough(3), ties);
    expect(topAccuracy).toEqual([1 / 3, 2 / 3, 1]);
    expect(accuracy).toBe(1 / 3);
  });

  it('works with two classes, and takes the first of two equal logits', async () => {
    const found = await evaluateClassifier(passThrough(2), { x: new Float32Array(4), y: [0, 1] });
    expect(found.accuracy).toBe(0.5);
    expect(found.confusion).toEqual([
      [1, 0],
      [1, 0],
    ]);
    expect(found.entropy).toBeCloseTo(Math.LN2, 12);
    expect(found.mutualInformation).toBe(0);
    expect(found.negativeLogLikelihood).toBeCloseTo(Math.LN2, 12);
  });

  it('takes the class that predict and categorical.mode take: that of the largest logit, the first where several are', async () => {
    const noise = createNoise(5);
    const rows = [
      [0, 1e-8],
      [1e-8, 0],
      [-1e-8, 0],
      [100, 100],
      [Number.NEGATIVE_INFINITY, -5],
      [-200, -200.00002],
      ...Array.from({ length: 200 }, () => [3 + 1e-6 * noise.next(), 3 + 1e-6 * noise.next()]),
    ].map((row) => row.map(Math.fround));
    const expected = rows.map(([a = 0, b = 0]) => (b > a ? 1 : 0));
    const x = new Float32Array(rows.flat());
    // Inputs are finite, so a class is ruled out by the model.
    const given = Float32Array.from(x, (v) => (Number.isFinite(v) ? v : -3e38));
    const model: Classifier = {
      ...passThrough(2),
      classify: (inputs) =>
        tf.tidy(() => {
          const logits = tf.reshape<tf.Rank.R2>(inputs, [-1, 2]);
          return tf.where(tf.greater(logits, -2e38), logits, Number.NEGATIVE_INFINITY) as tf.Tensor2D;
        }),
    };
    expect([...(await predict(model, given)).labels]).toEqual(expected);
    expect((await evaluateClassifier(model, { x: given, y: expected })).accuracy).toBe(1);
    const logits = tf.tensor2d(x, [rows.length, 2]);
    const modes = categorical.mode(logits);
    const oneHot = await modes.data();
    expect(rows.map((_, i) => (oneHot[2 * i + 1] === 1 ? 1 : 0))).toEqual(expected);
    tf.dispose([logits, modes]);
  });

  it('stays finite at extreme logits', async () => {
    const sure = { x: Float32Array.of(100, -100, -200, 3e38), y: [1, 1] };
    const found = await evaluateClassifier(passThrough(2), sure);
    expect(found.entropy).toBeCloseTo(0, 12);
    expect(found.mutualInformation).toBeCloseTo(Math.LN2, 12);
    expect(found.calibrationBins).toEqual([{ from: 14 / 15, to: 1, confidence: 1, accuracy: 0.5, count: 2 }]);
    expect(found.negativeLogLikelihood).toBeCloseTo(100, 4);
  });

  it('reads bytes as 255ths, and tensors as they are', async () => {
    const bytes = await evaluateClassifier(passThrough(2), { x: Uint8Array.of(255, 0), y: [0] });
    expect(bytes.negativeLogLikelihood).toBeCloseTo(Math.log(1 + Math.exp(-1)), 6);
    const x = tf.tensor2d([[1, 0]]);
    const tensor = await evaluateClassifier(passThrough(2), { x, y: [0] });
    expect(tensor.negativeLogLikelihood).toBe(bytes.negativeLogLikelihood);
    expect(x.isDisposed).toBe(false);
    x.dispose();
  });

  it('takes a data set as it is', async () => {
    const dataset = createDataset({
      name: 'two',
      x: Uint8Array.of(0, 255, 255, 51),
      y: [1, 1],
      shape: [2],
      classes: 2,
    });
    expect((await evaluateClassifier(passThrough(2), dataset)).accuracy).toBe(0.5);
  });

  it.each([
    ['−1', [0, -1, 2, -1, 0]],
    ['what a byte makes of it', Uint8Array.of(0, 255, 2, 255, 0)],
    ['−1 of 64 bits', BigInt64Array.of(0n, -1n, 2n, -1n, 0n)],
  ])(
    'passes over examples whose class is unknown, told by %s: all numbers are of the others',
    async (_, y) => {
      const known = {
        x: Float32Array.from([...three.x.slice(0, 3), ...three.x.slice(6, 9), ...three.x.slice(12)]),
        y: [0, 2, 0],
      };
      const expected = await evaluateClassifier(passThrough(3), known);
      expect(expected.count).toBe(3);
      for (const batchSize of [1, 2, 500])
        expect(await evaluateClassifier(passThrough(3), { x: three.x, y }, { batchSize })).toEqual(expected);
    },
  );

  it('refuses a set of which no class is known', async () => {
    const message = 'evaluateClassifier: y holds no class that is known among 5, needed at least one';
    await expect(
      evaluateClassifier(passThrough(3), { x: three.x, y: new Uint8Array(5).fill(255) }),
    ).rejects.toThrow(new RangeError(message));
    const unlabelled = createDataset({ name: 'none', x: three.x, shape: [3], classes: 3 });
    await expect(evaluateClassifier(passThrough(3), unlabelled)).rejects.toThrow(message);
  });

  it('is finite on examples of one class, and on one example', async () => {
    for (const data of [
      { x: three.x, y: [1, 1, 1, 1, 1] },
      { x: three.x.slice(0, 3), y: [0] },
    ]) {
      const { confusion, calibrationBins, ...numbers } = await evaluateClassifier(passThrough(3), data);
      expect(JSON.stringify(numbers)).not.toContain('null');
      expect(confusion.flat().reduce((sum, n) => sum + n, 0)).toBe(data.y.length);
      expect(calibrationBins.every((bin) => Object.values(bin).every(Number.isFinite))).toBe(true);
    }
  });

  it('refuses a data set of another number of classes than the model', async () => {
    const y = [0, 1, 2, 0, 1];
    for (const classes of [2, 4])
      await expect(evaluateClassifier(passThrough(3), { x: three.x, y, classes } as never)).rejects.toThrow(
        `evaluateClassifier: the data has ${classes} classes, the model 3; needed the same number`,
      );
  });

  it('leaves no tensor behind, whether it ends well or in an error', async () => {
    const before = tf.memory().numTensors;
    await evaluateClassifier(passThrough(3), three, { batchSize: 2 });
    expect(tf.memory().numTensors).toBe(before);
    const broken = {
      ...passThrough(3),
      classify: (x: tf.Tensor) => tf.log(tf.sub(x, 1e9)) as tf.Tensor2D,
    };
    await expect(evaluateClassifier(broken, three, { batchSize: 2 })).rejects.toThrow(
      /^evaluateClassifier: logits of example 0 are/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses inputs that are NaN, which some kernels take for 0', async () => {
    const broken = { ...three, x: Float32Array.from(three.x, (v, i) => (i === 13 ? Number.NaN : v)) };
    await expect(evaluateClassifier(passThrough(3), broken)).rejects.toThrow(
      'evaluateClassifier: x[13] is NaN, needed a finite number',
    );
  });

  it('lets other work run between batches', async () => {
    const model = passThrough(1);
    const slow = {
      ...model,
      classify(x: tf.Tensor) {
        busyFor(20);
        return model.classify(x);
      },
    };
    const examples = { x: new Float32Array(40), y: new Uint8Array(40) };
    const ran = await ticksDuring(() => evaluateClassifier(slow, examples, { batchSize: 1 }));
    expect(ran).toBeGreaterThan(5);
  });

  it.each([
    ['no example', { x: new Float32Array(0), y: [] }, 'x holds no example'],
    [
      'half an example',
      { x: new Float32Array(4), y: [0] },
      'x holds 4 values, needed a multiple of 3 for inputs [3]',
    ],
    [
      'too few labels',
      { x: new Float32Array(6), y: [0] },
      'y holds 1 labels, needed one for each of 2 examples',
    ],
    [
      'a label out of range',
      { x: new Float32Array(6), y: [0, 3] },
      'y[1] is 3, needed an integer from 0 to 2',
    ],
    [
      'a label that is no integer',
      { x: new Float32Array(3), y: [0.5] },
      'y[0] is 0.5, needed an integer from 0 to 2',
    ],
    [
      'a label that is a text, with the way to leave one unknown',
      { x: new Float32Array(6), y: [0, '1'] as never },
      'y[1] is "1", needed an integer from 0 to 2, or -1 for an unknown class',
    ],
    ['no label', { x: new Float32Array(6), y: [0, null] as never }, 'y[1] is null, needed'],
  ])('refuses %s', async (_, data, message) => {
    await expect(evaluateClassifier(passThrough(3), data)).rejects.toThrow(`evaluateClassifier: ${message}`);
  });

  it('refuses a tensor of another shape, a batch size of 0 and a classifier with other classes', async () => {
    const x = tf.zeros([2, 4]);
    await expect(evaluateClassifier(passThrough(3), { x, y: [0, 0] })).rejects.toThrow(
      'evaluateClassifier: x is a tensor [2,4], needed [N,3]',
    );
    x.dispose();
    await expect(evaluateClassifier(passThrough(3), three, { batchSize: 0 })).rejects.toThrow(
      'batchSize is 0',
    );
    const wrong = { ...passThrough(3), classify: () => tf.zeros<tf.Rank.R2>([5, 2]) };
    await expect(evaluateClassifier(wrong, three)).rejects.toThrow('logits has shape [5,2], needed [5,3]');
  });
});
