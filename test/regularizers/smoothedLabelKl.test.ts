import { grads, log, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as categorical from '../../src/distributions/categorical';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { smoothLabels } from '../../src/regularizers/labelSmoothing';
import { smoothedLabelKl } from '../../src/regularizers/smoothedLabelKl';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

const label = () => tensor2d([[1, 0, 0]]);

for (const spread of ['others', 'uniform'] as const) {
  for (const direction of ['labels||q', 'q||labels'] as const) {
    describePrimitive(`smoothedLabelKl, ε = 0.1, ${spread}, ${direction}`, (labels, logits) =>
      smoothedLabelKl({ labels, logits, epsilon: 0.1, spread, direction }),
    );
  }
}

describe('smoothedLabelKl', () => {
  cleanUpAfterEach();

  it('is cross-entropy with the smoothed labels minus their entropy, by default', async () => {
    const logits = tensor2d([[2, -1, 0.5]]);
    const smoothed = smoothLabels(label(), 0.1);
    const [ce = 0] = await read(crossEntropy({ labels: smoothed, logits }));
    const [entropy = 0] = await read(categorical.entropy(log(smoothed)));
    await expectTensor(smoothedLabelKl({ labels: label(), logits, epsilon: 0.1 }), [ce - entropy]);
  });

  it('is 0 in both directions where q is the smoothed label', async () => {
    const logits = log(smoothLabels(label(), 0.1));
    for (const direction of ['labels||q', 'q||labels'] as const) {
      await expectTensor(smoothedLabelKl({ labels: label(), logits, epsilon: 0.1, direction }), [0]);
    }
  });

  it('is the distance from the uniform distribution at ε = 1, where smoothing mixes with it', async () => {
    const logits = tensor2d([[2, -1, 0.5]]);
    const [entropy = 0] = await read(categorical.entropy(logits));
    const at = (spread: 'uniform' | 'others') =>
      smoothedLabelKl({ labels: label(), logits, epsilon: 1, spread, direction: 'q||labels' });
    await expectTensor(at('uniform'), [Math.log(3) - entropy]);
    expect(() => at('others')).toThrow('smoothedLabelKl: epsilon is 1, needed a number in (0, 1)');
  });

  it('is plain cross-entropy at ε = 0 towards q, in value and gradient', async () => {
    const logits = tensor2d([[2, -60, 0.5]]);
    const gradient = async (f: (logits: Tensor) => Tensor) => read(grads(f)([logits])[0] as Tensor);
    const kl = (l: Tensor) => smoothedLabelKl({ labels: label(), logits: l, epsilon: 0 });
    const ce = (l: Tensor) => crossEntropy({ labels: label(), logits: l });
    await expectTensor(kl(logits), await read(ce(logits)));
    expectClose(await gradient(kl), await gradient(ce));
  });

  it('keeps a strong gradient where one of ten classes is confidently wrong, and only −0.00018 in reverse', async () => {
    const q = [1e-4 / 9, 1 - 1e-4, ...new Array(8).fill(1e-4 / 9)];
    const labels = tensor2d([[1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    const atTrueClass = async (direction: 'labels||q' | 'q||labels') => {
      const kl = (logits: Tensor) => smoothedLabelKl({ labels, logits, epsilon: 0.1, direction });
      const [gradient = 0] = await read(grads(kl)([tensor2d([q.map(Math.log)])])[0] as Tensor);
      return gradient;
    };
    expect(await atTrueClass('labels||q')).toBeCloseTo(-0.9, 4);
    expect(await atTrueClass('q||labels')).toBeCloseTo(-0.00018, 5);
  });

  it('has the gradient of the cross-entropy in a label of exactly 0, and no other', async () => {
    const logits = tensor2d([[2, -1, 0.5]]);
    const gradient = async (f: (labels: Tensor) => Tensor) => read(grads(f)([label()])[0] as Tensor);
    const ofKl = await gradient((y) => smoothedLabelKl({ labels: y, logits, epsilon: 0 }));
    const ofCrossEntropy = await gradient((y) => crossEntropy({ labels: y, logits }));
    // At the label of 1 the slope of −H(p̂) is log 1 + 1.
    expectClose(
      ofKl,
      ofCrossEntropy.map((slope, k) => slope + (k === 0 ? 1 : 0)),
    );
  });

  it('drops a class of logit −∞ in q‖labels, and is +∞ in labels‖q, as no smoothed label is 0', async () => {
    const logits = tensor2d([[1, 1, Number.NEGATIVE_INFINITY]]);
    const kl = (direction: 'labels||q' | 'q||labels') => (l: Tensor) =>
      smoothedLabelKl({ labels: label(), logits: l, epsilon: 0.1, direction });
    await expectTensor(kl('q||labels')(logits), [0.5 * Math.log(0.5 / 0.9) + 0.5 * Math.log(0.5 / 0.05)]);
    const slope = 0.25 * Math.log(18);
    await expectTensor(grads(kl('q||labels'))([logits])[0] as Tensor, [[-slope, slope, 0]]);
    expect(await read(kl('labels||q')(logits))).toEqual([Number.POSITIVE_INFINITY]);
    const atZero = smoothedLabelKl({ labels: label(), logits, epsilon: 0 });
    await expectTensor(atZero, [Math.LN2]);
  });

  it.each([
    [1e-40, 'others'],
    [1e-40, 'uniform'],
    [1 - 1e-10, 'others'],
  ] as const)(
    'refuses ε = %d with spread "%s" in reverse: float32 has 0 for the least label',
    (epsilon, spread) => {
      expect(() =>
        smoothedLabelKl({ labels: label(), logits: zeros([1, 3]), epsilon, spread, direction: 'q||labels' }),
      ).toThrowError(
        new RangeError(
          `smoothedLabelKl: epsilon is ${epsilon}, needed a number that leaves every class a float32 probability: KL(q‖p̂) is infinite where a smoothed label is 0`,
        ),
      );
    },
  );

  it('takes the smallest ε that float32 holds', async () => {
    const epsilon = 2 ** -125;
    const kl = smoothedLabelKl({ labels: label(), logits: zeros([1, 3]), epsilon, direction: 'q||labels' });
    await expectTensor(kl, [-Math.log(3) + (2 / 3) * 126 * Math.LN2]);
  });

  it('takes labels of any type', async () => {
    const logits = tensor2d([[2, -1, 0.5]]);
    const labels = tensor2d([[1, 0, 0]], [1, 3], 'int32');
    for (const direction of ['labels||q', 'q||labels'] as const) {
      const expected = await read(smoothedLabelKl({ labels: label(), logits, epsilon: 0.1, direction }));
      await expectTensor(smoothedLabelKl({ labels, logits, epsilon: 0.1, direction }), expected);
    }
  });

  it.each([0, 1])(
    'refuses ε = %d in reverse, where the divergence is infinite, rather than clip it',
    (epsilon) => {
      expect(() =>
        smoothedLabelKl({ labels: label(), logits: zeros([1, 3]), epsilon, direction: 'q||labels' }),
      ).toThrowError(
        new RangeError(
          `smoothedLabelKl: epsilon is ${epsilon}, needed a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0`,
        ),
      );
    },
  );

  it('names what came and what was needed: logits that would broadcast', () => {
    expect(() =>
      smoothedLabelKl({ labels: zeros([2, 3]), logits: zeros([1, 3]), epsilon: 0.1 }),
    ).toThrowError(new RangeError('smoothedLabelKl: logits has shape [1,3], needed [B,K] = [2,3]'));
  });
});
