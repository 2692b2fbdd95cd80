import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Batch, type BatchSource, disposeBatch } from '../../src/core/batch';
import { describe as described } from '../../src/core/describe';
import { createNoise } from '../../src/core/noise';
import { batchesFrom } from '../../src/data/batchesFrom';
import type { BatchIterable } from '../../src/data/batchIterable';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { train } from '../../src/training/train';
import { memoryStorage, tinyBatches, tinyM2, weightsOf } from '../support/tiny';

const counts = { labeled: 4, unlabeled: 0 };
const options = { stepsPerEpoch: 3, counts };
const UNIT = { min: 0, max: 1 };

/** A batch of one labelled example, whose value tells it. */
const batchOf = (value: number): Batch => ({
  labeled: { x: tf.tensor2d([[value]]), y: tf.tensor2d([[1, 0]]) },
});

/** What became of the iterators of a test. */
let log: string[] = [];

/** Batches 10·pass, 10·pass + 1, …; `length` of them. */
function* pass(number: number, length = 3): Generator<Batch> {
  log.push(`open ${number}`);
  try {
    for (let i = 0; i < length; i++) yield batchOf(10 * number + i);
  } finally {
    log.push(`close ${number}`);
  }
}

/** The same kind of batch for ever, whatever it holds. */
function* endless(batch: () => unknown): Generator<Batch> {
  for (;;) yield batch() as Batch;
}

const free = ({ labeled, unlabeled }: Batch): void =>
  tf.dispose([labeled?.x, labeled?.y, unlabeled?.x].filter((tensor) => tensor !== undefined));

const valueAt = async (source: BatchSource, step: number): Promise<number | undefined> => {
  const batch = await source.at(step);
  const [value] = await (batch.labeled?.x.data() ?? []);
  free(batch);
  return value;
};

const valuesAt = async (source: BatchSource, steps: readonly number[]) => {
  const values: (number | undefined)[] = [];
  for (const step of steps) values.push(await valueAt(source, step));
  return values;
};

let before = 0;
beforeEach(() => {
  log = [];
  before = tf.memory().numTensors;
});
afterEach(() => expect(tf.memory().numTensors).toBe(before));

describe('a function of the pass', () => {
  it('gives each epoch the batches of its pass', async () => {
    const source = batchesFrom((n) => pass(n), options);
    expect(await valuesAt(source, [0, 1, 2, 3, 4, 5, 6])).toEqual([0, 1, 2, 10, 11, 12, 20]);
    await source.close();
    expect(log).toEqual(['open 0', 'close 0', 'open 1', 'close 1', 'open 2', 'close 2']);
  });

  it('gives a step the same batch in whatever order steps are asked for', async () => {
    const source = batchesFrom((n) => pass(n), options);
    expect(await valuesAt(source, [7, 8, 0, 4, 4, 2, 5])).toEqual([21, 22, 0, 11, 11, 2, 12]);
    await source.close();
  });

  it('goes to a resumed step without the passes before it', async () => {
    const source = batchesFrom((n) => pass(n), options);
    expect(await valueAt(source, 3001)).toBe(10001);
    await source.close();
    expect(log).toEqual(['open 1000', 'close 1000']);
  });

  it('leaves the rest of a longer pass, an endless one too', async () => {
    const source = batchesFrom((n) => pass(n, Number.POSITIVE_INFINITY), options);
    expect(await valuesAt(source, [0, 1, 2, 3])).toEqual([0, 1, 2, 10]);
    await source.close();
  });

  it('refuses a shorter pass, and says how long it was', async () => {
    const source = batchesFrom((n) => pass(n, 2), options);
    await valuesAt(source, [0, 1]);
    await expect(source.at(2)).rejects.toThrow(
      'batchesFrom: pass 0 ended after 2 batches, needed stepsPerEpoch, 3',
    );
    expect(await valueAt(source, 3)).toBe(10);
    await source.close();
  });

  it('answers steps that are asked for at once, each with its own', async () => {
    const source = batchesFrom((n) => pass(n), options);
    const batches = await Promise.all([0, 1, 2, 3].map((step) => source.at(step)));
    const values = await Promise.all(batches.map(({ labeled }) => labeled?.x.data()));
    expect(values.map((value) => value?.[0])).toEqual([0, 1, 2, 10]);
    batches.forEach(free);
    await source.close();
  });
});

