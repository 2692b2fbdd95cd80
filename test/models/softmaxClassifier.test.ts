import { memory, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { embed, predict } from '../../src/models/predict';
import { loadVariables, saveModel } from '../../src/models/saveModel';
import { fitSoftmaxClassifier } from '../../src/models/softmaxClassifier';
import goldens from '../golden/softmax.json';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { memoryStorage, tinyDataset, tinyM1, weightsOf } from '../support/tiny';

describe('fitSoftmaxClassifier', () => {
  cleanUpAfterEach();

  it.each(goldens.cases.map((golden) => [golden.classes, golden.l2, golden] as const))(
    'has the weights of scikit-learn: %i classes, λ = %s',
    async (_, l2, { codes, labels, kernel, bias }) => {
      const classifier = fitSoftmaxClassifier(Float32Array.from(codes), labels, { l2 });
      const weights = await weightsOf(classifier);
      expectClose(weights.kernel ?? [], kernel.flat(), 1e-5);
      expectClose(weights.bias ?? [], bias, 1e-5);
      classifier.dispose();
    },
  );

  it('with two classes has half the weights of a logistic regression that pays λ/2 of them', () => {
    // The minimum of Σ log(1 + e^(−s w)) + λ/4 w², by bisection of its slope.
    const [positions, l2] = [[-2, -1, 0.5, 1, 3], 0.3];
    const labels = [0, 0, 1, 0, 1];
    const slopeAt = (w: number, b: number): readonly [number, number] => {
      let [forW, forB] = [(l2 / 2) * w, 0];
      for (const [i, position] of positions.entries()) {
        const off = 1 / (1 + Math.exp(-(w * position + b))) - (labels[i] as number);
        forW += off * position;
        forB += off;
      }
      return [forW, forB];
    };
    const classifier = fitSoftmaxClassifier(positions, labels, { l2 });
    const [low = 0, high = 0] = classifier.variables.kernel?.dataSync() ?? [];
    const [lowBias = 0, highBias = 0] = classifier.variables.bias?.dataSync() ?? [];
    const [forW, forB] = slopeAt(high - low, highBias - lowBias);
    expect(Math.abs(forW) + Math.abs(forB)).toBeLessThan(1e-5);
    expect(high).toBeCloseTo(-low, 5);
    classifier.dispose();
  });

  it('classifies the codes of an M1, with the labels that are known', async () => {
    const model = tinyM1();
    const dataset = tinyDataset(60);
    const codes = await embed(model, dataset.x);
    const known = Array.from(dataset.y, (label, i) => (i < 30 ? label : -1));
    const classifier = fitSoftmaxClassifier(codes, known);
    const { labels } = await predict(classifier, codes);
    expect(labels.length).toBe(60);
    const { accuracy } = await evaluateClassifier(classifier, { x: codes, y: dataset.y });
    expect(accuracy).toBeGreaterThan(0.5);
    const alone = fitSoftmaxClassifier(codes.subarray(0, 90), dataset.y.subarray(0, 30));
    expect(await weightsOf(classifier)).toEqual(await weightsOf(alone));
    for (const one of [model, classifier, alone]) one.dispose();
  });

  it.each([1e-10, 1e-3, 1e10, 1e30])('finds the minimum at a scale of %s, and far from 0', async (scale) => {
    const codes = createNoise(3).normals(60);
    const labels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
    const plain = fitSoftmaxClassifier(Array.from(codes), labels);
    const scaled = fitSoftmaxClassifier(
      Array.from(codes, (code) => code * scale),
      labels,
      { l2: scale ** 2 },
    );
    const moved = fitSoftmaxClassifier(
      Array.from(codes, (code) => code + 1000),
      labels,
    );
    const [one, other, third] = [await weightsOf(plain), await weightsOf(scaled), await weightsOf(moved)];
    expectClose(other.kernel?.map((weight) => weight * scale) ?? [], one.kernel ?? [], 1e-5);
    expectClose(other.bias ?? [], one.bias ?? [], 1e-5);
    expectClose(third.kernel ?? [], one.kernel ?? [], 1e-5);
    for (const made of [plain, scaled, moved]) made.dispose();
  });

  it('separates codes of a huge scale with the default penalty', async () => {
    const codes = [-2e10, -1e10, 1e10, 2e10];
    const classifier = fitSoftmaxClassifier(codes, [0, 0, 1, 1]);
    const { negativeLogLikelihood } = await evaluateClassifier(classifier, { x: codes, y: [0, 0, 1, 1] });
    expect(negativeLogLikelihood).toBeLessThan(1e-6);
    classifier.dispose();
  });

  it('is saved and loaded as a model is', async () => {
    const storage = memoryStorage();
    const codes = createNoise(1).normals(20);
    const [fitted, other] = [1, 50].map((l2) =>
      fitSoftmaxClassifier(codes, [0, 1, 2, 0, 1, 2, 0, 1, 2, 0], { l2 }),
    );
    if (!fitted || !other) throw new Error('two are needed');
    await saveModel(fitted, storage);
    await expect(loadVariables(other, storage)).rejects.toThrow(/spec.l2 is 1 in the file/);
    const same = fitSoftmaxClassifier(codes, [2, 1, 0, 0, 1, 2, 0, 1, 2, 0]);
    await loadVariables(same, storage);
    expect(await weightsOf(same)).toEqual(await weightsOf(fitted));
    for (const one of [fitted, other, same]) one.dispose();
  });

  it('leaves two tensors, which its disposal frees, and its results', () => {
    const before = memory().numTensors;
    const classifier = fitSoftmaxClassifier([1, 2, 3, 4], [0, 1]);
    expect(memory().numTensors).toBe(before + 2);
    const x = tensor2d([[1, 2]]);
    const logits = classifier.classify(x);
    expect(logits.shape).toEqual([1, 2]);
    expect(memory().numTensors).toBe(before + 4);
    classifier.dispose();
    classifier.dispose();
    expect(memory().numTensors).toBe(before + 2);
  });

  it.each<[string, () => unknown, string]>([
    [
      'codes that do not divide',
      () => fitSoftmaxClassifier([1, 2, 3], [0, 1]),
      'codes hold 3 numbers, needed a multiple of 2, one row for each label',
    ],
    [
      'a code that is none',
      () => fitSoftmaxClassifier([1, Number.NaN], [0, 1]),
      'codes[1] is NaN, needed a finite number',
    ],
    [
      'a label that is none',
      () => fitSoftmaxClassifier([1, 2], [0, 0.5]),
      'labels[1] is 0.5, needed an integer of at least 0, or -1 for an unknown class',
    ],
    [
      'a label beyond the classes',
      () => fitSoftmaxClassifier([1, 2], [0, 2], { classes: 2 }),
      'labels[1] is 2, needed an integer from 0 to 1, or -1 for an unknown class',
    ],
    [
      'a stray label without classes',
      () => fitSoftmaxClassifier([1, 2, 3], [0, 1, 1e6]),
      'labels[2] is 1000000, needed at most 254 without classes: give classes if there are so many',
    ],
    [
      'a code beyond float32',
      () => fitSoftmaxClassifier([1, 1e39], [0, 1]),
      'codes[1] is 1e+39, needed a finite number',
    ],
    [
      'labels from 1',
      () => fitSoftmaxClassifier([1, 2], [1, 2], { classes: 2 }),
      'labels[1] is 2, needed an integer from 0 to 1, or -1 for an unknown class: labels begin at 0, subtract 1',
    ],
    [
      'no known label',
      () => fitSoftmaxClassifier([1, 2], [-1, -1]),
      'labels name no class, needed at least one known label',
    ],
    [
      'no penalty',
      () => fitSoftmaxClassifier([1, 2], [0, 1], { l2: 0 }),
      'l2 is 0, needed a finite number above 0',
    ],
  ])('refuses %s', (_, fit, message) => {
    expect(fit).toThrowError(new RangeError(`fitSoftmaxClassifier: ${message}`));
  });
});
