import { mul, type Tensor, tensor, tidy, type Variable, variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../../src/core/noise';
import { type AdamOptions, createAdam } from '../../../src/training/optimizer/adam';
import type { Optimizer } from '../../../src/training/optimizer/optimizer';
import goldens from '../../golden/nets.json';
import { cleanUpAfterEach, expectClose, read } from '../../support/numbers';
import { alive } from '../../support/tiny';

interface Golden {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const toTensor = ({ shape, values }: Golden): Tensor => tensor([...values], [...shape], 'float32');
const numbers = async (value: Tensor): Promise<number[]> => Array.from(await value.data());

/** Gradients drawn for a step, by name. */
const drawn = (step: number, names: readonly string[]): Record<string, Tensor> =>
  Object.fromEntries(names.map((name) => [name, createNoise(step).split(name).normal([2, 2])]));

const stateOf = async ({ state }: Optimizer): Promise<[Record<string, number[]>, object]> => {
  const tensors: Record<string, number[]> = {};
  for (const [name, moment] of Object.entries(state.tensors)) tensors[name] = await numbers(moment);
  return [tensors, state.counts];
};

describe('createAdam', () => {
  cleanUpAfterEach();

  it('takes the steps of PyTorch’s Adam, whose defaults it has', async () => {
    const { start, gradients, path } = goldens.adam;
    const matrix = variable(toTensor(start));
    const adam = createAdam();
    for (const [step, gradient] of gradients.entries()) {
      adam.apply({ matrix }, { matrix: toTensor(gradient) }, step);
      expectClose(await numbers(matrix), path[step]?.values as number[]);
    }
    // A step of 0.001 is small beside the numbers themselves: what was moved is compared as well.
    const moved = (await numbers(matrix)).map((value, i) => (value - (start.values[i] as number)) / 1e-3);
    const expected = start.values.map((value, i) => ((path[4]?.values[i] as number) - value) / 1e-3);
    expectClose(moved, expected, 1e-3);
    adam.dispose();
  });

  it.each(goldens.adamW.map((golden) => [golden.title, golden] as const))(
    'takes the steps of PyTorch’s AdamW %s; a gradient that comes late is corrected from its own first step',
    async (_, { start, gradients, path, weightDecay }) => {
      const [matrix, vector] = start.map((value) => variable(toTensor(value))) as [Variable, Variable];
      const adam = createAdam({ learningRate: 0.05, beta1: 0.8, beta2: 0.95, epsilon: 1e-3, weightDecay });
      for (const [step, [forMatrix, forVector]] of gradients.entries()) {
        const given = {
          matrix: toTensor(forMatrix as Golden),
          ...(forVector && { vector: toTensor(forVector) }),
        };
        adam.apply({ matrix, vector }, given, step);
        const [expectedMatrix, expectedVector] = path[step] as Golden[] as [Golden, Golden];
        expectClose(await numbers(matrix), [...expectedMatrix.values]);
        expectClose(await numbers(vector), [...expectedVector.values]);
      }
      expect(adam.state.counts).toEqual({ matrix: 5, vector: 3 });
      adam.dispose();
    },
  );

  // Gradients that fall from 1 to 1e-4 and rise again: each step is compared in full, as the weights begin at 0.
  it.each(
    [0, 0.9].flatMap((beta1) => [0, 1e-4, 0.05, 0.5, 0.9, 0.999, 0.999999].map((beta2) => [beta1, beta2])),
  )('takes the steps of float64 at β₁ = %s and β₂ = %s', async (beta1 = 0, beta2 = 0) => {
    const adam = createAdam({ beta1, beta2 });
    const weight = variable(tensor([0, 0]));
    const [moments, means] = [
      [0, 0],
      [0, 0],
    ] as [number[], number[]];
    for (const [step, size] of [1, 1e-2, 1e-4, 1e-4, 1e-4, 0.3, 1e-3].entries()) {
      const gradient = [size, -3 * size];
      weight.assign(tensor([0, 0]));
      adam.apply({ weight }, { weight: tensor(gradient) }, step);
      const expected = gradient.map((g, i) => {
        means[i] = beta1 * (means[i] as number) + (1 - beta1) * g;
        moments[i] = beta2 * (moments[i] as number) + (1 - beta2) * g ** 2;
        const root = Math.sqrt((moments[i] as number) / (1 - beta2 ** (step + 1)));
        return -(means[i] as number) / (1 - beta1 ** (step + 1)) / (root + 1e-8);
      });
      const moved = (await numbers(weight)).map((value) => value / 1e-3);
      for (const [i, ratio] of expected.entries())
        expect(Math.abs((moved[i] as number) / ratio - 1), `step ${step}`).toBeLessThan(2e-5);
    }
    adam.dispose();
  });

  it('settles at the square of a gradient that stays, at every β₂', async () => {
    for (const beta2 of [0, 1e-4, 0.05, 0.5, 0.999, 0.999999]) {
      const adam = createAdam({ beta2 });
      const weight = variable(tensor([0]));
      const tensors = { 'first/weight': tensor([0.7]), 'second/weight': tensor([0.49]) };
      adam.restore({ tensors, counts: { weight: 1 } });
      for (let step = 1; step < 200; step++) adam.apply({ weight }, { weight: tensor([0.7]) }, step);
      expectClose(await numbers(adam.state.tensors['second/weight'] as Tensor), [0.49], 1e-6);
      adam.dispose();
    }
  });

  it('leaves a step out to the bit at every β', async () => {
    for (const beta of [0, 1e-4, 0.3, 0.999]) {
      const adam = createAdam({ beta1: beta, beta2: beta });
      const weight = variable(tensor([1, -2, 3]));
      adam.apply({ weight }, { weight: tensor([0.1, 0.7, -3]) }, 0, tensor(1));
      const before = [await numbers(weight), (await stateOf(adam))[0]];
      adam.apply({ weight }, { weight: tensor([0, 0, 0]) }, 1, tensor(0));
      expect([await numbers(weight), (await stateOf(adam))[0]]).toEqual(before);
      adam.dispose();
    }
  });

  it('reads its rates at the step it is given, not at a count of its own', async () => {
    const learningRate = (step: number): number => (step === 7 ? 0.5 : 0);
    const adam = createAdam({ learningRate, epsilon: 1e-12 });
    const still = variable(tensor([1, 1]));
    adam.apply({ still }, { still: tensor([3, -4]) }, 0);
    expect(await numbers(still)).toEqual([1, 1]);
    adam.apply({ still }, { still: tensor([3, -4]) }, 7);
    // At equal gradients the corrected ratio is the sign.
    expectClose(await numbers(still), [0.5, 1.5]);
    adam.dispose();
  });

  it('leaves a variable without a gradient untouched, and its moments too', async () => {
    const adam = createAdam({ learningRate: 0.1, weightDecay: 0.5 });
    const [a, b] = [
      variable(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ),
      variable(
        tensor([
          [5, 6],
          [7, 8],
        ]),
      ),
    ];
    adam.apply({ a, b }, drawn(0, ['a', 'b']), 0);
    const [weights, [moments]] = [await numbers(b), await stateOf(adam)];
    for (const step of [1, 2, 3]) adam.apply({ a, b }, drawn(step, ['a']), step);
    expect(await numbers(b)).toEqual(weights);
    const [after, counts] = await stateOf(adam);
    expect([after['first/b'], after['second/b']]).toEqual([moments['first/b'], moments['second/b']]);
    expect(after['first/a']).not.toEqual(moments['first/a']);
    expect(counts).toEqual({ a: 4, b: 1 });
    adam.dispose();
  });

  it('changes nothing where a step is not applied, and nothing else where it is', async () => {
    const go = async (applied: (step: number) => Tensor | undefined, steps: readonly number[]) => {
      const matrix = variable(drawn(0, ['m']).m as Tensor);
      const adam = createAdam({ weightDecay: 0.1 });
      for (const step of steps) {
        const gradients = drawn(step, ['matrix']);
        adam.apply({ matrix }, gradients, step, applied(step));
      }
      const [moments] = await stateOf(adam);
      const found = [await numbers(matrix), moments];
      adam.dispose();
      return found;
    };
    // Where the device decides, an update is made of kernels of the host; elsewhere a backend may have one of its own.
    const expectAlike = (
      [values = [], moments = {}]: Awaited<ReturnType<typeof go>>,
      [others = [], otherMoments = {}]: Awaited<ReturnType<typeof go>>,
    ): void => {
      expectClose(values as number[], others as number[], 1e-6);
      expect(Object.keys(moments)).toEqual(Object.keys(otherMoments));
      for (const [name, found] of Object.entries(otherMoments))
        expectClose((moments as Record<string, number[]>)[name] ?? [], found as number[], 1e-6);
    };
    expectAlike(await go(() => tensor(1), [1, 2, 3]), await go(() => undefined, [1, 2, 3]));
    expectAlike(await go((step) => tensor(step === 3 ? 0 : 1), [1, 2, 3]), await go(() => undefined, [1, 2]));
    // Left out, to the bit.
    expect(await go((step) => tensor(step === 3 ? 0 : 1), [1, 2, 3])).toEqual(
      await go(() => tensor(1), [1, 2]),
    );
  });

  it('goes on from a restored state to the bit', async () => {
    const options = { learningRate: 0.01, weightDecay: 0.1 };
    const names = ['a', 'b'];
    const run = async (restoreAt?: number): Promise<number[][]> => {
      const variables = {
        a: variable(createNoise(1).normal([2, 2])),
        b: variable(createNoise(2).normal([2, 2])),
      };
      let adam = createAdam(options);
      for (let step = 0; step < 6; step++) {
        if (step === restoreAt) {
          const next = createAdam(options);
          next.restore(adam.state);
          adam.dispose();
          adam = next;
        }
        adam.apply(variables, drawn(step, names), step);
      }
      adam.dispose();
      return Promise.all(Object.values(variables).map(numbers));
    };
    const uninterrupted = await run();
    for (const step of [0, 1, 3, 5]) expect(await run(step)).toEqual(uninterrupted);
  });

  it('can restore its own state, and refuses one without both moments before anything is lost', async () => {
    const adam = createAdam();
    const a = variable(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    adam.apply({ a }, drawn(0, ['a']), 0);
    const before = await stateOf(adam);
    adam.restore(adam.state);
    expect(await stateOf(adam)).toEqual(before);
    const { tensors, counts } = adam.state;
    const half = { tensors: { 'first/a': tensors['first/a'] as Tensor }, counts };
    expect(() => adam.restore(half)).toThrowError(
      new RangeError('adam.restore: moments of "a" are a tensor [2,2] and undefined, needed both'),
    );
    expect(await stateOf(adam)).toEqual(before);
    adam.dispose();
  });

  it('holds two tensors for each variable, frees them when disposed, and nothing besides', async () => {
    const a = variable(
      tensor([
        [1, 2],
        [3, 4],
      ]),
    );
    const gradients = drawn(0, ['a']);
    // A variable shares the buffer of the tensor it was made of until it is first assigned.
    tidy(() => a.assign(mul(a, 1)));
    const before = alive();
    const adam = createAdam({ weightDecay: 0.1 });
    for (const step of [0, 1, 2]) adam.apply({ a }, gradients, step);
    expect(alive().tensors - before.tensors).toBe(2);
    adam.restore(adam.state);
    expect(alive().tensors - before.tensors).toBe(2);
    expect(() => adam.apply({}, gradients, 0)).toThrowError(
      new RangeError('adam.apply: gradient "a" belongs to no variable'),
    );
    adam.dispose();
    adam.dispose();
    expect(alive()).toEqual(before);
    expect(await read(a.clone())).not.toEqual([1, 2, 3, 4]);
  });

  it.each<[AdamOptions, string]>([
    [{ beta1: 1 }, 'createAdam: beta1 is 1, needed a number in [0, 1)'],
    [{ beta2: -0.1 }, 'createAdam: beta2 is -0.1, needed a number in [0, 1)'],
    [{ epsilon: 0 }, 'createAdam: epsilon is 0, needed a finite number above 0'],
    [
      { learningRate: Number.NaN },
      'createAdam: learningRate is NaN, needed a schedule or a finite float32 number of at least 0',
    ],
    [
      { weightDecay: -1 },
      'createAdam: weightDecay is -1, needed a schedule or a finite float32 number of at least 0',
    ],
    [
      { learningRate: 1e39 },
      'createAdam: learningRate is 1e+39, needed a schedule or a finite float32 number of at least 0',
    ],
  ])('refuses %j', (options, message) => {
    expect(() => createAdam(options)).toThrowError(new RangeError(message));
  });

  it.each<[AdamOptions, RegExp]>([
    [{ learningRate: (step) => (step < 2 ? 1e-3 : 1e39) }, /learningRate at step 2 is 1e\+39/],
    [{ learningRate: 1e30, weightDecay: 1e30 }, /learningRate · weightDecay at step \d is 1\.?\d*e\+60/],
  ])(
    'refuses a rate at the step at which it leaves float32, before a weight does: %j',
    async (options, message) => {
      const a = variable(tensor([1, 2]), true, 'a');
      const adam = createAdam(options);
      expect(() => adam.apply({ a }, { a: tensor([1, 1]) }, 2)).toThrow(message);
      expect(await read(a.clone())).toEqual([1, 2]);
      adam.dispose();
      a.dispose();
    },
  );
});
