import {
  engine,
  getBackend,
  grad,
  memory,
  relu,
  sigmoid,
  softplus,
  type Tensor,
  tanh,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { cleanUpAfterEach, expectClose } from '../support/numbers';

cleanUpAfterEach();

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')('on the native backend (needs it)', () => {
  it.each<[string, (x: Tensor) => Tensor, (x: number) => number]>([
    ['relu', relu, (x) => (x > 0 ? 1 : 0)],
    ['softplus', softplus, (x) => 1 / (1 + Math.exp(-x))],
    ['sigmoid', sigmoid, (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2],
    ['tanh', tanh, (x) => 1 - Math.tanh(x) ** 2],
  ])('the gradient of %s is one operation, and right', async (_, activation, derivative) => {
    expect(getBackend()).toBe('tensorflow');
    const values = [-30, -2.5, -0.1, 0.1, 1, 4, 30];
    const upstream = [1, -2, 3, 0.5, -0.25, 7, 1];
    const found = grad(activation)(tensor1d(values), tensor1d(upstream));
    expectClose(
      [...(await found.data())],
      values.map((x, i) => derivative(x) * (upstream[i] as number)),
      // 1 − y² near y = 1 has lost digits of y.
      1e-5,
    );
  });

  it('Adam is one operation, follows its formula, and leaves its inputs as they were', async () => {
    const inputs = {
      value: tensor2d([[1, -2, 3]]),
      first: tensor2d([[0.1, 0.2, -0.3]]),
      second: tensor2d([[0.01, 0.04, 0.09]]),
      gradient: tensor2d([[0.5, -1, 0]]),
    };
    const numbers = { firstRate: 0.1, secondRate: 0.001, kept: 0.9, size: 0.01, epsilon: 1e-8 };
    const before = memory().numTensors;
    for (let round = 0; round < 3; round++) {
      const results = engine().runKernel('SsvaeAdam', inputs, numbers) as unknown as Tensor[];
      const [value = [], first = [], second = []] = await Promise.all(
        results.map(async (result) => [...(await result.data())]),
      );
      for (const result of results) result.dispose();
      const [m, v, g, x] = (await Promise.all(
        [inputs.first, inputs.second, inputs.gradient, inputs.value].map(async (one) => [
          ...(await one.data()),
        ]),
      )) as [number[], number[], number[], number[]];
      const firsts = m.map((mean, i) => mean + 0.1 * ((g[i] as number) - mean));
      const seconds = v.map((square, i) => square + 0.001 * ((g[i] as number) ** 2 - square));
      expectClose(first, firsts, 1e-6);
      expectClose(second, seconds, 1e-6);
      expectClose(
        value,
        x.map(
          (old, i) => 0.9 * old - (0.01 * (firsts[i] as number)) / (Math.sqrt(seconds[i] as number) + 1e-8),
        ),
        1e-6,
      );
      expect(x).toEqual([1, -2, 3]);
    }
    expect(memory().numTensors).toBe(before);
  });
});
