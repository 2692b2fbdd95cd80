import { type LayersModel, layers, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { BatchNorm } from '../../src/nets/batchNorm';
import { assertLayers } from '../../src/nets/ownLayers';

type Layer = InstanceType<typeof layers.Layer>;

const netOf = (...stack: Layer[]): LayersModel =>
  sequential({ layers: [layers.inputLayer({ inputShape: [4, 3] }), ...stack] });

const withDropout = { units: 2, dropout: 0.5, recurrentInitializer: 'glorotUniform', name: 'drop' } as const;

describe('assertLayers', () => {
  it.each<[string, Layer, string]>([
    ['Dropout', layers.dropout({ rate: 0.5, name: 'drop' }), 'drop'],
    ['Dropout', layers.dropout({ rate: 0.5, seed: 1, name: 'drop' }), 'drop'],
    ['Dropout', layers.dropout({ rate: 0.5 }), 'layer1'],
    ['SpatialDropout1D', layers.spatialDropout1d({ rate: 0.5, name: 'drop' }), 'drop'],
    ['AlphaDropout', layers.alphaDropout({ rate: 0.5, name: 'drop' }), 'drop'],
    ['GaussianDropout', layers.gaussianDropout({ rate: 0.5, name: 'drop' }), 'drop'],
    ['GaussianNoise', layers.gaussianNoise({ stddev: 1, name: 'drop' }), 'drop'],
    ['LSTM with dropout', layers.lstm(withDropout), 'drop'],
    ['GRU with dropout', layers.gru({ ...withDropout, dropout: 0, recurrentDropout: 0.1 }), 'drop'],
    [
      'SimpleRNNCell with dropout',
      layers.rnn({ cell: layers.simpleRNNCell(withDropout), name: 'rnn' }),
      'rnn',
    ],
    ['Dropout', layers.timeDistributed({ layer: layers.dropout({ rate: 0.1 }), name: 'each' }), 'each'],
    [
      'LSTM with dropout',
      layers.bidirectional({ layer: layers.lstm(withDropout), mergeMode: 'concat', name: 'both' }),
      'both',
    ],
    [
      'GaussianNoise',
      sequential({
        name: 'inner',
        layers: [layers.gaussianNoise({ stddev: 1, inputShape: [4, 3], name: 'noise' })],
      }),
      'inner/noise',
    ],
  ])('refuses %s, and names the layer', (found, layer, path) => {
    expect(() => assertLayers('createM2', 'nets.encoder', netOf(layer))).toThrowError(
      new RangeError(
        `createM2: nets.encoder has the layer "${path}" (${found}), which draws from a generator that no seed ` +
          'reaches; needed the augment of train, or a layer of your own that draws from the noise of its Pass',
      ),
    );
  });

  it('refuses a layer whose call is async, before it is called', () => {
    class Waits extends layers.Layer {
      static className = 'Waits';
      override call = (async () => {
        throw new Error('nobody waits for this');
      }) as never;
    }
    expect(() => assertLayers('createM2', 'nets.encoder', netOf(new Waits({ name: 'waits' })))).toThrowError(
      new TypeError(
        'createM2: nets.encoder has the layer "waits" whose call is async, needed its tensors at once: no async function',
      ),
    );
  });

  it('takes layers that draw nothing', () => {
    const net = netOf(
      layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
      layers.gru({ units: 2, returnSequences: true, recurrentInitializer: 'glorotUniform' }),
      layers.batchNormalization(),
      new BatchNorm({ name: 'norm' }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    );
    expect(() => assertLayers('createM2', 'nets.encoder', net)).not.toThrow();
  });
});
