import { grads, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { input, type LayersModel, layers, model as net, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../src/bounds/everyLabel';
import { createNoise } from '../../src/core/noise';
import type { M2Options } from '../../src/models/m2/model';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { BatchNorm } from '../../src/nets/batchNorm';
import { initializeNet } from '../../src/nets/initializer';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import goldens from '../golden/nets.json';
import { checkGradient } from '../support/checkGradient';
import { lendWeights } from '../support/layerWeights';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  CLASSES,
  LATENT,
  SHAPE,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinyM2,
  weightsOf,
} from '../support/tiny';

const golden = goldens.batchNorm;
const toTensor = ({ shape, values }: { shape: number[]; values: number[] }): Tensor =>
  tensor(values, shape, 'float32');

const goldenLayer = (): BatchNorm => {
  const layer = new BatchNorm({ name: 'norm' });
  layer.build(golden.x.shape);
  layer.setWeights([toTensor(golden.gamma), toTensor(golden.beta), tensor([0, 0]), tensor([1, 1])]);
  return layer;
};

const statistics = async (layer: BatchNorm): Promise<number[][]> =>
  Promise.all(layer.weights.slice(2).map(async (weight) => Array.from(await weight.read().data())));

describe('BatchNorm', () => {
  cleanUpAfterEach();

  it('has PyTorch’s values in training, and moves the running statistics', async () => {
    const layer = goldenLayer();
    const value = layer.call(toTensor(golden.x), { training: true });
    expectClose(await read(value), golden.trained.values);
    const [mean = [], variance = []] = await statistics(layer);
    expectClose(mean, golden.runningMean.values);
    expectClose(variance, golden.runningVariance.values);
    expectClose(await read(layer.call(toTensor(golden.x))), golden.evaluated.values);
  });

  it('has PyTorch’s gradients in training', async () => {
    const layer = goldenLayer();
    const f = (x: Tensor, ...weights: Tensor[]): Tensor => {
      lendWeights(layer, weights);
      return layer.call(x, { training: true, updateStatistics: false });
    };
    const inputs = [golden.x, golden.gamma, golden.beta].map(toTensor);
    const gradients = grads(f)(inputs, toTensor(golden.upstream));
    for (const [i, expected] of golden.gradients.entries())
      expectClose(await read(gradients[i] as Tensor), expected.values);
    await checkGradient((...all) => f(...(all as [Tensor])), inputs);
  });

  it.each([0, 0.5, 0.9, 0.999])(
    'moves its statistics by a momentum of %s as float64 does',
    async (momentum) => {
      const layer = new BatchNorm({ name: 'norm', momentum });
      layer.build([null, 1]);
      const expected = [0, 1];
      for (const scale of [1000, 1, 1e-3, 1e-3]) {
        layer.call(tensor([[scale], [3 * scale]]), { training: true });
        // The variance is over both examples, not one less.
        for (const [i, now] of [2 * scale, scale ** 2].entries())
          expected[i] = momentum * (expected[i] as number) + (1 - momentum) * now;
        for (const [i, [found = Number.NaN]] of (await statistics(layer)).entries())
          expect(Math.abs(found / (expected[i] as number) - 1)).toBeLessThan(1e-5);
      }
    },
  );

  describe('with rows that count differently', () => {
    /** Rows as often as they count. */
    const repeated = (x: number[][], weights: readonly number[]): Tensor =>
      tensor(x.flatMap((row, i) => Array.from({ length: weights[i] as number }, () => row)));
    const ROWS_OF_X = [
      [1, -2],
      [0.5, 3],
      [-4, 0.25],
    ];

    it('has the values of rows that are there as often, and their running statistics', async () => {
      const [weighted, plain] = [goldenLayer(), goldenLayer()];
      const weights = [3, 0, 1];
      const value = weighted.call(tensor(ROWS_OF_X), { training: true, rowWeights: tensor(weights) });
      const copies = await read(plain.call(repeated(ROWS_OF_X, weights), { training: true }));
      const values = await read(value);
      expectClose([...values.slice(0, 2), ...values.slice(4)], [...copies.slice(0, 2), ...copies.slice(6)]);
      const expected = await statistics(plain);
      for (const [i, found] of (await statistics(weighted)).entries())
        expectClose(found, expected[i] as number[]);
    });

    it('gives a row that serves several labels the sum of their weights', async () => {
      const [byLabel, byRow] = [goldenLayer(), goldenLayer()];
      const x = tensor([...ROWS_OF_X.flat(), ...ROWS_OF_X.flat()], [3, 2, 1, 2]);
      const perLabel = tensor([
        [0.5, 0.25],
        [0, 0],
        [1, 2],
      ]);
      const one = await read(byLabel.call(x, { training: true, rowWeights: perLabel }));
      const other = await read(byRow.call(x, { training: true, rowWeights: tensor([0.75, 0, 3]) }));
      expectClose(one, other);
      expect(await statistics(byLabel)).toEqual(await statistics(byRow));
    });

    it('has the gradient of its value, also over positions', async () => {
      const layer = goldenLayer();
      const rowWeights = tensor([0.5, 2, 0.25]);
      const x = tensor([...ROWS_OF_X.flat(), 2, 1, 0.5, -1, 3, -0.5], [3, 1, 2, 2]);
      await checkGradient(
        (input) => layer.call(input as Tensor, { training: true, updateStatistics: false, rowWeights }),
        [x],
      );
    });

    it('refuses weights of other rows', () => {
      expect(() =>
        goldenLayer().call(tensor(ROWS_OF_X), { training: true, rowWeights: tensor([1, 2]) }),
      ).toThrowError(
        new RangeError('BatchNorm: rowWeights has shape [2], needed a weight for each of 3 rows'),
      );
    });
  });

  it('moves nothing in evaluation, nor in a training pass that keeps them', async () => {
    const layer = goldenLayer();
    layer.call(toTensor(golden.x));
    layer.call(toTensor(golden.x), { training: true, updateStatistics: false });
    expect(await statistics(layer)).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('moves once a step, with the unlabeled examples', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const batches = tinyBatches();
    const { unlabeled } = await batches.at(0);
    // The first layer of the classifier is linear before its norm: the mean of what it gives is known.
    const { variables } = model;
    const pixels = await read(unlabeled?.x as Tensor);
    const kernel = Array.from(await (variables['classifier/hidden/kernel'] as Tensor).data());
    const means = [0, 1, 2, 3].map(
      (unit) =>
        pixels.reduce((sum, pixel, i) => sum + pixel * (kernel[(i % 64) * 4 + unit] as number), 0) / 6,
    );
    for await (const _ of trainingSteps(model, {
      objective: semiSupervised(),
      batches,
      seed: createNoise(3),
      to: 1,
    }));
    const running = await weightsOf(model);
    expectClose(
      running['classifier/hiddenNorm/movingMean'] as number[],
      means.map((mean) => 0.1 * mean),
    );
    model.dispose();
  });

  it('takes the running statistics for one value a channel, which has none, and leaves them as they are', async () => {
    const layer = goldenLayer();
    const x = tensor([3, -7], [1, 2]);
    const value = layer.call(x, { training: true });
    expect(await read(value)).toEqual(await read(layer.call(x)));
    expect(await statistics(layer)).toEqual([
      [0, 0],
      [1, 1],
    ]);
    const gradient = grads((input: Tensor) => layer.call(input, { training: true }))([x])[0] as Tensor;
    for (const slope of await read(gradient)) expect(Math.abs(slope)).toBeGreaterThan(0.1);
    // Four pixels of one image are four values.
    layer.call(tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2]), { training: true });
    expect(await statistics(layer)).not.toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  /** 101 unlabelled examples in batches of fifty, and a labelled batch of one. */
  const oneLabeled = (unlabeled = 50) => {
    const dataset = tinyDataset(107);
    const split = {
      labeled: Int32Array.of(0, 1, 2, 3, 4, 5),
      unlabeled: Int32Array.from({ length: 101 }, (_, i) => 6 + i),
    };
    return tinyBatches({ dataset, split, batchSize: { labeled: 1, unlabeled } });
  };
  const stock = () => {
    const norm = (from: SymbolicTensor) =>
      layers
        .activation({ activation: 'relu' })
        .apply(
          layers.batchNormalization({ name: 'norm' }).apply(layers.dense({ units: 6 }).apply(from)),
        ) as SymbolicTensor;
    const [a, b, z, y] = [
      input({ shape: [...SHAPE] }),
      input({ shape: [...SHAPE] }),
      input({ shape: [LATENT] }),
      input({ shape: [CLASSES] }),
    ];
    const flat = (x: SymbolicTensor) => norm(layers.flatten().apply(x) as SymbolicTensor);
    const dense = (from: SymbolicTensor, units: number) =>
      layers.dense({ units }).apply(from) as SymbolicTensor;
    const [seen, code] = [flat(b), norm(layers.concatenate().apply([z, y]) as SymbolicTensor)];
    const nets = {
      classifier: net({ inputs: a, outputs: dense(flat(a), CLASSES) }),
      encoder: net({ inputs: b, outputs: [dense(seen, LATENT), dense(seen, LATENT)] }),
      decoder: net({
        inputs: [z, y],
        outputs: layers.reshape({ targetShape: [...SHAPE] }).apply(dense(code, 64)) as SymbolicTensor,
      }),
    };
    for (const [name, one] of Object.entries(nets))
      initializeNet(one, createNoise(1).split(name), 'glorot-uniform');
    return nets;
  };
  /** The same, where the encoder sees the label, among the features from its first layer on. */
  const stockSeeing = () => {
    const [b, y] = [input({ shape: [...SHAPE] }), input({ shape: [CLASSES] })];
    const flat = layers.flatten().apply(b) as SymbolicTensor;
    const seen = layers
      .batchNormalization({ name: 'norm' })
      .apply(
        layers.dense({ units: 6 }).apply(layers.concatenate().apply([flat, y]) as SymbolicTensor),
      ) as SymbolicTensor;
    const head = () => layers.dense({ units: LATENT }).apply(seen) as SymbolicTensor;
    const { encoder: unseeing, ...others } = stock();
    unseeing.dispose();
    const encoder = net({ inputs: [b, y], outputs: [head(), head()] });
    initializeNet(encoder, createNoise(1).split('seeing'), 'glorot-uniform');
    return { ...others, encoder };
  };

  it.each<[string, () => M2Options['nets'], number]>([
    ['of a preset', () => ({ preset: 'mlp', widths: [6], activation: 'softplus' }), 50],
    ['of a preset, without others', () => ({ preset: 'mlp', widths: [6], activation: 'softplus' }), 0],
    ['of stock layers', stock, 50],
    ['of stock layers, without others', stock, 0],
    ['of a preset, one unlabelled too', () => ({ preset: 'mlp', widths: [6], activation: 'softplus' }), 1],
    ['of stock layers, one unlabelled too', stock, 1],
    ['of stock layers that see the label, one unlabelled too', stockSeeing, 1],
  ])('trains two passes on a labeled batch of one, and learns from it: %s', async (_, nets, unlabeled) => {
    const made = nets();
    const model = tinyM2({ ...(made && { nets: made }) });
    const batches = oneLabeled(unlabeled);
    const { history } = await train(model, {
      objective: unlabeled === 0 ? supervised() : semiSupervised(),
      batches,
      epochs: unlabeled === 0 ? 20 : 2,
      optimizer: createAdam({ learningRate: 0.01 }),
      seed: createNoise(3),
    });
    for (const row of history)
      for (const value of Object.values(row)) expect(Number.isFinite(value)).toBe(true);
    const weights = await weightsOf(model);
    const variances = Object.entries(weights).filter(([name]) => /variance/i.test(name));
    expect(variances.length).toBeGreaterThan(2);
    for (const [name, values] of Object.entries(weights))
      expect(values.every(Number.isFinite), name).toBe(true);
    // Nothing else moves them, and a batch of one must not, though nets that see every label have a row for each.
    for (const [name, values] of unlabeled < 2 ? variances : [])
      expect(values, name).toEqual(values.map(() => 1));
    // The output of a batch of one is not the same for all inputs: the labels are learnt.
    if (unlabeled === 0) expect(history.at(-1)?.loss).toBeLessThan(0.5 * (history[0]?.loss as number));
    model.dispose();
    if (made && typeof made === 'object' && 'classifier' in made)
      for (const one of Object.values(made)) (one as LayersModel).dispose();
  });

  it.each<[string, () => M2Options['nets']]>([
    ['of a preset', () => ({ preset: 'mlp', widths: [6], activation: 'softplus' })],
    ['of stock layers', stockSeeing],
  ])('evaluates one example at every label, whatever sums over the labels: %s', async (_, nets) => {
    const made = nets();
    const model = tinyM2({ ...(made && { nets: made }) });
    const before = await weightsOf(model);
    const { x, y } = tinyExamples(1);
    const labels = everyLabel(1, CLASSES);
    const boundOf = (training: boolean): Tensor =>
      model.infer(x, { training, noise: createNoise(3) }).bound(labels).elbo;
    expect(await read(boundOf(true))).toEqual(await read(boundOf(false)));
    const objectives = [
      semiSupervised({ labelHandling: 'enumerate' }),
      semiSupervised({ labelHandling: 'gumbel' }),
      regularized({ labelSmoothing: { expectation: 'enumerate' }, consistency: { weight: 1 } }),
    ];
    for (const objective of objectives)
      objective(model, { labeled: { x, y }, unlabeled: { x } }, { step: 0, noise: createNoise(2) });
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
    if (made && typeof made === 'object' && 'classifier' in made)
      for (const one of Object.values(made)) (one as LayersModel).dispose();
  });

  it('moves with the labeled examples where there are no others', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const batches = tinyBatches({ batchSize: { labeled: 3, unlabeled: 0 } });
    const before = await weightsOf(model);
    for await (const _ of trainingSteps(model, {
      objective: semiSupervised(),
      batches,
      seed: createNoise(3),
      to: 1,
    }));
    const after = await weightsOf(model);
    for (const net of ['classifier', 'encoder', 'decoder'])
      expect(after[`${net}/hiddenNorm/movingMean`]).not.toEqual(before[`${net}/hiddenNorm/movingMean`]);
    model.dispose();
  });

  it('is left alone by everything that evaluates a model', async () => {
    const model = tinyM2({ nets: { preset: 'mlp', widths: [4], norm: 'batch' } });
    const before = await weightsOf(model);
    const { x, y } = tinyExamples(4);
    model.classify(x);
    model.encode(x, y);
    model.reconstruct(x);
    model.generate([0, 1], createNoise(0));
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });
});
