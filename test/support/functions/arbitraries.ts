/** Valid arguments, drawn at random. */
import { tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createNoise } from '../../../src/core/noise';
import { sizeOf } from '../../../src/core/shape';
import type { Classifier } from '../../../src/models/model';
import { CLASSES, SHAPE, tinyM2 } from '../tiny';
import { DrawnTensor, Opaque } from './drawn';

/** Numbers that float32 holds: ordinary ones, and now and then zeros of either sign, denormals, and large ones. */
const floats = (magnitude: number): fc.Arbitrary<number> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.double({ min: -magnitude, max: magnitude, noNaN: true }).map(Math.fround) },
    { weight: 1, arbitrary: fc.constantFrom(0, -0, 1e-45, -1e-45, magnitude, -magnitude) },
  );

const tensorOf = (shape: readonly number[], value: fc.Arbitrary<number>): fc.Arbitrary<DrawnTensor> => {
  const size = sizeOf(shape);
  return fc
    .array(value, { minLength: size, maxLength: size })
    .map((values) => new DrawnTensor(shape, values));
};

/** Real numbers. */
export const reals = (shape: readonly number[], magnitude = 20): fc.Arbitrary<DrawnTensor> =>
  tensorOf(shape, floats(magnitude));

/** Numbers from 0 to 1, both ends among them. */
export const shares = (shape: readonly number[]): fc.Arbitrary<DrawnTensor> =>
  tensorOf(
    shape,
    fc.oneof(fc.constantFrom(0, 1, 0.5), fc.double({ min: 0, max: 1, noNaN: true })).map(Math.fround),
  );

/** Logits up to ±60; one class of a row is never ruled out, the others may be, by −∞. */
export const logits = (rows: number, classes: number, infinite = true): fc.Arbitrary<DrawnTensor> => {
  const value = infinite
    ? fc.oneof({ weight: 9, arbitrary: floats(60) }, { weight: 1, arbitrary: fc.constant(-Infinity) })
    : floats(60);
  return tensorOf([rows, classes], value).map(
    ({ shape, values }) =>
      new DrawnTensor(
        shape,
        values.map((v, i) => (v === -Infinity && i % classes === Math.floor(i / classes) % classes ? 0 : v)),
      ),
  );
};

/** Labels: one-hot of any type of number, or soft. */
export const labels = (rows: number, classes: number): fc.Arbitrary<DrawnTensor> =>
  fc.oneof(
    fc
      .tuple(
        fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }),
        fc.constantFrom('float32' as const, 'int32' as const, 'bool' as const),
      )
      .map(
        ([chosen, dtype]) =>
          new DrawnTensor(
            [rows, classes],
            chosen.flatMap((k) => Array.from({ length: classes }, (_, j) => (j === k ? 1 : 0))),
            dtype,
          ),
      ),
    fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: rows * classes, maxLength: rows * classes })
      .map((weights) => {
        const total = (b: number): number =>
          weights.slice(b * classes, (b + 1) * classes).reduce((sum, w) => sum + w, 0);
        return new DrawnTensor(
          [rows, classes],
          weights.map((w, i) => w / total(Math.floor(i / classes))),
        );
      }),
  );

/** A prior over classes. */
export const prior = (classes: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: 9 }), { minLength: classes, maxLength: classes }).map((weights) => {
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w) => w / total);
  });

/** Sizes of axes: B rows, K classes, D values. */
export interface Sizes {
  readonly B: number;
  readonly K: number;
  readonly D: number;
}

/** Arguments that depend on sizes. */
export const sized = <T>(
  of: (sizes: Sizes) => fc.Arbitrary<T>,
  least: Partial<Sizes> = {},
): fc.Arbitrary<T> =>
  fc
    .record({
      B: fc.integer({ min: least.B ?? 1, max: 4 }),
      K: fc.integer({ min: least.K ?? 1, max: 5 }),
      D: fc.integer({ min: least.D ?? 1, max: 4 }),
    })
    .chain(of);

/** A shape [B, …] of one to four axes. */
export const batched = <T>(of: (shape: number[]) => fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }).chain(of);

/** A mean and a log-variance. */
export const gaussians = (
  shape: readonly number[],
): fc.Arbitrary<{ mean: DrawnTensor; logVar: DrawnTensor }> =>
  fc.record({ mean: reals(shape, 10), logVar: reals(shape, 8) });

/** A stream of noise. */
export const noises: fc.Arbitrary<Opaque> = fc
  .nat()
  .map((seed) => new Opaque(() => createNoise(seed), `createNoise(${seed})`));

/** A seed: a number or a stream. */
export const seeds: fc.Arbitrary<number | Opaque> = fc.oneof(fc.maxSafeInteger(), noises);

/** The members of a record, each of which may be left out. */
export const optional = <T extends object>(
  members: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<Partial<T>> => fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;

/** What is made at the first call, and then shared. */
export const shared = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const model = shared(() => tinyM2());
const labelFree = shared(() => tinyM2({ encoderSeesLabel: false }));

/** A small model, shared by all runs. */
export const models: fc.Arbitrary<Opaque> = fc.constantFrom(
  new Opaque(model, 'an M2 model'),
  new Opaque(labelFree, 'an M2 model whose encoder sees no label'),
);

/** A classifier without variables that is sure of the first class: what shares its variables may be freed. */
export const sureClassifier = new Opaque(
  (): Classifier => ({
    inputShape: SHAPE,
    classes: CLASSES,
    variables: {},
    spec: {},
    classify: (x) => tensor2d(Array.from({ length: x.shape[0] as number }, () => [4, 0, 0])),
    dispose: () => undefined,
  }),
  'a classifier',
);
