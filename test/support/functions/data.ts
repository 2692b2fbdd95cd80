/** Data: sets, splits, batches, augmentation, and parsers of bytes (which `mutations.test.ts` feeds with damaged files). */
import { gzipSync } from 'node:zlib';
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { tinyBatches, tinyDataset, tinyStacked } from '../tiny';
import { noises, optional, seeds, shared, shares, sized } from './arbitraries';
import { type Descriptions, described } from './description';
import { DrawnTensor, Opaque } from './drawn';
import { binary, finite, must, normalised, shaped, within } from './promises';

const size = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);

const isDataset = ({ x, y, shape, classes, count }: ssvae.Dataset): void => {
  must(x.length === count * size(shape) && y.length === count && count > 0, 'as many values as examples');
  must(
    y.every((label) => label < classes || label === ssvae.UNKNOWN_CLASS),
    'classes below K, or unknown',
  );
  must(x instanceof Uint8Array || x.every(Number.isFinite), 'finite inputs');
};

/** The arrays of a data set. */
const arrays = sized(({ B, K, D }) =>
  fc.record({
    name: fc.constant('drawn'),
    x: fc.oneof(
      fc.uint8Array({ minLength: B * D, maxLength: B * D }),
      fc.float32Array({ minLength: B * D, maxLength: B * D, noNaN: true, noDefaultInfinity: true }),
    ),
    y: fc.array(fc.integer({ min: -1, max: K - 1 }), { minLength: B, maxLength: B }),
    shape: fc.constantFrom([D], [D, 1], [1, D, 1]),
    classes: fc.constant(K),
  }),
);

const images = sized(({ B, D }) => shares([B, D, D + 1, 3]));
const bars = new Opaque(
  shared(() => tinyDataset()),
  'a data set of 30',
);
const inBlocks = new Opaque(
  shared((): ssvae.Blocks => {
    const { x, shape } = tinyDataset();
    const read = (block: number) => ({ x: x.subarray(block * 640, (block + 1) * 640) });
    return { name: 'bars', shape, sizes: [10, 10, 10], read };
  }),
  'three blocks of 10',
);
const source = shared(() => tinyBatches());
const indices = fc.array(fc.nat(29), { minLength: 1, maxLength: 6 });
const amount = fc.double({ min: 0, max: 0.9, noNaN: true });
const far = fc.oneof(amount, fc.constantFrom(1, 1e6));

/** Labels of examples as a tensor: class indices, or one-hot rows. */
const oneHotOrIndices = (rows: number, classes: number): fc.Arbitrary<DrawnTensor> =>
  fc.array(fc.nat(classes - 1), { minLength: rows, maxLength: rows }).chain((y) =>
    fc.constantFrom(
      new DrawnTensor([rows], y, 'int32'),
      new DrawnTensor([rows], y),
      new DrawnTensor(
        [rows, classes],
        y.flatMap((k) => Array.from({ length: classes }, (_, j) => Number(j === k))),
      ),
    ),
  );

/** An augmentation, applied. */
const augmented = (augment: ssvae.Augment, x: Tensor, noise: ssvae.Noise): Tensor => augment(x, noise);

const idxFile = (...shape: number[]): Uint8Array => {
  const header = [0, 0, 8, shape.length, ...shape.flatMap((axis) => [0, 0, 0, axis])];
  return Uint8Array.from([...header, ...Array.from({ length: size(shape) }, (_, i) => i % 10)]);
};

const packed = new Uint8Array(gzipSync(new Uint8Array(100)));

export const augmentations: Descriptions = {
  affine: described(
    (options: ssvae.AffineOptions, x: Tensor, noise: ssvae.Noise) =>
      augmented(ssvae.affine(options), x, noise),
    fc.tuple(optional({ rotation: far, scale: amount, shear: far, shift: far }), images, noises),
    { always: (result, _, { shape }) => shaped(result, shape), valid: (result) => within(result, 0, 1) },
  ),
  cropAndFlip: described(
    (options: ssvae.CropAndFlipOptions | undefined, x: Tensor, noise: ssvae.Noise) =>
      augmented(ssvae.cropAndFlip(options), x, noise),
    fc.tuple(optional({ padding: fc.nat(5), flip: fc.boolean() }), images, noises),
    { always: (result, _, { shape }) => shaped(result, shape), valid: (result) => within(result, 0, 1) },
  ),
  binarize: described(
    ssvae.binarize,
    fc.tuple(images, fc.constantFrom('none', 'threshold', 'dynamic') as never, seeds),
    {
      always: (result, { shape }) => shaped(result, shape),
      valid: (result, _, mode) => (mode === 'none' ? within(result, 0, 1) : binary(result)),
    },
  ),
};

