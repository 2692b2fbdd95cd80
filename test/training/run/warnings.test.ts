import { add, mul } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBatches } from '../../../src/data/batches';
import { createDataset, type Dataset } from '../../../src/data/dataset';
import { digits } from '../../../src/data/digits';
import { splitDataset } from '../../../src/data/split';
import { vectors } from '../../../src/data/vectors';
import { createM2, type M2 } from '../../../src/models/m2/model';
import type { Objective } from '../../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { supervised } from '../../../src/models/objectives/supervised';
import type { TrainOptions } from '../../../src/training/options';
import { train } from '../../../src/training/train';
import { tinyBatches, tinyM2 } from '../../support/tiny';

afterEach(() => void vi.restoreAllMocks());

const data = digits({ count: 60, seed: 1 });
const split = splitDataset(data, { labeled: 20, seed: 1 });

/** Warnings of one epoch of three steps on generated digits, 784 values each. */
const warningsOf = async (options: Partial<TrainOptions<M2>> = {}, latent = 2): Promise<string[]> => {
  const warnings: string[] = [];
  const nets = { preset: 'mlp', widths: [4] } as const;
  const model = createM2({ data, latent, nets });
  const batches = createBatches({
    dataset: data,
    split,
    batchSize: { labeled: 10, unlabeled: 13 },
    seed: 1,
  });
  try {
    await train(model, {
      objective: semiSupervised({ labelHandling: 'gumbel' }),
      batches,
      epochs: 1,
      seed: 1,
      onWarning: (warning) => void warnings.push(warning),
      ...options,
    });
  } finally {
    model.dispose();
  }
  return warnings;
};

describe('a run of few steps on few labels', () => {
  it('warns of the bound alone', async () => {
    expect(await warningsOf()).toEqual([
      'train: 3 steps at alpha 0.3 are few for the bound alone on 20 labels: the classifier often ends below that of supervised(). Take fit(), regularized(), alpha of 10 and more, or 300 steps and more',
    ]);
    expect(await warningsOf({ weighting: 'dataset' })).toHaveLength(1);
  });

  it.each<[string, Partial<TrainOptions<M2>>]>([
    ['α of 10', { alpha: 10 }],
    ['a schedule of α', { alpha: () => 1 }],
    ['terms beside the bound', { objective: regularized({ labelHandling: 'gumbel' }) }],
    ['a bound of small weight', { objective: semiSupervised({ boundWeight: 0.1 }) }],
    ['the labels alone', { objective: supervised() }],
  ])('does not warn with %s', async (_, options) => {
    expect(await warningsOf(options)).toEqual([]);
  });

  it('does not warn with 300 steps', async () => {
    const stop = new AbortController();
    const callbacks = { onBatchEnd: () => stop.abort() };
    expect(await warningsOf({ epochs: 100, signal: stop.signal, callbacks })).toEqual([]);
  });

  it('does not warn on examples of few values', async () => {
    const spy = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const model = tinyM2();
    await train(model, { objective: semiSupervised(), batches: tinyBatches(), epochs: 1, seed: 1 });
    model.dispose();
    expect(spy).not.toHaveBeenCalled();
  });

  it('warns on the console by default', async () => {
    const spy = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    await warningsOf({ onWarning: undefined } as never);
    expect(spy).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^train: 3 steps at alpha 0.3 /));
  });
});

describe('an exact sum over many classes', () => {
  const warningsAt = async (
    classes: number,
    objective: Objective<M2> = semiSupervised(),
  ): Promise<string[]> => {
    const warnings: string[] = [];
    const model = createM2({ inputShape: [2], classes, latent: 1, nets: { preset: 'mlp', widths: [2] } });
    const x = new Float32Array(80);
    const y = Array.from({ length: 40 }, (_, i) => (i < 20 ? i : -1));
    const many = createDataset({ name: 'many', x, shape: [2], classes, y });
    const batchSize = { labeled: 10, unlabeled: 10 };
    const [labeled, unlabeled] = [0, 20].map((from) =>
      Int32Array.from({ length: 20 }, (_, i) => from + i),
    ) as [Int32Array, Int32Array];
    try {
      await train(model, {
        objective,
        batches: createBatches({ dataset: many, split: { labeled, unlabeled }, batchSize, seed: 1 }),
        epochs: 1,
        alpha: 50,
        seed: 1,
        onWarning: (warning) => void warnings.push(warning),
      });
    } finally {
      model.dispose();
    }
    return warnings;
  };

  it('is named before the first step, and one relaxed label as the cure', async () => {
    expect(await warningsAt(50)).toEqual([
      "train: the exact sum over 50 classes decodes each unlabeled example 50 times. labelHandling: 'gumbel' decodes it once",
    ]);
  });

  it('is not warned of at fewer classes, with one relaxed label, or without a sum', async () => {
    expect(await warningsAt(49)).toEqual([]);
    expect(await warningsAt(50, semiSupervised({ labelHandling: 'gumbel' }))).toEqual([]);
    expect(await warningsAt(50, supervised())).toEqual([]);
  });
});

