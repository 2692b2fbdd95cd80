/** Noise, schedules and gradients. */
import { mul, square, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';

import { seeds } from './arbitraries';
import { type Descriptions, described } from './description';
import { Opaque } from './drawn';
import { must, shaped } from './promises';

const words = fc.array(fc.nat(2 ** 31 - 1).map((word) => 2 * word), { minLength: 4, maxLength: 4 }); // biome-ignore format: one line
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const positive = fc.double({ min: 1e-3, max: 1e4, noNaN: true });

const uses: readonly ((noise: ssvae.Noise, shape: readonly number[]) => unknown)[] = [
  (noise, shape) => noise.uniform(shape),
  (noise, shape) => noise.normal(shape),
  (noise, shape) => noise.gumbel(shape),
  (noise, shape) => noise.uniforms(shape?.[0] as number),
  (noise, shape) => noise.normals(shape?.[0] as number),
  (noise, shape) => noise.permutation(shape?.[0] as number),
  (noise, shape) => noise.split(shape?.[0] as number).next(),
];

/** A stream, drawn from with a method of its own. */
const drawFrom = (noise: ssvae.Noise, shape: readonly number[], use: number): unknown =>
  ((typeof use === 'number' && uses[use]) || (uses[0] as (typeof uses)[number]))(noise, shape);

const method = fc.nat(uses.length - 1).map((use) => new Opaque(() => use, `method ${use}`));
const shape = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 });

const isNoise = (drawn: unknown): void => must(drawn !== undefined, 'numbers');

const isSchedule =
  (
    least: (options: Record<string, number>) => number,
    largest: (options: Record<string, number>) => number,
  ) =>
  (schedule: ssvae.Schedule, options: unknown): void => {
    const given = (options ?? {}) as Record<string, number>;
    for (const step of [0, 1, 2, 17, 1000, 1e9, 2 ** 53]) {
      const value = schedule(step);
      const slack = 1e-300 + 1e-9 * Math.max(Math.abs(least(given)), Math.abs(largest(given)));
      must(
        value >= least(given) - slack && value <= largest(given) + slack,
        `from ${least(given)} to ${largest(given)}, came ${value} at step ${step}`,
      );
    }
  };

const between = (from: number, to: number) =>
  isSchedule(
    (options) => Math.min(options.from ?? from, options.to ?? to),
    (options) => Math.max(options.from ?? from, options.to ?? to),
  );

const span = { from: number, to: number };

export const noise: Descriptions = {
  createNoise: described(
    (seed: number, size: readonly number[], use: number) => drawFrom(ssvae.createNoise(seed), size, use),
    fc.tuple(fc.maxSafeInteger(), shape, method),
    { begins: ['noise'], always: isNoise },
  ),
  streamOf: described(
    (seed: number | ssvae.Noise, size: readonly number[], use: number) =>
      drawFrom(ssvae.streamOf('train', seed), size, use),
    fc.tuple(seeds, shape, method),
    { begins: ['noise', 'train'], always: isNoise },
  ),
  restoreNoise: described(
    (state: ssvae.NoiseState, size: readonly number[], use: number) =>
      drawFrom(ssvae.restoreNoise(state), size, use),
    fc.tuple(fc.record({ key: words, words }), shape, method),
    { begins: ['noise'], always: isNoise },
  ),
};

export const schedules: Descriptions = {
  constant: described(ssvae.constant, fc.tuple(number), {
    always: (schedule, value) => must(Object.is(schedule(3), value), 'the value'),
  }),
  linearWarmup: described(
    ssvae.linearWarmup,
    fc.tuple(fc.record({ ...span, steps: positive }, { requiredKeys: ['steps'] })) as never,
    { always: between(0, 1) },
  ),
  sigmoidWarmup: described(
    ssvae.sigmoidWarmup,
    fc.tuple(
      fc.record({ ...span, steps: positive, steepness: positive }, { requiredKeys: ['steps'] }),
    ) as never,
    { always: between(0, 1) },
  ),
  cyclical: described(
    ssvae.cyclical,
    fc.tuple(
      fc.record(
        { ...span, period: positive, rise: fc.double({ min: 0.01, max: 1, noNaN: true }) },
        { requiredKeys: ['period'] },
      ),
    ) as never,
    { always: between(0, 1) },
  ),
  exponentialDecay: described(
    ssvae.exponentialDecay,
    fc.tuple(fc.record({ from: number, rate: positive, floor: number }, { requiredKeys: ['rate'] })) as never,
    {
      always: isSchedule(
        ({ floor = 0 }) => floor,
        ({ from = 1, floor = 0 }) => Math.max(from, floor, 0),
      ),
    },
  ),
  cosineDecay: described(
    ssvae.cosineDecay,
    fc.tuple(fc.record({ ...span, steps: positive }, { requiredKeys: ['steps'] })) as never,
    { always: between(1, 0) },
  ),
  valueAt: described(
    ssvae.valueAt,
    fc.tuple(
      fc.oneof(number, fc.constant(new Opaque(() => (step: number) => 2 * step, 'a schedule'))),
      fc.nat(1000),
      fc.constantFrom('beta', 'gamma'),
    ),
    {
      // The name stands in messages alone.
      cheap: (_, step, name) => (typeof step === 'number' && typeof name === 'string') || name === undefined,
      always: (value) => must(Number.isFinite(value), 'a finite number'),
    },
  ),
};

export const gradients: Descriptions = {
  customGradient: described(
    (f: never) => {
      const x = tensor1d([1, 2]);
      try {
        return ssvae.customGradient<[Tensor], [Tensor], Tensor>(f)(x);
      } finally {
        x.dispose();
      }
    },
    fc.tuple(
      fc.constant(
        new Opaque(
          () => (x: Tensor, save: (tensors: Tensor[]) => void) => {
            save([x]);
            return { value: square(x), gradFunc: (dy: Tensor, [kept]: [Tensor]) => [mul(dy, mul(2, kept))] };
          },
          'the square',
        ),
      ),
    ),
    {
      // What a function of one's own gives is looked at by TensorFlow.js.
      cheap: (f) => !`${f}`.startsWith('a function'),
      always: (result) => shaped(result, [2]),
    },
  ),
};