export const sets: Descriptions = {
  createDataset: described(ssvae.createDataset, fc.tuple(arrays), { always: isDataset }),
  tensorDataset: described(
    ssvae.tensorDataset,
    sized(({ B, K, D }) =>
      fc.tuple(
        fc.record({
          name: fc.constant('drawn'),
          x: shares([B, D]),
          y: oneHotOrIndices(B, K),
          classes: fc.constant(K),
        }),
      ),
    ),
    { always: isDataset },
  ),
  gatherInputs: described(ssvae.gatherInputs, fc.tuple(fc.constant(bars), indices), {
    always: (result, { shape }, chosen) => shaped(result, [chosen.length, ...shape]),
    valid: (result) => within(result, 0, 1),
  }),
  gatherLabels: described(ssvae.gatherLabels, fc.tuple(fc.constant(bars), indices), {
    always: (result, { classes }, chosen) => shaped(result, [chosen.length, classes]),
    valid: (result) => normalised(result),
  }),
  subset: described(ssvae.subset, fc.tuple(fc.constant(bars), indices), { valid: isDataset }),
  columns: described(
    ssvae.columns,
    fc.tuple(
      fc
        .array(fc.record({ size: fc.integer({ min: -9, max: 9 }), kind: fc.constantFrom('a', 'b', '') }), {
          minLength: 4,
          maxLength: 9,
        })
        .map((rows) => [{ size: 0.5, kind: 'a' }, { size: 1.5, kind: 'b' }, ...rows]),
      optional({
        label: fc.constant('kind'),
        name: fc.constant('drawn'),
        types: fc.constant({ size: 'number' }),
      }),
    ),
    { always: isDataset },
  ),
  vectors: described(
    ssvae.vectors,
    fc.tuple(
      fc
        .array(fc.tuple(amount, amount), { minLength: 1, maxLength: 5 })
        .map((rows): number[][] => [[2, 3], [4, 5], ...rows]),
      optional({ name: fc.constant('drawn') }),
    ),
    { always: isDataset },
  ),
  text: described(
    ssvae.text,
    fc.tuple(
      fc
        .array(fc.constantFrom('good day', 'bad day', 'night'), { maxLength: 5 })
        .map((texts) => ['good day', 'bad night', 'good night', ...texts]),
      optional({
        size: fc.integer({ min: 1, max: 9 }),
        minimum: fc.constantFrom(1, 2),
        counts: fc.boolean(),
      }),
    ),
    { always: isDataset },
  ),
  images: described(
    ssvae.images,
    fc.tuple(
      fc
        .array(fc.uint8Array({ minLength: 4, maxLength: 4 }), { maxLength: 3 })
        .map((list) => [Uint8Array.of(0, 1, 2, 3), ...list].map((data) => ({ data, width: 2, height: 2 }))),
      optional({ size: fc.integer({ min: 1, max: 5 }), gray: fc.boolean(), background: fc.nat(255) }),
    ),
    { share: 0.1, always: isDataset },
  ),
  countLabels: described(ssvae.countLabels, fc.tuple(fc.constant(bars)), {
    always: ({ labeled, coarse, unlabeled }, { count }) =>
      must(labeled + coarse + unlabeled === count, 'every example counted once'),
  }),
  foldsOf: described(
    ssvae.foldsOf,
    fc.tuple(fc.constant(bars), fc.record({ folds: fc.integer({ min: 2, max: 6 }), seed: seeds })),
    {
      always: (folds, { count }) => {
        const held = folds.flatMap(({ validation }) => [...validation]).sort((a, b) => a - b);
        must(held.length === count && held.every((index, i) => index === i), 'every example held back once');
      },
    },
  ),
  digits: described(
    ssvae.digits,
    fc.tuple(fc.record({ count: fc.integer({ min: 1, max: 3 }), seed: seeds })),
    {
      share: 0.1,
      always: isDataset,
    },
  ),
  twoMoons: described(
    ssvae.twoMoons,
    fc.tuple(
      fc.record(
        { count: fc.integer({ min: 2, max: 9 }), sd: amount, seed: seeds },
        { requiredKeys: ['count', 'seed'] },
      ),
    ) as never,
    { always: isDataset },
  ),
  labelPriorOf: described(
    ssvae.labelPriorOf,
    fc.oneof(
      fc.tuple(fc.constant(bars), optional({ smoothing: fc.double({ min: 0, max: 5, noNaN: true }) })),
      fc.tuple(
        fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 9 }),
        fc.record({ classes: fc.constant(3), smoothing: fc.double({ min: 0.1, max: 5, noNaN: true }) }),
      ),
    ) as never,
    {
      cheap: (_, options) => !(((options as { readonly classes?: number } | null)?.classes as number) > 1e4),
      always: (prior) =>
        must(
          prior.every((share) => share > 0) && Math.abs(prior.reduce((sum, p) => sum + p, 0) - 1) < 1e-9,
          'probabilities above 0',
        ),
    },
  ),
  splitDataset: described(
    ssvae.splitDataset,
    fc.tuple(
      fc.constant(bars),
      fc.record(
        {
          labeled: fc.integer({ min: 3, max: 12 }),
          validation: fc.nat(8),
          test: fc.nat(5),
          everyClass: fc.boolean(),
          seed: seeds,
        },
        { requiredKeys: ['labeled', 'seed'] },
      ),
    ) as never,
    {
      always: ({ labeled, unlabeled, validation, test }, { count }) => {
        const all = [...labeled, ...unlabeled, ...validation, ...test].sort((a, b) => a - b);
        must(all.length === count && all.every((index, i) => index === i), 'every example in one part');
      },
    },
  ),
};

