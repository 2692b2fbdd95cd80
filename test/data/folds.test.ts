import { describe, expect, it } from 'vitest';
import { createDataset, type Dataset } from '../../src/data/dataset';
import { foldsOf } from '../../src/data/folds';
import { splitDataset } from '../../src/data/split';

const of = (y: readonly number[], classes = 2): Dataset =>
  createDataset({ name: 'drawn', x: new Float32Array(y.length), y, shape: [1], classes });

describe('foldsOf', () => {
  const y = [0, 0, 0, 0, 0, 0, 1, 1, 1, -1, -1];

  it('holds each known example back once, every class in every fold, and shows all unlabeled ones', () => {
    const folds = foldsOf(of(y), { folds: 3, seed: 1 });
    expect(folds.flatMap(({ validation }) => Array.from(validation)).sort()).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8,
    ]);
    for (const { labeled, unlabeled, validation, test } of folds) {
      expect(Array.from(validation, (i) => y[i]).sort()).toEqual([0, 0, 1]);
      expect([...labeled, ...validation].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
      expect([Array.from(unlabeled), test.length]).toEqual([[9, 10], 0]);
    }
  });

  it('refuses more folds than known examples, and a class that one fold would hold alone', () => {
    expect(() => foldsOf(of(y), { folds: 10, seed: 1 })).toThrow(
      'foldsOf: folds is 10, needed at most 9, the examples of a known class in "drawn"',
    );
    expect(() => foldsOf(of([0, 0, 1]), { folds: 2, seed: 1 })).toThrow(
      'foldsOf: class 1 has one known example',
    );
  });
});

describe('the test part of splitDataset', () => {
  const dataset = of(Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? 1 : 0)));

  it('is in proportion to the classes, and does not depend on the other parts', () => {
    const one = splitDataset(dataset, { labeled: 6, test: 12, seed: 3 });
    const other = splitDataset(dataset, { labeled: 20, validation: 9, test: 12, seed: 3 });
    expect(Array.from(one.test, (i) => dataset.y[i] as number).filter((k) => k === 1).length).toBe(4);
    expect(other.test).toEqual(one.test);
    const all = [other.labeled, other.unlabeled, other.validation, other.test].flatMap((part) =>
      Array.from(part),
    );
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  });

  it('is named in refusals where it was given', () => {
    expect(() => splitDataset(dataset, { labeled: 40, test: 30, seed: 1 })).toThrow(
      'splitDataset: labeled + test is 40 + 30, needed at most 60, the examples of "drawn"',
    );
    expect(() => splitDataset(dataset, { validation: 40, test: 30, seed: 1 })).toThrow(
      'splitDataset: validation + test is 40 + 30, needed at most 58',
    );
  });
});
