import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { input, layers, model, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { namedWeights } from '../../src/nets/namedWeights';
import { CONV, tinyM2 } from '../support/tiny';

const unnamed = () =>
  sequential({
    layers: [
      layers.dense({ units: 4, inputShape: [3] }),
      layers.batchNormalization(),
      layers.dense({ units: 2, name: 'logits' }),
    ],
  });

describe('namedWeights', () => {
  it('names weights by net, layer and weight, statistics included', () => {
    expect(Object.keys(tinyM2({ nets: CONV }).variables)).toEqual([
      'trunk/conv1/kernel',
      'trunk/conv1/bias',
      'trunk/conv2/kernel',
      'trunk/conv2/bias',
      'trunk/dense/kernel',
      'trunk/dense/bias',
      'classifier/logits/kernel',
      'classifier/logits/bias',
      'encoder/mean/kernel',
      'encoder/mean/bias',
      'encoder/logVar/kernel',
      'encoder/logVar/bias',
      'decoder/hidden/kernel',
      'decoder/hidden/labelKernel',
      'decoder/hidden/bias',
      'decoder/map/kernel',
      'decoder/map/bias',
      'decoder/up1/kernel',
      'decoder/up1/bias',
      'decoder/output/kernel',
      'decoder/output/bias',
    ]);
  });

  it('does not count layers of the process: unnamed ones go by their place in the net', () => {
    const first = Object.keys(namedWeights({ net: unnamed() }));
    const second = Object.keys(namedWeights({ net: unnamed() }));
    expect(second).toEqual(first);
    expect(first).toEqual([
      'net/layer0/kernel',
      'net/layer0/bias',
      'net/layer1/gamma',
      'net/layer1/beta',
      'net/layer1/moving_mean',
      'net/layer1/moving_variance',
      'net/logits/kernel',
      'net/logits/bias',
    ]);
  });

  it('reaches into nets within nets', () => {
    const inner = sequential({
      name: 'inner',
      layers: [layers.dense({ units: 4, inputShape: [3] }), layers.dense({ units: 4 })],
    });
    const outer = sequential({ layers: [inner, layers.dense({ units: 1, name: 'head' })] });
    expect(Object.keys(namedWeights({ net: outer }))).toEqual([
      'net/inner/layer0/kernel',
      'net/inner/layer0/bias',
      'net/inner/layer1/kernel',
      'net/inner/layer1/bias',
      'net/head/kernel',
      'net/head/bias',
    ]);
  });

  it('gives a variable that nets share one name, so that a step moves it once', () => {
    const x = input({ shape: [3] });
    const shared = layers.dense({ units: 4, name: 'shared' }).apply(x) as SymbolicTensor;
    const head = (name: string) =>
      model({ inputs: x, outputs: layers.dense({ units: 2, name }).apply(shared) as SymbolicTensor });
    expect(Object.keys(namedWeights({ a: head('one'), b: head('two') }))).toEqual([
      'a/shared/kernel',
      'a/shared/bias',
      'a/one/kernel',
      'a/one/bias',
      'b/two/kernel',
      'b/two/bias',
    ]);
  });

  it('keeps both directions of a bidirectional layer', () => {
    const layer = layers.simpleRNN({ units: 2, recurrentInitializer: 'glorotUniform' });
    const net = sequential({
      layers: [layers.bidirectional({ layer, inputShape: [4, 3], name: 'both', mergeMode: 'concat' })],
    });
    const names = Object.keys(namedWeights({ net }));
    expect(names.length).toBe(6);
    expect(names).toContain('net/both/kernel');
    expect(names).toContain('net/both/kernel#2');
  });
});