describe('kinds of iterables', () => {
  async function* asynchronous(): AsyncGenerator<Batch> {
    yield* pass(0);
  }
  const likeTfData = (): BatchIterable => ({
    iterator: async () => {
      const steps = pass(0);
      return { next: async () => steps.next() };
    },
  });

  it.each([
    ['a generator', () => pass(0)],
    ['an asynchronous generator', asynchronous],
    ['an array', () => [batchOf(0), batchOf(1), batchOf(2)]],
    ['a promise of one', async () => pass(0)],
    ['a dataset as of tf.data', likeTfData],
  ])('%s is gone through', async (_, make) => {
    const source = batchesFrom(make, options);
    expect(await valuesAt(source, [0, 1, 2])).toEqual([0, 1, 2]);
  });

  it('anything else is refused', async () => {
    for (const source of [3, {}, new DataView(new ArrayBuffer(8)), { next: () => batchOf(0) }])
      expect(() => batchesFrom(source as never, options)).toThrow(
        `batchesFrom: source is ${described(source)}, needed a function of the pass that gives an iterable, or an iterable`,
      );
    await expect(batchesFrom(() => 3 as never, options).at(0)).rejects.toThrow(
      'batchesFrom: source gives 3, needed an iterable or a tf.data dataset',
    );
  });
});

describe('a bare iterator', () => {
  it('is gone through across epochs, in order', async () => {
    const source = batchesFrom(pass(0, 5), { ...options, stepsPerEpoch: 2 });
    expect(source.replayable).toBe(false);
    expect(await valuesAt(source, [0, 1, 2, 3, 4])).toEqual([0, 1, 2, 3, 4]);
    await expect(source.at(5)).rejects.toThrow('batchesFrom: the iterator ended after 5 batches');
  });

  it.each([
    ['a run is resumed', [], 7, 0],
    ['another run begins', [0, 1], 0, 2],
  ])('is refused where %s', async (_, done, step, next) => {
    const source = batchesFrom(pass(0), options);
    await valuesAt(source, done);
    await expect(source.at(step)).rejects.toThrow(
      `batchesFrom: step ${step} is asked for and ${next} is next, needed steps in order: a bare iterator cannot be replayed or resumed, a function that makes one can`,
    );
    await source.close();
  });

  it('is over once it is closed, and what was held back is freed', async () => {
    const source = batchesFrom(pass(0), options);
    await source.assertWithin?.('train', { min: 0, max: 9 });
    expect(tf.memory().numTensors).toBe(before + 2);
    await source.close();
    expect(tf.memory().numTensors).toBe(before);
    expect(log).toEqual(['open 0', 'close 0']);
    await expect(source.at(0)).rejects.toThrow('ended after 0 batches');
  });
});

