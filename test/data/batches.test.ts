import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { type BatchesOptions, createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';

// The value of example i is i itself, so a batch shows which examples it holds.
const dataset = createDataset({
  name: 'numbers',
  x: Float32Array.from({ length: 100 }, (_, i) => i),
  y: Uint8Array.from({ length: 100 }, (_, i) => i % 4),
  shape: [1],
  classes: 4,
});
const split = {
  labeled: Int32Array.from({ length: 10 }, (_, i) => i),
  unlabeled: Int32Array.from({ length: 45 }, (_, i) => 20 + i),
};
const sources = (options: Partial<BatchesOptions> = {}) =>
  createBatches({
    dataset,
    split,
    batchSize: { labeled: 4, unlabeled: 10 },
    seed: createNoise(0),
    ...options,
  });

interface Seen {
  readonly labeled?: readonly number[];
  readonly labels?: readonly number[];
  readonly unlabeled?: readonly number[];
}

const look = async (source: ReturnType<typeof createBatches>, step: number): Promise<Seen> => {
  const batch: Batch = await source.at(step);
  const seen = {
    ...(batch.labeled && {
      labeled: Array.from(await batch.labeled.x.data()),
      labels: Array.from(await batch.labeled.y.data()),
    }),
    ...(batch.unlabeled && { unlabeled: Array.from(await batch.unlabeled.x.data()) }),
  };
  tf.dispose(
    [batch.labeled?.x, batch.labeled?.y, batch.unlabeled?.x].filter((tensor) => tensor !== undefined),
  );
  return seen;
};

test('a step has the same batch in whatever order the steps are asked for', async () => {
  const forwards: Seen[] = [];
  const source = sources({ binarize: 'none' });
  for (let step = 0; step < 12; step++) forwards.push(await look(source, step));
  for (const step of [11, 0, 7, 7, 3]) expect(await look(source, step)).toEqual(forwards[step]);
  expect(await look(sources(), 9)).toEqual(forwards[9]);
});

test('an epoch shows every unlabelled example at most once, in whole batches', async () => {
  const source = sources();
  expect(source.stepsPerEpoch).toBe(4);
  for (const epoch of [0, 1]) {
    const seen: number[] = [];
    for (let step = 0; step < 4; step++)
      seen.push(...((await look(source, 4 * epoch + step)).unlabeled ?? []));
    expect(seen.length).toBe(40);
    expect(new Set(seen).size).toBe(40);
    expect(seen.every((i) => i >= 20 && i < 65)).toBe(true);
  }
});

test('what one epoch leaves over another shows', async () => {
  const source = sources();
  const seen = new Set<number>();
  for (let step = 0; step < 40; step++)
    for (const i of (await look(source, step)).unlabeled ?? []) seen.add(i);
  expect(seen.size).toBe(45);
});

test('epochs are reshuffled', async () => {
  const source = sources();
  expect((await look(source, 0)).unlabeled).not.toEqual((await look(source, 4)).unlabeled);
});

test('labelled examples are cycled: each pass shows all of them once, and their labels go with them', async () => {
  const source = sources();
  const seen: number[] = [];
  for (let step = 0; step < 10; step++) {
    const { labeled = [], labels } = await look(source, step);
    seen.push(...labeled);
    expect(labels).toEqual(labeled.flatMap((i) => [0, 1, 2, 3].map((k) => (i % 4 === k ? 1 : 0))));
  }
  for (const pass of [0, 1, 2, 3]) {
    const shown = seen.slice(10 * pass, 10 * pass + 10);
    expect([...shown].sort((a, b) => a - b)).toEqual(Array.from(split.labeled));
  }
  expect(seen.slice(0, 10)).not.toEqual(seen.slice(10, 20));
});

test('fewer labelled examples than a batch wrap around', async () => {
  const { labeled = [] } = await look(sources({ batchSize: { labeled: 25, unlabeled: 10 } }), 3);
  expect(labeled.length).toBe(25);
  // Positions 75 … 99: half of pass 7, and passes 8 and 9 whole.
  const counts = Array.from(split.labeled, (i) => labeled.filter((other) => other === i).length);
  expect([...counts].sort()).toEqual([2, 2, 2, 2, 2, 3, 3, 3, 3, 3]);
});

test('either part may be absent, and an epoch is then a pass over the other', async () => {
  const supervised = sources({ batchSize: { labeled: 4, unlabeled: 0 } });
  expect([supervised.stepsPerEpoch, supervised.counts]).toEqual([2, { labeled: 10, unlabeled: 0 }]);
  expect(Object.keys(await look(supervised, 0))).toEqual(['labeled', 'labels']);
  const inputsOnly = sources({ batchSize: { labeled: 0, unlabeled: 10 } });
  expect([inputsOnly.stepsPerEpoch, inputsOnly.counts]).toEqual([4, { labeled: 0, unlabeled: 45 }]);
  expect(Object.keys(await look(inputsOnly, 0))).toEqual(['unlabeled']);
  expect(sources({ batchSize: { labeled: 64, unlabeled: 0 } }).stepsPerEpoch).toBe(1);
});

test('training on labels alone sees the same labelled batches, in as many steps as asked for', async () => {
  const supervised = sources({ batchSize: { labeled: 4, unlabeled: 0 }, stepsPerEpoch: 4 });
  expect(supervised.stepsPerEpoch).toBe(sources().stepsPerEpoch);
  for (const step of [0, 5])
    expect((await look(supervised, step)).labeled).toEqual((await look(sources(), step)).labeled);
});

const grey = createDataset({
  name: 'grey',
  x: new Float32Array(800).fill(0.3),
  y: new Uint8Array(100),
  shape: [8],
  classes: 1,
});

test('dynamic binarisation is redrawn at every step, the same at the same step, and has the mean of the pixels', async () => {
  const source = sources({ dataset: grey, binarize: 'dynamic', batchSize: { labeled: 4, unlabeled: 40 } });
  const first = (await look(source, 0)).unlabeled ?? [];
  expect((await look(source, 0)).unlabeled).toEqual(first);
  expect((await look(source, 1)).unlabeled).not.toEqual(first);
  expect(first.every((v) => v === 0 || v === 1)).toBe(true);
  const values = [
    ...first,
    ...((await look(source, 1)).unlabeled ?? []),
    ...((await look(source, 2)).unlabeled ?? []),
  ];
  // 960 draws: standard error 0.015, five of them.
  expect(Math.abs(values.reduce((a, b) => a + b, 0) / values.length - 0.3)).toBeLessThan(0.075);
});

test('the identity tells data, split, order, sizes and binarisation apart', () => {
  const identity = (options: Parameters<typeof sources>[0]) => sources(options).identity;
  expect(identity({ dataset: grey })).toBe(identity({ dataset: grey }));
  const x = new Float32Array(800).fill(0.3);
  x[799] = 0.4;
  const others = [
    { dataset: createDataset({ name: 'grey', x, y: new Uint8Array(100), shape: [8], classes: 1 }) },
    {
      dataset: grey,
      split: { labeled: Int32Array.of(1), unlabeled: Int32Array.of(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) },
    },
    { dataset: grey, seed: createNoise(77) },
    { dataset: grey, batchSize: { labeled: 3, unlabeled: 10 } },
    { dataset: grey, binarize: 'threshold' as const },
  ];
  for (const options of others) expect(identity(options)).not.toBe(identity({ dataset: grey }));
});

test.each(['none', 'threshold', 'dynamic'] as const)(
  'with binarisation "%s" only the batch itself stays alive',
  (mode) => {
    const before = tf.memory().numTensors;
    const { labeled, unlabeled } = sources({ dataset: grey, binarize: mode }).at(0) as Batch;
    const held = [labeled?.x, labeled?.y, unlabeled?.x].filter((tensor) => tensor !== undefined);
    expect(tf.memory().numTensors - before).toBe(3);
    tf.dispose(held);
    expect(tf.memory().numTensors).toBe(before);
  },
);

test.each([
  [
    { batchSize: { labeled: 4, unlabeled: 46 } },
    'batchSize.unlabeled is 46, needed at most 45, the unlabeled examples',
  ],
  [{ batchSize: { labeled: 0, unlabeled: 0 } }, 'batchSize.labeled and batchSize.unlabeled are 0'],
  [
    { batchSize: { labeled: 1.5, unlabeled: 10 } },
    'batchSize.labeled is 1.5, needed an integer of at least 0',
  ],
  [
    { batchSize: { labeled: 2, unlabeled: 10, unlabelled: 2 } },
    'batchSize.unlabelled is not an option, needed labeled, unlabeled',
  ],
  [
    { split: { labeled: Int32Array.of(0, 9999), unlabeled: Int32Array.of(1) } },
    'split.labeled[1] is 9999, needed an integer from 0 to 99, an example of "numbers"',
  ],
  [{ stepsPerEpoch: 0 }, 'stepsPerEpoch is 0, needed an integer of at least 1'],
])('refuses %j', (options, message) => {
  expect(() => sources(options)).toThrow(`createBatches: ${message}`);
});

test('refuses a step that is none', () => {
  expect(() => sources().at(-1)).toThrow('createBatches: step is -1, needed an integer of at least 0');
});

const images = createDataset({
  name: 'bytes',
  x: Uint8Array.from({ length: 100 * 6 }, (_, i) => (i * 37) % 256),
  y: Uint8Array.from({ length: 100 }, (_, i) => i % 4),
  shape: [2, 3, 1],
  classes: 4,
});

test.each(['none', 'threshold', 'dynamic'] as const)(
  'a resident set gives the very batches that the host gives: %s',
  async (binarize) => {
    const before = tf.memory().numTensors;
    const [host, resident] = [false, true].map((kept) =>
      sources({ dataset: images, binarize, resident: kept }),
    ) as [ReturnType<typeof createBatches>, ReturnType<typeof createBatches>];
    expect(resident.identity).toBe(host.identity);
    for (const step of [0, 1, 5]) expect(await look(resident, step)).toEqual(await look(host, step));
    // The copy of the set, and nothing else.
    expect(tf.memory().numTensors).toBe(before + 1);
    resident.dispose?.();
    resident.dispose?.();
    expect(tf.memory().numTensors).toBe(before);
    const { labeled, unlabeled } = await resident.at(0);
    expect(labeled?.x.shape).toEqual([4, 2, 3, 1]);
    tf.dispose([labeled?.x, labeled?.y, unlabeled?.x].filter((tensor) => tensor !== undefined));
    expect(await look(resident, 2)).toEqual(await look(host, 2));
    resident.dispose?.();
  },
);

test('a resident set is there for later steps when the first was asked for inside a tidy', async () => {
  const resident = sources({ resident: true });
  tf.tidy(() => void resident.at(0));
  const before = tf.memory().numTensors;
  expect(await look(resident, 1)).toEqual(await look(sources(), 1));
  expect(tf.memory().numTensors).toBe(before);
  resident.dispose?.();
  expect(tf.memory().numTensors).toBe(before - 1);
});

test('whether a set is resident is true or false', () => {
  expect(() => sources({ resident: 'gpu' as never })).toThrow(
    'createBatches: resident is "gpu", needed one of true, false',
  );
});
