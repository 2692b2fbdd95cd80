import {
  dispose,
  grads,
  mean,
  mul,
  neg,
  type Rank,
  reshape,
  type Scalar,
  softmax,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  type Variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { adversarialTerms, discriminatorAccuracy } from '../../src/bounds/adversarialTerms';
import { createNoise, type Noise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import { mutualInformation } from '../../src/regularizers/mutualInformation';
import { createAdam } from '../../src/training/optimizer/adam';
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

describe('a trained discriminator of labels', () => {
  cleanUpAfterEach();

  const [K, ROWS] = [3, 256];
  const uniform = (rows: number) => zeros<Rank.R2>([rows, K]);
  /** One-hot draws of equal classes: labels without doubt, and none preferred. */
  const certain = (rows: number, noise: Noise) => categorical.sample(uniform(rows), noise);
  /** Labels in doubt: q(y|x) a softmax of standard normal logits. */
  const doubtful = (rows: number, noise: Noise) => softmax<Tensor2D>(noise.normal([rows, K]) as Tensor2D);

  /** Trains a small net to tell labels from draws of Cat(1/K); its accuracy on labels that it has not seen. */
  const accuracyOn = async (labels: (rows: number, noise: Noise) => Tensor2D): Promise<number> => {
    const net = sequential({
      layers: [layers.dense({ units: 16, activation: 'relu', inputShape: [K] }), layers.dense({ units: 1 })],
    });
    const start = createNoise(1);
    for (const [i, weight] of net.weights.entries())
      weight.write(tidy(() => mul(0.5, start.split(`${i}`).normal(weight.shape as number[]))));
    const judged = (rows: number, noise: Noise) => {
      const logitsOf = (y: Tensor2D) => reshape<Rank.R1>(net.apply(y) as Tensor, [rows]);
      return {
        realLogits: logitsOf(certain(rows, noise.split('real'))),
        fakeLogits: logitsOf(labels(rows, noise.split('fake'))),
      };
    };
    const adam = createAdam({ learningRate: 0.01 });
    const variables = Object.fromEntries(
      net.weights.map((weight) => [weight.name, weight.read() as Variable]),
    );
    for (let step = 0; step < 200; step++) {
      const { grads: slopes } = variableGrads(
        () =>
          neg(mean<Scalar>(adversarialTerms(judged(ROWS, createNoise(2).split(`${step}`))).discriminator)),
        Object.values(variables),
      );
      adam.apply(variables, slopes, step);
      dispose(slopes);
    }
    adam.dispose();
    const accuracy = tidy(() => mean(discriminatorAccuracy(judged(4000, createNoise(3)))));
    return (await read(accuracy))[0] as number;
  };

  it('is right in 50 ± 3 % where labels are certain and as frequent as their prior, which is where Î(y; x) is log K', async () => {
    expect(Math.abs((await accuracyOn(certain)) - 0.5)).toBeLessThan(0.03);
    const logits = mul<Tensor2D>(certain(3000, createNoise(4)), 50);
    expect((await read(mutualInformation(logits)))[0]).toBeCloseTo(Math.log(K), 2);
  });

  it('tells labels in doubt from draws, where Î(y; x) is below log K', async () => {
    expect(await accuracyOn(doubtful)).toBeGreaterThan(0.9);
    const logits = createNoise(4).normal([3000, K]) as Tensor2D;
    expect((await read(mutualInformation(logits)))[0]).toBeLessThan(0.5 * Math.log(K));
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
