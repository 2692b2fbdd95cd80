/** Labels that spread along neighbors. */
import { describe, expect, it } from 'vitest';
import { createNoise, type Dataset, type M2, type Noise, vectors } from '../../../src';
import type { Task } from '../../../src/training/fit/learn';
import { neighborsOf } from '../../../src/training/fit/neighbors';
import { alive } from '../../support/tiny';

const K = 2;

/** Probabilities of all examples, the labeled ones first; the rows of `labeled` alone are known. */
const spreadOf = async (
  data: Dataset,
  {
    labeled,
    known = labeled,
    labelPrior = [0.5, 0.5],
    most,
  }: {
    readonly labeled: readonly number[];
    readonly known?: readonly number[];
    readonly labelPrior?: number[];
    readonly most?: number;
  },
): Promise<number[][]> => {
  const split = {
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from({ length: data.count }, (_, i) => i).filter((i) => !labeled.includes(i)),
  };
  const task = { model: { labelPrior }, data, split, seed: createNoise(1) } as unknown as Task<M2>;
  const { spread } = await neighborsOf(task, most);
  const values = await spread(Int32Array.from(known));
  return Array.from({ length: data.count }, (_, i) => [...values.subarray(i * K, (i + 1) * K)]);
};

/** Points of two clusters, 10 apart, the first half in class a. */
const clusters = (count: number, noise: Noise = createNoise(1), width = 3): Dataset =>
  vectors(
    {
      values: noise.normals(count * width).map((value, at) => value + (at < (count * width) / 2 ? 0 : 10)),
      width,
    },
    { labels: Array.from({ length: count }, (_, i) => (i < count / 2 ? 'a' : 'b')) },
  );

/** Solves A x = b by elimination with pivots. */
function solve(rows: readonly (readonly number[])[], b: readonly number[]): number[] {
  const a = rows.map((row, i) => [...row, b[i] as number]);
  const n = a.length;
  for (let i = 0; i < n; i++) {
    const pivot = a.findIndex(
      (row, r) =>
        r >= i &&
        Math.abs(row[i] as number) === Math.max(...a.slice(i).map((one) => Math.abs(one[i] as number))),
    );
    [a[i], a[pivot]] = [a[pivot] as number[], a[i] as number[]];
    for (let r = 0; r < n; r++) {
      if (r === i) continue;
      const factor = (a[r]?.[i] as number) / (a[i]?.[i] as number);
      a[r] = (a[r] as number[]).map((value, c) => value - factor * (a[i]?.[c] as number));
    }
  }
  return a.map((row, i) => (row[n] as number) / (row[i] as number));
}

describe('labels that spread along neighbors', () => {
  it('reach every example of their cluster', async () => {
    const data = clusters(60);
    const [first, second, ...others] = await spreadOf(data, { labeled: [3, 40] });
    for (const row of [first, ...others.slice(0, 29)]) expect(row?.[0]).toBeGreaterThan(0.99);
    for (const row of [second, ...others.slice(29)]) expect(row?.[1]).toBeGreaterThan(0.99);
  });

  it('are the solution of F = 0.8 S F + 0.2 Y, in the shares of the label prior', async () => {
    const count = 30;
    const noise = createNoise(2);
    const values = noise.normals(2 * count);
    const labels = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? 'a' : 'b'));
    const data = vectors({ values, width: 2 }, { labels });
    const labeled = [4, 9, 17];
    const labelPrior = [0.7, 0.3];
    // Computed in double precision from the rows that the data set has.
    const x = Array.from({ length: count }, (_, i) => [
      ...(data.x as Float32Array).subarray(2 * i, 2 * i + 2),
    ]);
    const near = x.map((row, i) =>
      x
        .map(
          (other, j) =>
            [row.reduce((sum, value, d) => sum + (value - (other[d] as number)) ** 2, 0), j] as const,
        )
        .filter(([, j]) => j !== i)
        .sort(([a], [b]) => a - b)
        .slice(0, 5)
        .map(([, j]) => j),
    );
    const joined = (i: number, j: number): boolean => !!near[i]?.includes(j) || !!near[j]?.includes(i);
    const degree = x.map((_, i) => x.filter((_, j) => joined(i, j)).length);
    const system = x.map((_, i) =>
      x.map(
        (_, j) =>
          (i === j ? 1 : 0) -
          (joined(i, j) ? 0.8 / Math.sqrt((degree[i] as number) * (degree[j] as number)) : 0),
      ),
    );
    const reached = [0, 1].map((k) =>
      solve(
        system,
        x.map((_, i) => (labeled.includes(i) && i % 2 === k ? 0.2 : 0)),
      ),
    );
    const masses = reached.map((column) => column.reduce((sum, value) => sum + value, 0));
    const wanted = x.map((_, i) => {
      const row = reached.map(
        (column, k) => ((labelPrior[k] as number) * (column[i] as number)) / (masses[k] as number),
      );
      return row.map((value) => value / ((row[0] as number) + (row[1] as number)));
    });
    const order = [...labeled, ...x.keys()].filter((i, at, all) => all.indexOf(i) === at);
    const found = await spreadOf(data, { labeled, labelPrior });
    // What 50 passes leave of either side is below 0.8⁵⁰ = 1.4e-5 of the largest.
    for (const [at, i] of order.entries())
      for (const k of [0, 1])
        expect(Math.abs((found[at]?.[k] as number) - (wanted[i]?.[k] as number))).toBeLessThan(2e-3);
  });

  it('of other examples alone are read in cross-validation', async () => {
    const data = clusters(40);
    const rows = await spreadOf(data, { labeled: [0, 1, 30, 31], known: [0, 30] });
    expect(rows).toEqual(
      await spreadOf(
        { ...data, y: data.y.map((y, i) => (i === 1 || i === 31 ? 1 - y : y)) },
        { labeled: [0, 1, 30, 31], known: [0, 30] },
      ),
    );
  });

  it('are the prior where no label reaches', async () => {
    const data = clusters(40);
    const rows = await spreadOf(data, { labeled: [0], labelPrior: [0.75, 0.25] });
    expect(rows.at(-1)).toEqual([0.75, 0.25]);
  });

  it('are read off the nearest by examples beyond those of the graph', async () => {
    const data = clusters(70);
    const before = alive();
    const rows = await spreadOf(data, { labeled: [0, 69], most: 40 });
    for (const [i, row] of rows.slice(2).entries()) expect(row[i < 34 ? 0 : 1]).toBeGreaterThan(0.99);
    expect(alive()).toEqual(before);
  });
});