describe('faults', () => {
  function* failing(): Generator<Batch> {
    yield batchOf(0);
    throw new Error('disk gone');
  }

  it('of the iterator pass through, leave nothing behind, and the step can be asked for again', async () => {
    let repaired = false;
    const source = batchesFrom(() => (repaired ? pass(0) : failing()), options);
    expect(await valueAt(source, 0)).toBe(0);
    await expect(source.at(1)).rejects.toThrow('disk gone');
    await expect(source.at(2)).rejects.toThrow('disk gone');
    expect(tf.memory().numTensors).toBe(before);
    repaired = true;
    expect(await valuesAt(source, [1, 2])).toEqual([1, 2]);
  });

  it('of the function pass through', async () => {
    const source = batchesFrom(() => {
      throw new Error('no such file');
    }, options);
    await expect(source.at(0)).rejects.toThrow('no such file');
  });

  it('of closing pass through, and free the batch', async () => {
    const steps = (): Iterable<Batch> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: batchOf(0) }),
        return: () => {
          throw new Error('cannot close');
        },
      }),
    });
    await expect(batchesFrom(steps, { ...options, stepsPerEpoch: 1 }).at(0)).rejects.toThrow('cannot close');
  });

  it.each<[string, () => unknown, string]>([
    [
      'nothing',
      () => undefined,
      'batch 0 is undefined, needed { labeled: { x, y }, unlabeled: { x } } or either part',
    ],
    ['neither part', () => ({ xs: tf.zeros([1]), ys: 1 }), 'batch 0 is { xs, ys }, needed { labeled'],
    ['arrays', () => ({ unlabeled: { x: [1] } }), 'batch 0.unlabeled.x is an array of 1, needed a tensor'],
    [
      'integers',
      () => ({ unlabeled: { x: tf.tensor2d([[1]], undefined, 'int32') } }),
      'batch 0.unlabeled.x has dtype int32, needed float32',
    ],
    [
      'labels of another length',
      () => ({ labeled: { x: tf.zeros([2, 1]), y: tf.zeros([3, 2]) } }),
      'batch 0.labeled.y has shape [3,2], needed [B,K] = [2,K]',
    ],
    [
      'class indices',
      () => ({ labeled: { x: tf.zeros([2, 1]), y: tf.zeros([2]) } }),
      'batch 0.labeled.y has shape [2], needed [B,K] = [2,K]',
    ],
    [
      'a part that is misspelt, beside one that is not',
      () => ({ ...batchOf(0), unlabelled: { x: tf.zeros([1]) } }),
      'batch 0.unlabelled is not a part, needed labeled or unlabeled',
    ],
    [
      'names of any number and content',
      () => Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [`${i}\u001b[2J`, 1])),
      'batch 0 is { 0\\u001b[2J, 1\\u001b[2J, ',
    ],
    ['no labels', () => ({ labeled: { x: tf.zeros([2, 1]) } }), 'batch 0.labeled.y is undefined'],
    [
      'a misspelled tensor',
      () => ({ labeled: { ...batchOf(0).labeled, weigth: tf.ones([1]) } }),
      'batch 0.labeled.weigth is not a tensor of a part, needed another name: did you mean weight?',
    ],
    [
      'a tensor in another case',
      () => ({ unlabeled: { x: tf.zeros([1, 1]), Observed: tf.ones([1, 1]) } }),
      'batch 0.unlabeled.Observed is not a tensor of a part, needed another name: did you mean observed?',
    ],
  ])('of batches are named, and their tensors freed: %s', async (_, batch, message) => {
    const asked = Promise.resolve(batchesFrom(() => [batch() as Batch], options).at(0));
    const refused = await asked.then(String, ({ message: came }: Error) => came);
    expect(refused).toContain(`batchesFrom: ${message}`);
    expect(refused.length).toBeLessThan(250);
  });

  it.each([
    ['labels of unlabelled examples', () => ({ unlabeled: { x: tf.zeros([2, 1]), y: tf.zeros([2, 2]) } })],
    ['ids', () => ({ labeled: { x: tf.zeros([2, 1]), y: tf.ones([2, 1]), id: tf.zeros([2]) } })],
    ['numbers and ids beside the parts', () => ({ ...batchOf(0), count: 2, labels: 3, ids: tf.zeros([2]) })],
    ['lists beside the parts', () => ({ ...batchOf(0), extra: [{ ids: tf.zeros([2]) }, null, 'a'] })],
  ])(
    'of nothing: entries beyond the parts are freed too, skipped, looked at or closed: %s',
    async (_, batch) => {
      const { labeled, unlabeled, ...beside }: Batch = batch();
      disposeBatch({ labeled, unlabeled, ...beside });
      const counts = { labeled: labeled ? 2 : 0, unlabeled: unlabeled ? 2 : 0 };
      const many = { stepsPerEpoch: 3, counts };
      const source = batchesFrom(() => endless(batch), many);
      await source.assertWithin?.('train', UNIT);
      disposeBatch(await source.at(2));
      const bare = batchesFrom(endless(batch), many);
      await bare.assertWithin?.('train', UNIT);
      disposeBatch(await bare.at(0));
      disposeBatch(await bare.at(1));
      await bare.close();
    },
  );

  it('of nothing: a batch that a generator returns is freed', async () => {
    const source = batchesFrom(function* () {
      yield batchOf(0);
      return batchOf(1);
    }, options);
    free(await source.at(0));
    await expect(source.at(1)).rejects.toThrow('pass 0 ended after 1 batches');
  });

  it('a tensor that a function gives twice, and the trainer freed, is named', async () => {
    const kept = [batchOf(0), batchOf(1), batchOf(2)];
    const source = batchesFrom(() => kept, options);
    await valuesAt(source, [0, 1, 2]);
    await expect(source.at(3)).rejects.toThrow(
      'batchesFrom: batch 3 holds a disposed tensor, needed one of its own: yield a clone of what you keep',
    );
  });

  it.each([
    [{ ...options, stepsPerEpoch: 0 }, 'stepsPerEpoch is 0, needed an integer of at least 1'],
    [{ stepsPerEpoch: 3, counts: undefined as never }, 'counts is undefined, needed an object'],
    [
      { stepsPerEpoch: 3, counts: { labeled: 1 } as never },
      'counts.unlabeled is undefined, needed an integer',
    ],
    [
      { ...options, counts: { ...counts, unlabelled: 2 } as never },
      'counts.unlabelled is not an option, needed labeled, unlabeled',
    ],
    [{ ...options, counts: { labeled: 1, unlabeled: -1 } }, 'counts.unlabeled is -1, needed an integer'],
  ])('of options are named: %j', (wrong, message) => {
    expect(() => batchesFrom(() => pass(0), wrong)).toThrow(`batchesFrom: ${message}`);
  });

  it('a step that is none is named', () => {
    expect(() => batchesFrom(() => pass(0), options).at(0.5)).toThrow('batchesFrom: step is 0.5');
  });
});

