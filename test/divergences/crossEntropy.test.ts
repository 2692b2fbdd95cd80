import { grads, losses, neg, ones, softmax, sub, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

describePrimitive('crossEntropy', (labels, logits) => crossEntropy({ labels, logits }), {
  errors: [
    [
      'logits that would broadcast',
      () => crossEntropy({ labels: zeros([2, 3]), logits: zeros([1, 3]) }),
      'crossEntropy: logits has shape [1,3], needed [B,K] = [2,3]',
    ],
    [
      'class indices in place of rows',
      () => crossEntropy({ labels: zeros([2]), logits: zeros([2, 3]) }),
      'crossEntropy: labels has shape [2], needed [B,K]',
    ],
  ],
});

describe('crossEntropy', () => {
  cleanUpAfterEach();

  const labels = [[0.7, 0.2, 0.1]];
  const logits = [[2, -1, 0.5]];
  const gradientInLabels = async (f: (labels: Tensor, logits: Tensor) => Tensor): Promise<number[]> => {
    const [gradient] = grads(f)([tensor2d(labels), tensor2d(logits)]);
    return read(gradient as Tensor);
  };

  it('has −logSoftmax as its gradient in the labels, where the stock softmaxCrossEntropy has labels − softmax', async () => {
    const truth = [0.2413, 3.2413, 1.7413];
    expectClose(await gradientInLabels((y, l) => crossEntropy({ labels: y, logits: l })), truth, 1e-4);

    const stock = await gradientInLabels((y, l) => losses.softmaxCrossEntropy(y, l));
    expectClose(stock, await read(sub(tensor2d(labels), softmax(tensor2d(logits)))));
    expect(Math.abs((stock[1] as number) - (truth[1] as number))).toBeGreaterThan(1);
  });

  it('keeps a gradient at confidently wrong logits, where a cross-entropy clipped at 1e-7 has none', async () => {
    const [, gradient] = grads((y: Tensor, l: Tensor) => crossEntropy({ labels: y, logits: l }))([
      tensor2d([[1, 0]]),
      tensor2d([[-60, 60]]),
    ]);
    await expectTensor(gradient as Tensor, [[-1, 1]]);
  });

  it('drops a class of logit −∞ that no label is of, with finite gradients, and is +∞ at a label of it', async () => {
    const logits = tensor2d([[0, 0, Number.NEGATIVE_INFINITY]]);
    const y = tensor2d([[1, 0, 0]]);
    await expectTensor(crossEntropy({ labels: y, logits }), [Math.LN2]);
    const gradients = grads((y: Tensor, l: Tensor) => crossEntropy({ labels: y, logits: l }))([y, logits]);
    await expectTensor(gradients[0] as Tensor, [[Math.LN2, Math.LN2, 0]]);
    await expectTensor(gradients[1] as Tensor, [[-0.5, 0.5, 0]]);
    expect(await read(crossEntropy({ labels: tensor2d([[0, 0, 1]]), logits }))).toEqual([
      Number.POSITIVE_INFINITY,
    ]);
  });

  it('is linear in the labels', async () => {
    const l = tensor2d([
      [2, -1, 0.5],
      [2, -1, 0.5],
      [2, -1, 0.5],
    ]);
    const perLabel = await read(
      crossEntropy({ labels: tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]), logits: l }),
    );
    const [soft = 0] = await read(crossEntropy({ labels: tensor2d(labels), logits: tensor2d(logits) }));
    expectClose(
      [soft],
      [0.7 * (perLabel[0] as number) + 0.2 * (perLabel[1] as number) + 0.1 * (perLabel[2] as number)],
    );
  });

  it('is log K for an indifferent classifier, whatever the labels', async () => {
    await expectTensor(crossEntropy({ labels: tensor2d(labels), logits: zeros([1, 3]) }), [Math.log(3)]);
    await expectTensor(neg(crossEntropy({ labels: ones([1, 3]), logits: zeros([1, 3]) })), [
      -3 * Math.log(3),
    ]);
  });
});
