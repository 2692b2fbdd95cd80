import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { type CreateDatasetOptions, createDataset } from '../../src/data/dataset';
import { gatherLabels, subset } from '../../src/data/gather';
import { splitDataset } from '../../src/data/split';
import { cleanUpAfterEach, read, readRows } from '../support/numbers';

const base = (extras: Partial<CreateDatasetOptions> = {}): CreateDatasetOptions => ({
  name: 'mine',
  x: Float32Array.of(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7),
  shape: [2],
  classes: 3,
  ...extras,
});

describe('a data set with sets of classes', () => {
  cleanUpAfterEach();

  it('takes lists of classes: one is a label, all are none, others are a coarse label', async () => {
    const dataset = createDataset(base({ allowed: [[1], [0, 1, 2], [0, 2], [2]] }));
    expect([...dataset.y]).toEqual([1, 255, 255, 2]);
    expect(dataset.allowed).toEqual(Uint8Array.of(0, 1, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1));
    expect(await readRows(gatherLabels(dataset, [0, 2]))).toEqual([
      [0, 1, 0],
      [0.5, 0, 0.5],
    ]);
    expect(() => gatherLabels(dataset, [1])).toThrow('needed an example whose class is known');
  });

  it('narrows a set to the label, and refuses a label outside it', () => {
    const narrowed = createDataset(base({ y: [1, -1, -1, 2], allowed: [[0, 1], [0, 1, 2], [0, 2], [2]] }));
    expect(narrowed.allowed?.subarray(0, 3)).toEqual(Uint8Array.of(0, 1, 0));
    const outside = base({ y: [1, -1, -1, 2], allowed: [[0, 2], [0], [0, 2], [2]] });
    expect(() => createDataset(outside)).toThrow('createDataset: allowed[0] is without class 1');
  });

  it('is a data set again when it is made of one, and in part', () => {
    const dataset = createDataset(
      base({
        allowed: [[1], [0, 1, 2], [0, 2], [2]],
        weight: [1, 2, 0, 1],
        covariates: [1, 0, 0, 1, 1, 0, 0, 1],
      }),
    );
    expect(createDataset(dataset)).toEqual(dataset);
    const part = subset(dataset, [2, 0]);
    expect(part.allowed).toEqual(Uint8Array.of(1, 0, 1, 0, 1, 0));
    expect(part.weight).toEqual(Float32Array.of(0, 1));
    expect(part.covariates).toEqual(Float32Array.of(1, 0, 1, 0));
  });

  it('gives coarse labels to the labeled part of a split, and of every batch', async () => {
    const dataset = createDataset(base({ allowed: [[1], [0, 1, 2], [0, 2], [2]] }));
    const split = splitDataset(dataset, { everyClass: false, seed: createNoise(1) });
    expect(split.labeled).toEqual(Int32Array.of(0, 2, 3));
    expect(split.unlabeled).toEqual(Int32Array.of(1));
    const batches = createBatches({
      dataset,
      split,
      batchSize: { labeled: 1, unlabeled: 1 },
      seed: createNoise(2),
    });
    for (const step of [0, 1, 2]) {
      const { labeled, unlabeled } = await batches.at(step);
      expect(labeled?.allowed?.shape).toEqual([1, 3]);
      expect(Object.keys(unlabeled ?? {})).toEqual(['x']);
    }
  });
});

describe('weights, covariates and missing values of a data set', () => {
  cleanUpAfterEach();

  const extras = {
    y: [0, 1, 2, 0],
    weight: [1, 0.5, 0, 0],
    covariates: [1, 2, 3, 4],
    observed: [1, 1, 1, 0, 0, 1, 1, 1],
    x: Float32Array.of(0, 0.1, 0.2, 0, 0, 0.5, 0.6, 0.7), // a missing value is 0
  };

  it('come with the examples of a batch', async () => {
    const dataset = createDataset(base(extras));
    const split = { labeled: Int32Array.of(0, 1), unlabeled: Int32Array.of(0, 1, 2, 3) };
    const { at } = createBatches({
      dataset,
      split,
      batchSize: { labeled: 2, unlabeled: 4 },
      seed: createNoise(3),
    });
    const { labeled, unlabeled } = await at(0);
    const x = await readRows(labeled?.x as Tensor);
    const order = x.map(([first]) => (first === 0 ? 0 : 1));
    expect(await read(labeled?.weight as Tensor)).toEqual(order.map((i) => extras.weight[i]));
    expect(await readRows(labeled?.covariates as Tensor)).toEqual(order.map((i) => [extras.covariates[i]]));
    expect(unlabeled?.observed?.shape).toEqual([4, 2]);
  });

  it('are part of what a run is resumed by', () => {
    const identityOf = (more: Partial<CreateDatasetOptions>): string | undefined =>
      createBatches({
        dataset: createDataset(base({ y: extras.y, x: extras.x, ...more })),
        split: { labeled: Int32Array.of(0, 1), unlabeled: Int32Array.of(2, 3) },
        batchSize: { labeled: 1, unlabeled: 1 },
        seed: createNoise(3),
      }).identity;
    const plain = identityOf({});
    const { y: _, x: __, ...named } = extras;
    const all = Object.entries({ ...named, weight: [1, 2, 3, 4] }).map(([name, values]) =>
      identityOf({ [name]: values }),
    );
    expect(new Set([plain, ...all]).size).toBe(4);
    expect(identityOf({ weight: [1, 1, 1, 1] })).not.toBe(identityOf({ weight: [1, 1, 1, 2] }));
  });

  it.each<[Partial<CreateDatasetOptions>, string]>([
    [{ allowed: [[0], [1], [2]] }, 'allowed has 3 values, needed a list for each of 4 examples'],
    [{ allowed: [[0], [1], [], [2]] }, 'allowed[2] holds no class, needed at least one for each example'],
    [{ allowed: [[0], [1], [3], [2]] }, 'allowed[2] holds 3, needed integers from 0 to 2'],
    [{ allowed: new Uint8Array(11) }, 'allowed has 11 values, needed 12 = 4 examples × 3 classes'],
    [{ allowed: new Uint8Array(12).fill(2) }, 'allowed[0] is 2, needed 1 or 0'],
    [{ weight: [1, 1, 1] }, 'weight has 3 values, needed one for each of 4 examples'],
    [{ weight: [1, 1, 1, -1] }, 'weight[3] is -1, needed 0, or a number from 1e-30 to 1e+30'],
    [{ covariates: [1, 2, 3] }, 'covariates has 3 values, needed a multiple of 4 examples'],
    [{ covariates: [1, 2, 3, Number.NaN] }, 'covariates[3] is NaN, needed a finite float32 number'],
    [
      { observed: [1, 1, 1, 0, 1, 1, 1, 1] },
      'x[3] is 0.30000001192092896 where observed is 0, needed 0: a missing value is 0 in x',
    ],
    [{ observed: [1, 0] }, 'observed has 2 values, needed 8, one for each value of x'],
    [{ observed: [1, 1, 1, 1, 1, 1, 1, 0.5] }, 'observed[7] is 0.5, needed 1 or 0'],
  ])('that do not fit are refused: %j', (more, message) => {
    expect(() => createDataset(base({ y: extras.y, ...more }))).toThrow(`createDataset: ${message}`);
  });
});
