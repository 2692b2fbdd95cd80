import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise } from '../../src/core/noise';
import { createM2 } from '../../src/models/m2/model';
import { type Initializer, initializeNet } from '../../src/nets/initializer';
import { namedWeights } from '../../src/nets/namedWeights';
import { cleanUpAfterEach } from '../support/numbers';
import { CONV, tinyM2, weightsOf } from '../support/tiny';

const meanOf = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((v) => (v - mean) ** 2)));
};

/** The numbers of a net's weights, the trainable ones first. */
const numbersOf = (net: LayersModel): Promise<number[][]> =>
  Promise.all(net.weights.map(async (weight) => Array.from(await weight.read().data())));

const wide = (initializer: Initializer) =>
  createM2({
    inputShape: [16, 16, 1],
    classes: 3,
    latent: 50,
    nets: { preset: 'kingma', widths: [100] },
    initializer,
    seed: createNoise(9),
  });

// Label-conditioned layers count as one dense layer on features and label: 256 + 3 inputs, 50 + 3 for the decoder.
const KERNELS = [
  ['classifier/hidden/kernel', 256, 100],
  ['encoder/hidden/kernel', 259, 100],
  ['decoder/hidden/kernel', 53, 100],
  ['decoder/output/kernel', 100, 256],
] as const;

