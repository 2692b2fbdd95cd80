import {
  add,
  fill,
  getBackend,
  grad,
  grads,
  mean,
  mul,
  ones,
  type Scalar,
  scalar,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { customGradient } from '../../src/core/gradient';
import { oneHotLabels } from '../../src/core/labels';
import { scaledSquaredDistance } from '../../src/core/logSpace';
import { perExample } from '../../src/core/perExample';
import { weightedSum } from '../../src/core/weightedSum';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { cleanUpAfterEach, expectTensor, read } from '../support/numbers';

describe('perExample', () => {
  cleanUpAfterEach();

  it('sums every axis but the first, and leaves a vector as it is', async () => {
    await expectTensor(
      perExample(
        tensor2d([
          [1, 2],
          [3, 4],
        ]),
      ),
      [3, 7],
    );
    await expectTensor(perExample(ones([2, 3, 4, 5])), [60, 60]);
    await expectTensor(perExample(tensor1d([1, 2])), [1, 2]);
  });

  it('keeps the batch out of the sum: 784,000 values at once are off by 0.8 % on WebAssembly', async () => {
    const values = fill([1000, 784], 0.1);
    const [average = 0] = await read(mean(perExample(values)));
    expect(Math.abs(average / 78.4 - 1)).toBeLessThan(5e-5);
  });

  it('has the gradient finite differences give', async () => {
    await checkGradient(
      (x) => perExample(square(x)),
      [
        tensor2d([
          [1, -2, 0.5],
          [0.3, 0, 1],
        ]),
      ],
    );
  });
});

describe('customGradient', () => {
  cleanUpAfterEach();

  // f(x, w) = Σ w·x² with a deliberate factor of 10 on the gradient, so that it is seen which one is used.
  const f = customGradient<[Tensor, Tensor], [Tensor, Tensor], Tensor>((x, w, save) => {
    save([x, w]);
    return {
      value: sum(mul(w, square(x))),
      gradFunc: (dy, [x, w]) => [mul(dy, mul(20, mul(w, x))), mul(dy, mul(10, square(x)))],
    };
  });

  it('uses the written gradient, for every tensor argument and variables among them', async () => {
    const w = variable(tensor1d([3, 4]));
    const [inX, inW] = grads(f)([tensor1d([1, 2]), w]);
    await expectTensor(inX as Tensor, [60, 160]);
    await expectTensor(inW as Tensor, [10, 40]);
    w.dispose();
  });

  it('takes every input as an argument, because a captured variable gets no gradient from tf.customGrad', async () => {
    const w = variable(tensor1d([3, 4]));
    const captured = customGradient<[Tensor], [], Tensor>((x) => ({
      value: sum(mul(w, x)),
      gradFunc: (dy) => [mul(dy, w)],
    }));
    const loss = () => add(captured(tensor1d([1, 2])), mul(0, sum(w))) as Scalar;
    const { grads: gradients } = variableGrads(loss, [w]);
    expect(await read(gradients[w.name] as Tensor)).toEqual([0, 0]);
    w.dispose();
  });

  it('refuses an async function, whose rejection would end the process', () => {
    const rejects = async (): Promise<never> => {
      throw new Error('nobody waits for this');
    };
    const needed = 'gives a Promise, needed its result at once: no async function';
    expect(() => customGradient<[Tensor], [], Tensor>(rejects as never)(scalar(1))).toThrowError(
      new TypeError(`customGradient: f ${needed}`),
    );
    const g = customGradient<[Tensor], [], Tensor>((x) => ({ value: x.clone(), gradFunc: rejects as never }));
    expect(() => grad(g)(scalar(1))).toThrowError(new TypeError(`customGradient: gradFunc ${needed}`));
  });

  it('leaves the value alone behind, and its saved tensors not', () => {
    expectNoLeak(f, [tensor1d([1, 2]), tensor1d([3, 4])]);
  });
});

describe('the primitives', () => {
  cleanUpAfterEach();

  it('are made of functional ops: chained ones (x.mul) exist only where the whole of tfjs is loaded, as tfjs-node does', () => {
    expect('mul' in tensor1d([1])).toBe(getBackend() === 'tensorflow');
  });
});

describe('scaledSquaredDistance', () => {
  cleanUpAfterEach();

  it('is the squared distance in units of the variance', async () => {
    const distance = scaledSquaredDistance(
      tensor1d([1, 1, 5]),
      tensor1d([0, 3, 4]),
      tensor1d([0, Math.log(4), -2]),
    );
    await expectTensor(distance, [1, 1, Math.exp(2)]);
  });

  it('is 0, with gradients 0, at the mean where σ² underflows', async () => {
    const mean = tensor1d([3]);
    const gradients = grads(scaledSquaredDistance)([mean, mean.clone(), tensor1d([-200])]);
    expect(await read(scaledSquaredDistance(mean, mean, tensor1d([-200])))).toEqual([0]);
    for (const gradient of gradients) expect((await read(gradient)).map(Math.abs)).toEqual([0]);
  });

  it('has the gradient finite differences give', async () => {
    await checkGradient(scaledSquaredDistance, [
      tensor1d([1, -0.5]),
      tensor1d([0.4, 0.2]),
      tensor1d([-0.3, 0.8]),
    ]);
  });
});

describe('weightedSum', () => {
  cleanUpAfterEach();

  it('adds its terms by weight', async () => {
    const terms = [tensor1d([1, 2]), tensor1d([10, 20]), tensor1d([100, 200]), scalar(1000)] as const;
    await expectTensor(
      weightedSum(
        [
          ['+', 1, terms[0]],
          ['-', 1, terms[1]],
          ['+', 0.5, terms[2]],
          ['-', scalar(2), terms[3]],
        ],
        2,
      ),
      [-1959, -1918],
    );
  });

  it('cuts a term of weight 0 off: no gradient reaches what only that term depends on', () => {
    const [a, b] = [tensor1d([1, 2]), tensor1d([3, 4])];
    expect(() =>
      grads((a: Tensor, b: Tensor) =>
        weightedSum(
          [
            ['+', 2, square(a)],
            ['+', 0, square(b)],
          ],
          2,
        ),
      )([a, b]),
    ).toThrowError(/Cannot compute gradient/);
  });

  it('is zero for each example where every weight is', async () => {
    await expectTensor(weightedSum([['-', 0, ones([3])]], 3), [0, 0, 0]);
  });
});

describe('oneHotLabels', () => {
  cleanUpAfterEach();

  it('is a row for each label', async () => {
    await expectTensor(oneHotLabels('f', [2, 0], 3), [
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(oneHotLabels('f', new Uint8Array(0), 3).shape).toEqual([0, 3]);
  });

  it.each([3, -1, 0.5, Number.NaN])('refuses label %d of three classes', (label) => {
    expect(() => oneHotLabels('f', [0, label], 3)).toThrowError(
      new RangeError(`f: label 1 is ${label}, needed an integer from 0 to 2`),
    );
  });
});
