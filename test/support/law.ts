/** Laws as property tests: shapes and values drawn at random, the same ones in every run. */
import { engine, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { it } from 'vitest';

/** Numbers of a matrix, and its shape. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: readonly number[];
}

/** A matrix as a tensor. */
export const toTensor = ({ rows, columns, values }: Matrix): Tensor => tensor2d([...values], [rows, columns]);

/** Float32 numbers of at most the given magnitude; the generator favours 0 and both ends. */
const numbers = (magnitude: number): fc.Arbitrary<number> =>
  fc.float({ min: Math.fround(-magnitude), max: Math.fround(magnitude), noNaN: true });

/** A few matrices of one shape, each with its own magnitude of values. */
export const matrices = <Names extends string>(
  magnitudes: Readonly<Record<Names, number>>,
  {
    rows = [1, 4],
    columns = [2, 6],
  }: { readonly rows?: [number, number]; readonly columns?: [number, number] } = {},
): fc.Arbitrary<Readonly<Record<Names, Matrix>>> =>
  fc
    .tuple(fc.integer({ min: rows[0], max: rows[1] }), fc.integer({ min: columns[0], max: columns[1] }))
    .chain(([r, c]) => {
      const matrix = (magnitude: number): fc.Arbitrary<Matrix> =>
        fc
          .array(numbers(magnitude), { minLength: r * c, maxLength: r * c })
          .map((values) => ({ rows: r, columns: c, values }));
      const entries = Object.entries<number>(magnitudes).map(([name, m]) => [name, matrix(m)] as const);
      return fc.record(Object.fromEntries(entries)) as fc.Arbitrary<Record<Names, Matrix>>;
    });

/** Declares a law that must hold for every drawn example; the tensors of each example are freed after it. */
export function law<T>(title: string, examples: fc.Arbitrary<T>, holds: (example: T) => Promise<void>): void {
  it(title, async () => {
    const property = fc.asyncProperty(examples, async (example) => {
      engine().startScope('law');
      try {
        await holds(example);
      } finally {
        engine().endScope();
      }
    });
    await fc.assert(property, { numRuns: 40, seed: 20250101 });
  });
}
