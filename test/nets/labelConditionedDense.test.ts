import { add, concat, grads, matMul, softplus, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel, repeatRows } from '../../src/bounds/everyLabel';
import { createNoise } from '../../src/core/noise';
import type { Activation } from '../../src/nets/activation';
import { LabelConditionedDense } from '../../src/nets/labelConditionedDense';
import { checkGradient } from '../support/checkGradient';
import { lendWeights } from '../support/layerWeights';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

const noise = createNoise(4);
const [FEATURES, CLASSES, UNITS] = [5, 3, 4];
const drawn = (name: string, ...shape: number[]): Tensor => noise.split(name).normal(shape);

/** The layer as a function of features, labels and weights, so that all five gradients can be asked for. */
const asFunction = (activation: Activation) => {
  const layer = new LabelConditionedDense({ name: 'dense', units: UNITS, activation });
  layer.apply([drawn('x', 2, FEATURES), drawn('y', 2, CLASSES)]);
  return (x: Tensor, y: Tensor, ...weights: Tensor[]): Tensor => {
    lendWeights(layer, weights);
    return layer.call([x, y]);
  };
};

const weights = (): Tensor[] => [
  drawn('kernel', FEATURES, UNITS),
  drawn('labelKernel', CLASSES, UNITS),
  drawn('bias', UNITS),
];

describe('LabelConditionedDense', () => {
  cleanUpAfterEach();

  it('is a dense layer on the concatenation of features and label, in value and gradients', async () => {
    const inputs = [drawn('x', 6, FEATURES), drawn('y', 6, CLASSES), ...weights()];
    const concatenated = (x: Tensor, y: Tensor, kernel: Tensor, labelKernel: Tensor, bias: Tensor): Tensor =>
      softplus(add(matMul(concat([x, y], 1), concat([kernel, labelKernel], 0)), bias));
    const f = asFunction('softplus') as typeof concatenated;
    const call = (g: typeof concatenated) => g(...(inputs as Parameters<typeof concatenated>));
    expectClose(await read(call(f)), await read(call(concatenated)));
    const upstream = drawn('upstream', 6, UNITS);
    const [actual, expected] = [f, concatenated].map((g) => grads(g)(inputs, upstream));
    for (const [i, gradient] of (actual as Tensor[]).entries())
      expectClose(await read(gradient), await read((expected as Tensor[])[i] as Tensor));
  });

  it('shares features among every label as if they were repeated, in value and gradients', async () => {
    const [x, y] = [drawn('x', 4, FEATURES), everyLabel(4, CLASSES)];
    const f = asFunction('relu');
    const shared = (...inputs: Tensor[]): Tensor => f(...(inputs as [Tensor, Tensor]));
    const repeated = ([features, ...rest]: Tensor[]): Tensor =>
      f(repeatRows(features as Tensor, CLASSES), ...(rest as [Tensor]));
    const inputs = [x, y, ...weights()];
    const value = shared(...inputs);
    expect(value.shape).toEqual([4 * CLASSES, UNITS]);
    expectClose(await read(value), await read(repeated(inputs)));
    const upstream = drawn('upstream', 4 * CLASSES, UNITS);
    const actual = grads(shared)(inputs, upstream);
    const expected = grads((...all: Tensor[]) => repeated(all))(inputs, upstream);
    for (const [i, gradient] of actual.entries())
      expectClose(await read(gradient), await read(expected[i] as Tensor));
  });

  it('has the gradient finite differences give, for a random upstream', async () => {
    const f = asFunction('softplus');
    await checkGradient(
      (...inputs) => f(...(inputs as [Tensor, Tensor])),
      [drawn('x', 2, FEATURES), everyLabel(2, CLASSES), ...weights()],
    );
  });

  it('refuses labels whose rows are not a multiple of the rows of the features', () => {
    const f = asFunction('linear');
    expect(() =>
      f(
        drawn('x', 2, FEATURES),
        tensor([
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ]),
        ...weights(),
      ),
    ).toThrowError(
      new RangeError(
        'LabelConditionedDense: labels have shape [3,3], needed a multiple of the 2 rows of the features',
      ),
    );
  });

  it('refuses an activation that it would take for another', () => {
    expect(
      () => new LabelConditionedDense({ name: 'h', units: 2, activation: 'tanh' as Activation }),
    ).toThrowError(
      new RangeError(
        'LabelConditionedDense: activation is "tanh", needed one of "linear", "relu", "softplus"',
      ),
    );
  });
});