describe('values before the first step', () => {
  it.each([
    ['a function', () => batchesFrom(() => pass(0), options)],
    ['a bare iterator', () => batchesFrom(pass(0), options)],
  ])('are checked without losing a batch of %s', async (_, make) => {
    const source = make();
    await source.assertWithin?.('train', UNIT);
    await source.assertWithin?.('train', UNIT);
    expect(await valuesAt(source, [0, 1, 2])).toEqual([0, 1, 2]);
    await source.close();
  });

  it.each([
    ['a function', () => batchesFrom(() => pass(7), options)],
    ['a bare iterator', () => batchesFrom(pass(7), options)],
  ])('are refused outside the support, and nothing is kept of %s', async (_, make) => {
    await expect(make().assertWithin?.('train', UNIT)).rejects.toThrow(
      'train: batch 0.labeled.x[0] is 70, needed a number from 0 to 1',
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(log).toEqual(['open 7', 'close 7']);
  });
});

describe('labels before the first step', () => {
  const looked = async (rows: number[][], dtype: 'float32' | 'int32' = 'float32') => {
    const yieldRows = () => [
      { labeled: { x: tf.zeros([rows.length, 1]), y: tf.tensor2d(rows, undefined, dtype) } },
    ];
    await batchesFrom(yieldRows, { ...options, stepsPerEpoch: 1 }).assertWithin?.('train', UNIT);
  };

  it('may be one-hot, of integers too, or probabilities', async () => {
    await looked([
      [0, 1],
      [1, 0],
    ]);
    await looked([[0, 1]], 'int32');
    await looked([[0.9, 0.1]]);
  });

  it.each([
    [
      [
        [0, 1],
        [5, 5],
      ],
      'batch 0.labeled.y[1] is [5,5]',
    ],
    [[[-1, 2]], 'batch 0.labeled.y[0] is [-1,2]'],
    [[[0, 0]], 'batch 0.labeled.y[0] is [0,0]'],
    [[[Number.NaN, 1]], 'batch 0.labeled.y[0] is [NaN,1]'],
    [[new Array(12).fill(1)], 'batch 0.labeled.y[0] is [1,1,1,1,1,1,1,1,1,1,…]'],
  ])('are refused as %j', async (rows, message) => {
    await expect(looked(rows)).rejects.toThrow(
      `train: ${message}, needed a one and else zeros, or probabilities that sum to 1`,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('are refused by train, also where the likelihood takes any input', async () => {
    const model = tinyM2({ likelihood: gaussianObservation() });
    const { likelihood: _, ...untold } = model;
    const batches = () =>
      batchesFrom(() => [{ labeled: { x: tf.zeros([2, 8, 8, 1]), y: tf.fill([2, 3], 5) } }], {
        ...options,
        stepsPerEpoch: 1,
      });
    for (const trained of [model, untold as typeof model])
      await expect(
        train(trained, { objective: semiSupervised(), batches: batches(), epochs: 1, seed: createNoise(1) }),
      ).rejects.toThrow('train: batch 0.labeled.y[0] is [5,5,5]');
    model.dispose();
  });
});

describe('a run on iterators', () => {
  /** The steps of a pass, as `createBatches` gives them; `fault` throws in place of one. */
  const stepsOf = (fault?: number) =>
    async function* (n: number): AsyncGenerator<Batch> {
      const { at, stepsPerEpoch } = tinyBatches();
      for (let step = n * stepsPerEpoch; ; step++) {
        if (step === fault) throw new Error('disk gone');
        yield await at(step);
      }
    };
  const { stepsPerEpoch, counts: known } = tinyBatches();
  const from = (fault?: number) =>
    batchesFrom(stepsOf(fault), { stepsPerEpoch, counts: known, identity: 'bars' });
  const settings = { objective: semiSupervised(), epochs: 3, seed: createNoise(3) };

  it('ends with the weights of one on the data set, a fault and a resumption between or not', async () => {
    const storage = memoryStorage();
    const checkpoint = { storage, every: 1 };
    const [whole, iterated, broken, resumed] = [tinyM2(), tinyM2(), tinyM2(), tinyM2()];
    await train(whole, { ...settings, batches: tinyBatches() });
    await train(iterated, { ...settings, batches: from() });
    expect(await weightsOf(iterated)).toEqual(await weightsOf(whole));

    const alive = tf.memory().numTensors;
    const interrupted = train(broken, { ...settings, batches: from(6), checkpoint });
    await expect(interrupted).rejects.toThrow('disk gone');
    expect(tf.memory().numTensors).toBe(alive);
    await train(resumed, { ...settings, batches: from(), checkpoint, resume: true });
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));

    const bare = batchesFrom(stepsOf()(0), { stepsPerEpoch, counts: known, identity: 'bars' });
    await expect(
      train(broken, { ...settings, epochs: 4, batches: bare, checkpoint, resume: true }),
    ).rejects.toThrow('a bare iterator cannot');
    await bare.close();
    for (const model of [whole, iterated, broken, resumed]) model.dispose();
  });
});

describe('values of the first batch', () => {
  const labeled = (more: object) => ({
    x: tf.fill([2, 2], 0.5),
    y: tf.tensor2d([
      [1, 0, 0],
      [0, 0.5, 0.5],
    ]),
    ...more,
  });
  const look = (more: object, unlabeled: object = {}) => {
    const batches = batchesFrom(
      function* () {
        for (;;)
          yield { labeled: labeled(more), unlabeled: { x: tf.fill([2, 2], 0.5), ...unlabeled } } as Batch;
      },
      { stepsPerEpoch: 1, counts: { labeled: 2, unlabeled: 2 } },
    );
    return batches.assertWithin?.('train', { min: 0, max: 1 });
  };
  const sets = (rows: number[][]) => ({ allowed: tf.tensor2d(rows) });
  it.each<[string, () => object, (() => object) | undefined, string]>([
    [
      'a set without a class',
      () =>
        sets([
          [0, 0, 0],
          [0, 1, 1],
        ]),
      undefined,
      'labeled.allowed[0] holds no class, needed at least one',
    ],
    [
      'a set of other numbers',
      () =>
        sets([
          [2, 0, 0],
          [0, 1, 1],
        ]),
      undefined,
      'labeled.allowed[0] is 2, needed 1 or 0',
    ],
    [
      'a label outside its set',
      () =>
        sets([
          [0, 1, 0],
          [0, 1, 1],
        ]),
      undefined,
      'labeled.y[0] has 1 at class 0, needed 0: y is uniform over the classes of batch 0.labeled.allowed[0]',
    ],
    [
      'a share of a value',
      () => ({ observed: tf.fill([2, 2], 0.5) }),
      undefined,
      'labeled.observed[0] is 0.5, needed 1 or 0',
    ],
    [
      'a negative share',
      () => ({}),
      () => ({ observed: tf.fill([2, 2], -3) }),
      'unlabeled.observed[0] is -3, needed 1 or 0',
    ],
  ])('are refused where they hold %s', async (_, more, unlabeled, message) => {
    await expect(look(more(), unlabeled?.())).rejects.toThrow(`train: batch 0.${message}`);
  });
  it('are accepted where labels are uniform over their sets', async () => {
    await look({
      ...sets([
        [1, 0, 0],
        [0, 1, 1],
      ]),
      observed: tf.fill([2, 2], 1),
    });
  });
});