export const batches: Descriptions = {
  createBatches: described(
    async (options: ssvae.BatchesOptions, step: number) => {
      const batches = ssvae.createBatches(options);
      try {
        return await batches.at(step);
      } finally {
        batches.dispose?.();
      }
    },
    fc.tuple(
      fc.record(
        {
          dataset: fc.constant(bars),
          split: fc.record({
            labeled: fc.constant(Int32Array.of(0, 1, 2, 3)),
            unlabeled: fc.constant(Int32Array.from({ length: 20 }, (_, i) => 5 + i)),
          }),
          batchSize: fc.record({ labeled: fc.integer({ min: 1, max: 5 }), unlabeled: fc.nat(5) }),
          seed: seeds,
          binarize: fc.constantFrom('none', 'threshold', 'dynamic'),
          stepsPerEpoch: fc.integer({ min: 1, max: 9 }),
          resident: fc.boolean(),
        },
        { requiredKeys: ['dataset', 'split', 'batchSize', 'seed'] },
      ),
      fc.nat(20),
    ) as never,
    {
      // A batch may be as large as one likes: that is a question of memory.
      cheap: (options: { readonly batchSize?: { readonly labeled?: number } } | undefined) =>
        !((options?.batchSize?.labeled as number) > 1e6),
      always: ({ labeled, unlabeled }, { batchSize }) => {
        must((labeled?.x.shape[0] ?? 0) === batchSize.labeled, 'B_l labelled examples');
        must((unlabeled?.x.shape[0] ?? 0) === batchSize.unlabeled, 'B_u unlabelled examples');
      },
      valid: async ({ labeled, unlabeled }) => {
        for (const part of [labeled, unlabeled]) if (part) await within(part.x, 0, 1);
      },
    },
  ),
  encodedBatches: described(
    async (options: ssvae.EncodedBatchesOptions, step: number) =>
      (await ssvae.encodedBatches(options)).at(step),
    fc.tuple(
      fc.record(
        {
          model: fc.constant(
            new Opaque(
              shared(() => tinyStacked()),
              'a stacked model',
            ),
          ),
          dataset: fc.constant(bars),
          split: fc.record({
            labeled: fc.constant(Int32Array.of(0, 1, 2, 3)),
            unlabeled: fc.constant(Int32Array.from({ length: 20 }, (_, i) => 5 + i)),
          }),
          batchSize: fc.record({ labeled: fc.integer({ min: 1, max: 5 }), unlabeled: fc.nat(5) }),
          seed: seeds,
          stepsPerEpoch: fc.integer({ min: 1, max: 9 }),
          encodingBatchSize: fc.integer({ min: 5, max: 40 }),
        },
        { requiredKeys: ['model', 'dataset', 'split', 'batchSize', 'seed'] },
      ),
      fc.nat(20),
    ) as never,
    {
      share: 0.1,
      begins: ['createBatches', 'encode'],
      cheap: (options: { readonly batchSize?: { readonly labeled?: number } } | undefined) =>
        !((options?.batchSize?.labeled as number) > 1e6),
      always: ({ labeled, unlabeled }, { batchSize }) => {
        must((labeled?.x.shape[0] ?? 0) === batchSize.labeled, 'B_l labelled examples');
        must((unlabeled?.x.shape[0] ?? 0) === batchSize.unlabeled, 'B_u unlabelled examples');
      },
    },
  ),
  batchesFrom: described(
    async (source: () => ssvae.BatchIterable, options: ssvae.BatchesFromOptions, step: number) => {
      const batches = ssvae.batchesFrom(source, options);
      try {
        return await batches.at(step);
      } finally {
        await batches.close();
      }
    },
    fc.tuple(
      fc.constant(
        new Opaque(
          () =>
            function* () {
              for (let step = 0; ; step++) yield source().at(step);
            },
          'a generator',
        ),
      ),
      fc.record(
        {
          stepsPerEpoch: fc.integer({ min: 1, max: 4 }),
          counts: fc.record({
            labeled: fc.integer({ min: 1, max: 9 }),
            unlabeled: fc.integer({ min: 1, max: 9 }),
          }),
          identity: fc.constant('drawn'),
        },
        { requiredKeys: ['stepsPerEpoch', 'counts'] },
      ),
      fc.nat(5),
    ) as never,
    {
      share: 0.1,
      cheap: (_, __, step) => !((step as number) > 100),
      always: ({ labeled, unlabeled }) => must(labeled !== undefined || unlabeled !== undefined, 'a batch'),
      valid: ({ labeled }) => finite((labeled as ssvae.LabeledBatch).x),
    },
  ),
};

