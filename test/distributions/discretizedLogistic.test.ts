import { concat, fill, grads, mul, type Tensor, tensor2d, tile, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import {
  type DiscretizedLogisticOptions,
  discretizedLogistic,
} from '../../src/distributions/discretizedLogistic';
import { checkGradient, expectNoLeak } from '../support/checkGradient';
import { describePrimitive } from '../support/describePrimitive';
import { expectWithinError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';

const bytes = discretizedLogistic();
const five = { bins: 5, low: -1, high: 1 } as const;

// Of the values there is no gradient, so differences are taken along the parameters alone, below.
describePrimitive('discretizedLogistic.logProb', (p, x) => bytes.logProb(p, x), {
  smooth: false,
  errors: [
    [
      'an odd number of parameters',
      () => bytes.logProb(zeros([2, 3]), zeros([2, 1])),
      'discretizedLogistic.logProb: parameters have shape [2,3], needed a last axis that 2 divides',
    ],
  ],
});
describePrimitive(
  'discretizedLogistic.logProb, a mixture of 3, of 5 values',
  (p, x) => discretizedLogistic({ ...five, mixture: 3 }).logProb(p, x),
  { smooth: false },
);

/** Every value of a likelihood, as a column. */
const valuesOf = ({ bins = 256, low = 0, high = 1 }: DiscretizedLogisticOptions): number[] =>
  Array.from({ length: bins }, (_, i) => low + ((high - low) * i) / (bins - 1));
const column = (values: readonly number[]): Tensor => tensor2d(values.map((value) => [value]));
const repeated = (parameters: readonly number[], rows: number): Tensor =>
  tile(tensor2d([[...parameters]]), [rows, 1]);

/** Probability of each value. */
const probabilitiesOf = async (
  options: DiscretizedLogisticOptions,
  parameters: readonly number[],
): Promise<number[]> => {
  const x = valuesOf(options);
  const logProb = discretizedLogistic(options).logProb(repeated(parameters, x.length), column(x));
  return (await read(logProb)).map(Math.exp);
};
const sumOf = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const CASES: readonly (readonly [DiscretizedLogisticOptions, readonly number[]])[] = [
  [{}, [0.3, -7]],
  [{}, [0.3, -2]],
  [{}, [-3, 0.5]],
  [{}, [0.5, 50]],
  [{}, [0.2, -50]],
  [five, [0.1, -1]],
  [five, [0.4, -50]],
  [{ bins: 2, low: 3, high: 7 }, [4, 0.5]],
  [{ bins: 65 }, [0.52, -3]],
  [{ mixture: 3 }, [1, -1, 0.5, 0.1, 0.5, 0.9, -4, -2, -5]],
  [{ ...five, mixture: 2 }, [0.3, -0.4, -0.5, 0.8, -2, -1]],
];

describe('discretizedLogistic', () => {
  cleanUpAfterEach();

  it.each(CASES)('sums to 1 over its values: %j, parameters %j', async (options, parameters) => {
    expect(sumOf(await probabilitiesOf(options, parameters))).toBeCloseTo(1, 5);
  });

  it.each(CASES)('has the mean of its values: %j, parameters %j', async (options, parameters) => {
    const values = valuesOf(options);
    const probabilities = await probabilitiesOf(options, parameters);
    const expected = sumOf(probabilities.map((p, i) => p * (values[i] as number)));
    const [mean] = await read(discretizedLogistic(options).mean(tensor2d([[...parameters]])));
    // The integral that stands for the sum over many values is off by half a bin where the scale is far below one.
    const isSharp = values.length > 64 && parameters.slice(-(options.mixture ?? 1)).every((l) => l < -7);
    const allowed = isSharp ? 0.5 / 255 + 1e-5 : 2e-5;
    expect(Math.abs((mean as number) - expected)).toBeLessThan(allowed);
  });

  it.each(CASES)('draws its values, each as often as its probability says: %j, %j', async (options, p) => {
    const likelihood = discretizedLogistic(options);
    const draws = await read(likelihood.sample(repeated(p, 4000), createNoise(4)));
    const values = valuesOf(options);
    const step = (values[1] as number) - (values[0] as number);
    const places = draws.map((x) => (x - (values[0] as number)) / step);
    expect(Math.max(...places.map((place) => Math.abs(place - Math.round(place))))).toBeLessThan(1e-3);
    const probabilities = await probabilitiesOf(options, p);
    const isSure = Math.max(...probabilities) > 0.999;
    const largest = probabilities.indexOf(Math.max(...probabilities));
    if (isSure) expect(places.every((place) => Math.round(place) === largest)).toBe(true);
    for (const i of [0, largest, values.length - 1])
      if (!isSure && (probabilities[i] as number) > 2e-3)
        expectWithinError(
          places.map((place) => (Math.round(place) === i ? 1 : 0)),
          probabilities[i] as number,
        );
    if (!isSure) expectWithinError(draws, sumOf(probabilities.map((q, i) => q * (values[i] as number))));
  });

  it('has the gradients that finite differences give', async () => {
    const x = tensor2d([
      [-1, 0, 0.5],
      [1, -0.5, 0],
    ]);
    const noise = createNoise(2);
    await checkGradient((p) => discretizedLogistic(five).logProb(p, x), [noise.normal([2, 6])]);
    const mixture = discretizedLogistic({ ...five, mixture: 2 });
    await checkGradient((p) => mixture.logProb(p, x), [noise.normal([2, 18])]);
    for (const likelihood of [mixture, discretizedLogistic({ low: -1, mixture: 2 })])
      await checkGradient((p) => likelihood.mean(p), [noise.normal([2, 18])]);
  });

  it('stays finite, with its gradients, at parameters of ±50', async () => {
    const x = tensor2d([[0, 100 / 255, 1]]);
    for (const m of [-50, 0.4, 50])
      for (const l of [-50, 50]) {
        const p = concat([fill([1, 3], m), fill([1, 3], l)], 1);
        const w = concat([tensor2d([[50, -50, 0, -50, 50, 0]]), tile(p, [1, 2])], 1);
        for (const [likelihood, parameters] of [
          [bytes, p],
          [discretizedLogistic({ mixture: 2 }), w],
        ] as const) {
          const [gradient] = grads((q: Tensor) => likelihood.logProb(q, x))([parameters]);
          const [ofMean] = grads((q: Tensor) => likelihood.mean(q))([parameters]);
          const values = [
            ...(await read(likelihood.logProb(parameters, x))),
            ...(await read(gradient as Tensor)),
            ...(await read(likelihood.mean(parameters))),
            ...(await read(ofMean as Tensor)),
          ];
          expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
        }
      }
  });

  it('goes to the density times the width of a bin for many of them', async () => {
    const [mean, l, x] = [0.3, -1, 0.5];
    const bins = 10_001;
    const [logProb] = await read(
      discretizedLogistic({ bins }).logProb(tensor2d([[mean, l]]), tensor2d([[x]])),
    );
    const scale = Math.exp(l) + 0.5 / (bins - 1) / 64;
    const u = (x - mean) / scale;
    const logDensity = -u - 2 * Math.log1p(Math.exp(-u)) - Math.log(scale);
    expect(logProb).toBeCloseTo(logDensity - Math.log(bins - 1), 3);
  });

  it('of several equal components is that of one, and so is one of all the weight', async () => {
    const x = tensor2d([
      [0, 0.4],
      [1, 0.2],
    ]);
    const [mean, l] = [
      tensor2d([
        [0.3, 0.5],
        [0.8, 0.1],
      ]),
      tensor2d([
        [-2, -3],
        [-1, 0],
      ]),
    ];
    const options = { bins: 6 };
    const single = await read(discretizedLogistic(options).logProb(concat([mean, l], 1), x));
    const mixture = discretizedLogistic({ ...options, mixture: 2 });
    const equal = concat([createNoise(1).normal([2, 4]), tile(mean, [1, 2]), tile(l, [1, 2])], 1);
    expectClose(await read(mixture.logProb(equal, x)), single);
    const first = tensor2d([
      [60, 60, -60, -60],
      [60, 60, -60, -60],
    ]);
    const other = concat([first, mean, mul(mean, -3), l, mul(l, -1)], 1);
    expectClose(await read(mixture.logProb(other, x)), single);
    expectClose(
      await read(mixture.mean(other)),
      await read(discretizedLogistic(options).mean(concat([mean, l], 1))),
    );
  });

  it('tells the decoder its shape, and refuses an empty range', () => {
    expect(bytes.parameterShape([4, 4, 3])).toEqual([4, 4, 6]);
    expect(discretizedLogistic({ mixture: 5 }).parameterShape([3])).toEqual([45]);
    expect(() => discretizedLogistic({ low: 1 })).toThrowError(
      new RangeError('discretizedLogistic: high is 1, needed a number above low, 1'),
    );
    expect(() => discretizedLogistic({ bins: 1 })).toThrow('bins is 1, needed an integer of at least 2');
  });

  it('counts observed values alone: ones are as if nothing was given, bit for bit, zeros give 0', async () => {
    const mixture = discretizedLogistic({ mixture: 2 });
    const [p, x] = [createNoise(3).normal([1, 12]), tensor2d([[0, 1]])];
    const all = await read(mixture.logProb(p, x));
    expect(await read(mixture.logProb(p, x, { observed: fill([1, 2], 1) }))).toEqual(all);
    expect(Math.abs((await read(mixture.logProb(p, x, { observed: zeros([1, 2]) })))[0] as number)).toBe(0);
  });

  it('leaves one tensor behind', () => {
    for (const likelihood of [bytes, discretizedLogistic({ mixture: 2 }), discretizedLogistic(five)]) {
      expectNoLeak(likelihood.mean, [zeros([2, 12])], 1);
      expectNoLeak((p) => likelihood.sample(p, createNoise(0)), [zeros([2, 12])], 1, false);
    }
  });
});