describe('initializers', () => {
  cleanUpAfterEach();

  it('glorot-uniform fills U(±√(6 / (fan in + fan out))), biases 0', async () => {
    const weights = await weightsOf(wide('glorot-uniform'));
    for (const [name, fanIn, fanOut] of KERNELS) {
      const [values, bound] = [weights[name] as number[], Math.sqrt(6 / (fanIn + fanOut))];
      const largest = Math.max(...values.map(Math.abs));
      expect(largest / bound).toBeLessThanOrEqual(1);
      expect(largest / bound).toBeGreaterThan(0.99);
      expect(deviationOf(values) / (bound / Math.sqrt(3))).toBeCloseTo(1, 1);
    }
    expect(new Set(weights['decoder/output/bias'])).toEqual(new Set([0]));
  });

  it('he-normal draws N(0, 2 / fan in), biases 0', async () => {
    const weights = await weightsOf(wide('he-normal'));
    for (const [name, fanIn] of KERNELS) {
      const values = weights[name] as number[];
      expect(deviationOf(values) / Math.sqrt(2 / fanIn)).toBeCloseTo(1, 1);
      // Beyond two deviations lie 4.6 % of a normal, and nothing of a uniform distribution.
      const beyond = values.filter((v) => Math.abs(v) > 2 * Math.sqrt(2 / fanIn)).length / values.length;
      expect(beyond).toBeGreaterThan(0.03);
      expect(beyond).toBeLessThan(0.06);
    }
    expect(new Set(weights['encoder/hidden/bias'])).toEqual(new Set([0]));
  });

  it('fan-in-uniform fills U(±1/√fan in), biases likewise, as PyTorch’s layers do', async () => {
    const weights = await weightsOf(wide('fan-in-uniform'));
    for (const [name, fanIn] of KERNELS) {
      const bound = 1 / Math.sqrt(fanIn);
      for (const values of [weights[name], weights[name.replace('kernel', 'bias')]] as number[][]) {
        const largest = Math.max(...values.map(Math.abs));
        expect(largest / bound).toBeLessThanOrEqual(1);
        expect(largest / bound).toBeGreaterThan(0.9);
      }
    }
  });

  it('counts the fans of convolutions with their nine taps', async () => {
    const weights = await weightsOf(
      createM2({
        inputShape: [8, 8, 4],
        classes: 3,
        latent: 3,
        nets: { preset: 'conv', filters: [16, 32], width: 8 },
        initializer: 'fan-in-uniform',
      }),
    );
    // A transposed kernel is [3, 3, out, in]; PyTorch counts its fan in over [in, out, 3, 3] from the second axis.
    for (const [name, fanIn] of [
      ['trunk/conv2/kernel', 9 * 16],
      ['decoder/up1/kernel', 9 * 16],
      ['decoder/output/kernel', 9 * 4],
    ] as const) {
      const largest = Math.max(...(weights[name] as number[]).map(Math.abs)) * Math.sqrt(fanIn);
      expect(largest).toBeLessThanOrEqual(1);
      expect(largest).toBeGreaterThan(0.97);
    }
  });

  it('starts near zero where asked to: N(0, 0.001²), biases likewise', async () => {
    const weights = Object.values(await weightsOf(wide({ normal: 0.001 }))).flat();
    expect(deviationOf(weights) / 0.001).toBeCloseTo(1, 1);
    expect(Math.abs(meanOf(weights))).toBeLessThan(1e-5);
  });

  it('gives the same weights for the same seed, and others for another', async () => {
    const [a, b, c] = [1, 1, 2].map((seed) => tinyM2({ seed: createNoise(seed), nets: CONV }));
    const [first, again, other] = await Promise.all(
      [a, b, c].map((model) => weightsOf(model as typeof a & object)),
    );
    expect(again).toEqual(first);
    expect(other?.['trunk/conv1/kernel']).not.toEqual(first?.['trunk/conv1/kernel']);
  });

  it('draws each weight from its own name: another net, or a layer more, changes no other', async () => {
    const one = await weightsOf(tinyM2({ nets: { preset: 'mlp', widths: [8] } }));
    const deep = await weightsOf(tinyM2({ nets: { preset: 'mlp', widths: [8] }, encoderSeesLabel: false }));
    expect(deep['classifier/hidden/kernel']).toEqual(one['classifier/hidden/kernel']);
    expect(deep['decoder/output/kernel']).toEqual(one['decoder/output/kernel']);
    const [two, three] = await Promise.all(
      [
        [8, 8],
        [8, 8, 8],
      ].map((widths) => weightsOf(tinyM2({ nets: { preset: 'mlp', widths } }))),
    );
    expect(three?.['classifier/hidden1/kernel']).toEqual(two?.['classifier/hidden1/kernel']);
    expect(three?.['classifier/hidden2/kernel']).toEqual(two?.['classifier/hidden2/kernel']);
  });

  it('leaves layers without a kernel as they are: a stock batch norm keeps its ones', async () => {
    const net = sequential({
      layers: [
        layers.dense({ units: 4, inputShape: [3], name: 'first' }),
        layers.batchNormalization({ name: 'norm' }),
      ],
    });
    initializeNet(net, createNoise(0), { normal: 0.5 });
    const [, , gamma, beta, mean, variance] = await numbersOf(net);
    expect([gamma, beta, mean, variance]).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
      [1, 1, 1, 1],
    ]);
  });

  it('draws the same for the same net built twice, whatever the host calls its unnamed layers', async () => {
    const build = () => {
      const net = sequential({
        layers: [layers.dense({ units: 4, inputShape: [3] }), layers.dense({ units: 2 })],
      });
      initializeNet(net, createNoise(3), 'fan-in-uniform');
      return numbersOf(net);
    };
    expect(await build()).toEqual(await build());
  });

  it('reaches into nets within nets: each layer has its own fans, and batch norm keeps its statistics', async () => {
    const build = () =>
      sequential({
        layers: [
          sequential({
            name: 'inner',
            layers: [
              layers.dense({ units: 400, inputShape: [4], name: 'wide' }),
              layers.batchNormalization({ name: 'norm' }),
              layers.dense({ units: 4, name: 'narrow' }),
            ],
          }),
          layers.dense({ units: 4, name: 'wide' }),
        ],
      });
    const [net, again] = [build(), build()];
    for (const each of [net, again]) initializeNet(each, createNoise(0), 'fan-in-uniform');
    const [wide, , gamma, beta, narrow, , outer, , mean, variance] = await numbersOf(net);
    const largest = (values: readonly number[] = []) => Math.max(...values.map(Math.abs));
    expect(largest(wide) / Math.sqrt(1 / 4)).toBeGreaterThan(0.97);
    expect(largest(narrow) / Math.sqrt(1 / 400)).toBeLessThanOrEqual(1);
    expect(largest(narrow) / Math.sqrt(1 / 400)).toBeGreaterThan(0.97);
    // Layers of one name in different nets draw different numbers.
    expect(outer?.slice(0, 4)).not.toEqual(wide?.slice(0, 4));
    for (const [values, start] of [
      [gamma, 1],
      [beta, 0],
      [mean, 0],
      [variance, 1],
    ] as const)
      expect(new Set(values)).toEqual(new Set([start]));
    expect(await numbersOf(again)).toEqual(await numbersOf(net));
  });

  it('draws kernels and biases alone: slopes and scales of several axes stay, two directions differ', async () => {
    const net = sequential({
      layers: [
        layers.bidirectional({
          layer: layers.simpleRNN({ units: 30, returnSequences: true, recurrentInitializer: 'zeros' }),
          inputShape: [4, 3],
          name: 'both',
          mergeMode: 'concat',
        }),
        layers.prelu({ name: 'slopes', alphaInitializer: 'ones' }),
        layers.layerNormalization({ name: 'norm', axis: [1, 2] }),
      ],
    });
    initializeNet(net, createNoise(0), 'glorot-uniform');
    const weights = Object.entries(namedWeights({ net }));
    const numbers = async (name: string) =>
      Array.from((await weights.find(([n]) => n === name)?.[1].data()) ?? []);
    for (const name of ['net/slopes/alpha', 'net/norm/gamma'])
      expect(new Set(await numbers(name))).toEqual(new Set([1]));
    expect(await numbers('net/both/kernel')).not.toEqual(await numbers('net/both/kernel#2'));
    // The kernel of the recurrence counts its own fans, 30 + 30, not those of the inputs, 3 + 30.
    const recurrent = Math.max(...(await numbers('net/both/recurrent_kernel')).map(Math.abs));
    expect(recurrent / Math.sqrt(6 / 60)).toBeGreaterThan(0.97);
    expect(recurrent / Math.sqrt(6 / 60)).toBeLessThanOrEqual(1);
  });

  it('refuses an invalid initializer or noise, also for your own net', () => {
    const net = sequential({ layers: [layers.dense({ units: 4, inputShape: [3] })] });
    expect(() => initializeNet(net, createNoise(0), 'zeros' as 'he-normal')).toThrowError(
      new RangeError(
        'initializeNet: initializer is "zeros", needed one of "glorot-uniform", "he-normal", "fan-in-uniform"',
      ),
    );
    expect(() => initializeNet(net, 1 as unknown as Noise, 'he-normal')).toThrowError(
      new TypeError('initializeNet: noise is 1, needed a stream, as createNoise(seed) makes'),
    );
  });

  it.each([
    [
      'orthogonal',
      'createM2: initializer is "orthogonal", needed one of "glorot-uniform", "he-normal", "fan-in-uniform"',
    ],
    [{ normal: -1 }, 'createM2: initializer.normal is -1, needed a finite number of at least 0'],
    [{ normal: Number.NaN }, 'createM2: initializer.normal is NaN, needed a finite number of at least 0'],
    [{ sd: 1 }, 'createM2: initializer.sd is not an option, needed normal'],
    [{}, 'createM2: initializer.normal is undefined, needed a finite number of at least 0'],
  ])('refuses %j', (initializer, message) => {
    expect(() => tinyM2({ initializer: initializer as Initializer })).toThrowError(new RangeError(message));
  });
});