export const streams: Descriptions = {
  streamBatches: described(
    async (options: ssvae.StreamBatchesOptions, step: number) => {
      const batches = ssvae.streamBatches(options);
      try {
        return await batches.at(step);
      } finally {
        batches.dispose?.();
      }
    },
    fc.tuple(
      fc.record(
        {
          unlabeled: fc.constant(inBlocks),
          labeled: fc.constant(bars),
          batchSize: fc.record({ labeled: fc.nat(5), unlabeled: fc.integer({ min: 1, max: 30 }) }),
          window: fc.integer({ min: 1, max: 5 }),
          seed: seeds,
          binarize: fc.constantFrom('none', 'threshold', 'dynamic'),
          stepsPerEpoch: fc.integer({ min: 1, max: 9 }),
        },
        { requiredKeys: ['unlabeled', 'labeled', 'batchSize', 'seed'] },
      ),
      fc.nat(20),
    ) as never,
    {
      cheap: (options: { readonly batchSize?: { readonly labeled?: number } } | undefined) =>
        !((options?.batchSize?.labeled as number) > 1e6),
      always: ({ labeled, unlabeled }, { batchSize }) => {
        must((labeled?.x.shape[0] ?? 0) === batchSize.labeled, 'B_l labeled examples');
        must((unlabeled?.x.shape[0] ?? 0) === batchSize.unlabeled, 'B_u unlabeled examples');
      },
      valid: async ({ labeled, unlabeled }) => {
        for (const part of [labeled, unlabeled]) if (part) await within(part.x, 0, 1);
      },
    },
  ),
};

export const parsers: Descriptions = {
  parseCifar10: described(
    ssvae.parseCifar10,
    fc.tuple(fc.integer({ min: 1, max: 2 }).map((n) => new Uint8Array(3073 * n))),
    {
      always: ({ x, y }, bytes) => must(x.length + y.length === bytes.length, 'as many values as bytes'),
    },
  ),
  parseIdx: described(ssvae.parseIdx, fc.tuple(fc.constantFrom(idxFile(3), idxFile(2, 3, 1))), {
    always: ({ shape, data }) => must(data.length === size(shape), 'as many values as the sizes say'),
  }),
  idxDataset: described(
    ssvae.idxDataset,
    fc.tuple(
      fc.record(
        {
          name: fc.constant('drawn'),
          images: fc.constantFrom(idxFile(2, 3, 1), idxFile(2, 3, 1, 2)),
          labels: fc.constant(idxFile(2)),
          classes: fc.constantFrom(2, 10),
        },
        { requiredKeys: ['name', 'images', 'labels'] },
      ),
    ) as never,
    { begins: ['parseIdx', 'createDataset'], always: isDataset },
  ),
  gunzip: described(
    ssvae.gunzip,
    fc.tuple(fc.constant(packed), optional({ maxBytes: fc.integer({ min: 100, max: 999 }) })),
    {
      always: (bytes) => must(bytes instanceof Uint8Array, 'bytes'),
      valid: (bytes) => must(bytes.length === 100, 'the bytes that were packed'),
    },
  ),
  isGzip: described(ssvae.isGzip, fc.tuple(fc.constantFrom(packed, new Uint8Array(3))), {
    always: (is) => must(typeof is === 'boolean', 'true or false'),
  }),
};
