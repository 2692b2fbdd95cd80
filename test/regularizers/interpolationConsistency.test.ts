import {
  add,
  grads,
  log,
  mul,
  softmax,
  sum,
  type Tensor,
  tensor2d,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import * as categorical from '../../src/distributions/categorical';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { interpolationConsistency } from '../../src/regularizers/interpolationConsistency';
import { checkGradient } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

// The host refuses to differentiate in what has no part in the gradient, so the targets enter once more, times 0; and
// as they have a part in the value, differences in them say nothing.
describePrimitive(
  'interpolationConsistency',
  (logits, targets) =>
    tidy(() => add(interpolationConsistency({ logits, targets }), sum(mul(targets, 0), 1))),
  {
    smooth: false,
    errors: [
      [
        'targets that would broadcast',
        () => interpolationConsistency({ logits: zeros([2, 3]), targets: zeros([1, 3]) }),
        'interpolationConsistency: targets has shape [1,3], needed [B,K] = [2,3]',
      ],
    ],
  },
);

describe('interpolationConsistency', () => {
  cleanUpAfterEach();

  const logits = () =>
    tensor2d([
      [2, -1, 0.5],
      [0, 0.3, -2],
    ]);
  const targets = () =>
    tensor2d([
      [0.2, 0.5, 0.3],
      [0.9, 0, 0.1],
    ]);

  it('has in the logits the gradient finite differences give, for a random upstream', async () => {
    await checkGradient((l) => interpolationConsistency({ logits: l, targets: targets() }), [logits()]);
  });

  it('is the cross-entropy with the targets less their entropy, and has its gradient in the logits', async () => {
    const divergence = (l: Tensor) => interpolationConsistency({ logits: l, targets: targets() });
    const entropy = (l: Tensor) => crossEntropy({ labels: targets(), logits: l });
    const [expected, own] = [await read(entropy(logits())), await read(categorical.entropy(log(targets())))];
    await expectTensor(
      divergence(logits()),
      expected.map((value, b) => value - (own[b] as number)),
    );
    const gradient = async (f: (l: Tensor) => Tensor) => read(grads(f)([logits()])[0] as Tensor);
    expectClose(await gradient(divergence), await gradient(entropy));
  });

  it('is 0 where the prediction is the target', async () => {
    await expectTensor(interpolationConsistency({ logits: logits(), targets: softmax(logits()) }), [0, 0]);
  });

  it('gives no gradient through targets that the same weights have made', async () => {
    const gradient = async (f: (l: Tensor) => Tensor) => read(grads(f)([logits()])[0] as Tensor);
    const fixed = softmax(mul(logits(), 2));
    expect(
      await gradient((l) => interpolationConsistency({ logits: l, targets: softmax(mul(l, 2)) })),
    ).toEqual(await gradient((l) => interpolationConsistency({ logits: l, targets: fixed })));
  });

  it('is +∞ where a class that is ruled out has a target, and not where it has none', async () => {
    const l = tensor2d([
      [0, Number.NEGATIVE_INFINITY],
      [0, Number.NEGATIVE_INFINITY],
    ]);
    const t = tensor2d([
      [0.5, 0.5],
      [1, 0],
    ]);
    expect(await read(interpolationConsistency({ logits: l, targets: t }))).toEqual([
      Number.POSITIVE_INFINITY,
      0,
    ]);
  });
});