describe('a classifier that gets worse on labeled examples', () => {
  /** Warnings of a run whose cross-entropy of labeled examples has these means by epoch. */
  const warningsAt = async (means: readonly number[], objective: Objective<M2> = semiSupervised()) => {
    const warnings: string[] = [];
    const model = tinyM2();
    const at: Objective<M2> = (given, batch, context) => {
      const terms = objective(given, batch, context);
      const { crossEntropy } = terms.labeled ?? {};
      if (terms.labeled === undefined || crossEntropy === undefined) return terms;
      const shifted = add(mul(crossEntropy, 0), means[Math.floor(context.step / 4)] as number);
      crossEntropy.dispose();
      return { ...terms, labeled: { ...terms.labeled, crossEntropy: shifted } } as typeof terms;
    };
    await train(model, {
      objective: at,
      batches: tinyBatches(),
      epochs: means.length,
      seed: 1,
      onWarning: (warning) => void warnings.push(warning),
    });
    model.dispose();
    return warnings;
  };

  it('is warned of once, after three epochs of a cross-entropy far above its lowest', async () => {
    expect(await warningsAt([1, 0.2, 0.9, 0.9, 0.9, 0.9])).toEqual([
      'train: labeled.crossEntropy has risen to 0.90 nats from 0.20: the unlabeled examples outweigh the labels. Raise alpha, lower boundWeight, or compare with supervised()',
    ]);
  });

  it('is warned of after three epochs above a guess', async () => {
    expect(await warningsAt([1.2, 1.2, 1.2])).toEqual([
      expect.stringMatching(/^train: labeled.crossEntropy is 1.20 nats, above the 1.10 of a guess: /),
    ]);
  });

  it('is not warned of for two epochs, for a small rise, or on the labels alone', async () => {
    expect(await warningsAt([1, 0.2, 0.9, 0.9, 0.3, 0.9])).toEqual([]);
    expect(await warningsAt([1, 0.2, 0.6, 0.6, 0.6, 0.6])).toEqual([]);
    expect(await warningsAt([1.2, 1.2, 1.2], supervised() as Objective<M2>)).toEqual([]);
  });
});

describe('a model that reads raw inputs', () => {
  const table = vectors(
    Array.from({ length: 12 }, (_, i) => [i, i % 3]),
    { labels: Array.from({ length: 12 }, (_, i) => i % 2) },
  );
  const half = { labeled: Int32Array.of(0, 1, 2, 3), unlabeled: Int32Array.of(4, 5, 6, 7, 8, 9) };

  const warningsOn = async (dataset: Dataset): Promise<string[]> => {
    const warnings: string[] = [];
    const model = createM2({ data: table, latent: 1, nets: { preset: 'mlp', widths: [2] } });
    await train(model, {
      objective: supervised(),
      batches: createBatches({ dataset, split: half, batchSize: { labeled: 2, unlabeled: 2 }, seed: 1 }),
      epochs: 1,
      seed: 1,
      onWarning: (warning) => void warnings.push(warning),
    });
    model.dispose();
    return warnings;
  };

  it('warns of data that do not say how they were read', async () => {
    expect(await warningsOn(table)).toEqual([]);
    const { input, ...bare } = table;
    expect(input).toBeDefined();
    expect(await warningsOn(bare)).toEqual([
      'train: the model reads raw inputs as vectors, and the data do not say how theirs were read: they are used as they are. Read them with input: model.input',
    ]);
  });
});
