import { grads, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { adversarialTerms, discriminatorAccuracy } from '../../src/bounds/adversarialTerms';
import goldens from '../golden/adversarial.json';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';

const { terms } = goldens;
const SIDES = ['discriminator', 'generator'] as const;
const logits = (): Tensor[] => [tensor(terms.real.values), tensor(terms.fake.values)];
const at =
  (side: (typeof SIDES)[number]) =>
  (realLogits: Tensor, fakeLogits: Tensor): Tensor =>
    adversarialTerms({ realLogits, fakeLogits })[side];

describe('adversarialTerms', () => {
  cleanUpAfterEach();

  it.each(SIDES)('has the float64 value and gradient of the %s', async (side) => {
    const [real, fake] = logits() as [Tensor, Tensor];
    expectClose(await read(at(side)(real, fake)), terms[side].values);
    const upstream = tensor(terms.upstream.values);
    const expected = terms.gradients[side];
    const found =
      side === 'generator'
        ? grads((f: Tensor) => at(side)(real, f))([fake], upstream)
        : grads(at(side))([real, fake], upstream);
    for (const [i, golden] of expected.entries()) expectClose(await read(found[i] as Tensor), golden.values);
  });

  it('has the gradient finite differences give, for a random upstream', async () => {
    const inputs = [tensor([0.3, -1, 2]), tensor([1, 0.2, -0.7])];
    await checkGradient(at('discriminator'), inputs);
    await checkGradient((fake) => at('generator')(inputs[0] as Tensor, fake), [inputs[1] as Tensor]);
  });

  it('is −2 log 2 and −log 2, and the accuracy ½, where every logit is 0', async () => {
    const zeros = { realLogits: tensor([0, 0]), fakeLogits: tensor([0, 0]) };
    const { discriminator, generator } = adversarialTerms(zeros);
    await expectTensor(discriminator, [-2 * Math.LN2, -2 * Math.LN2]);
    await expectTensor(generator, [-Math.LN2, -Math.LN2]);
    await expectTensor(discriminatorAccuracy(zeros), [0.5, 0.5]);
  });

  it('has opposite gradients in real and fake logits at 0, so that fakes like the reals move no discriminator', async () => {
    const same = tensor([0, 0, 0]);
    const [ofReal, ofFake] = grads(at('discriminator'))([same, same.clone()]) as [Tensor, Tensor];
    await expectTensor(ofReal, [0.5, 0.5, 0.5]);
    await expectTensor(ofFake, [-0.5, -0.5, -0.5]);
  });

  it('leaves a tensor for each of its terms', () => {
    expectNoLeak(at('discriminator'), logits(), 2);
  });

  it('names both shapes when they differ', () => {
    expect(() => adversarialTerms({ realLogits: tensor([0]), fakeLogits: tensor([0, 1]) })).toThrowError(
      new RangeError('adversarialTerms: fakeLogits has shape [2], needed [B] = [1]'),
    );
  });
});

describe('discriminatorAccuracy', () => {
  cleanUpAfterEach();

  it('counts right answers, and a guess as half of one', async () => {
    const [realLogits, fakeLogits] = [tensor([2, 1, 0, -1, -1]), tensor([-1, 3, 0, -2, 2])];
    await expectTensor(discriminatorAccuracy({ realLogits, fakeLogits }), [1, 0.5, 0.5, 0.5, 0]);
  });

  it('leaves one tensor behind', () => {
    expectNoLeak(
      (realLogits, fakeLogits) => discriminatorAccuracy({ realLogits, fakeLogits }),
      logits(),
      1,
      false,
    );
  });

  it('names both shapes when they differ', () => {
    expect(() => discriminatorAccuracy({ realLogits: tensor([0]), fakeLogits: tensor([0, 1]) })).toThrowError(
      'discriminatorAccuracy: fakeLogits has shape [2]',
    );
  });
});
