import { add, scalar, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { expect, it } from 'vitest';
import { BatchNorm } from '../../src/nets/batchNorm';
import { LabelConditionedDense } from '../../src/nets/labelConditionedDense';
import { StridedConv, StridedConvTranspose } from '../../src/nets/stridedConv';
import { structureOf } from '../../src/nets/structure';

const text = (net: LayersModel): string => JSON.stringify(structureOf({ net }));
const dense = (more: object = {}) => layers.dense({ units: 2, activation: 'relu', ...more });
const chain = (more: object = {}) => sequential({ layers: [dense({ inputShape: [2], ...more }), dense()] });

it('of a net holds the class and the settings of each layer, without names, initial weights and what is trainable', () => {
  expect(structureOf({ encoder: chain() })).toEqual({
    encoder: [
      { layer: 'Dense', units: 2, activation: 'relu', useBias: true, batchInputShape: [null, 2] },
      { layer: 'Dense', units: 2, activation: 'relu', useBias: true },
    ],
  });
  const same = { name: 'other', trainable: false, kernelInitializer: 'zeros', weights: undefined };
  expect(text(chain(same))).toBe(text(chain()));
  for (const other of [{ activation: 'tanh' }, { useBias: false }])
    expect(text(chain(other))).not.toBe(text(chain()));
});

it('of a graph of layers holds what each reads, and the order of the ends', () => {
  const graph = ({ swapped = false, around = true } = {}) => {
    const [a, b] = [input({ shape: [2] }), input({ shape: [2] })];
    const hidden = dense().apply(a) as SymbolicTensor;
    const read = around ? a : b;
    const sum = layers.add().apply([hidden, read]) as SymbolicTensor;
    const other = dense().apply(b) as SymbolicTensor;
    return model({ inputs: [a, b], outputs: swapped ? [other, sum] : [sum, other] });
  };
  const found = text(graph());
  expect(text(graph())).toBe(found);
  for (const options of [{ swapped: true }, { around: false }]) expect(text(graph(options))).not.toBe(found);
});

it('holds the layers of nets inside a net, and those that a layer wraps', () => {
  const outer = (activation: 'relu' | 'tanh') => sequential({ layers: [chain({ activation })] });
  expect(text(outer('relu'))).toBe(text(outer('relu')));
  expect(text(outer('tanh'))).not.toBe(text(outer('relu')));
  const wrapped = (activation: 'relu' | 'tanh') =>
    sequential({ layers: [layers.timeDistributed({ layer: dense({ activation }), inputShape: [3, 2] })] });
  expect(text(wrapped('relu'))).toBe(text(wrapped('relu')));
  expect(text(wrapped('tanh'))).not.toBe(text(wrapped('relu')));
});

it('holds the settings of the layers of this library', () => {
  const image = { shape: [4, 4, 1] };
  const behind = (layer: InstanceType<typeof layers.Layer>, shape = image.shape) => {
    const x = input({ shape });
    return model({ inputs: x, outputs: layer.apply(x) as SymbolicTensor });
  };
  const atLabel = (activation: 'relu' | 'linear') => {
    const [x, y] = [input({ shape: [2] }), input({ shape: [3] })];
    const layer = new LabelConditionedDense({ name: 'l', units: 2, activation });
    return model({ inputs: [x, y], outputs: layer.apply([x, y]) as SymbolicTensor });
  };
  const pairs: readonly (readonly [LayersModel, LayersModel])[] = [
    [atLabel('relu'), atLabel('linear')],
    [behind(new BatchNorm({ name: 'n' })), behind(new BatchNorm({ name: 'n', momentum: 0.5 }))],
    [
      behind(new StridedConv({ name: 'c', filters: 2, stride: 1 })),
      behind(new StridedConv({ name: 'c', filters: 2, stride: 2 })),
    ],
    [
      behind(new StridedConvTranspose({ name: 't', filters: 2, activation: 'relu' })),
      behind(new StridedConvTranspose({ name: 't', filters: 2 })),
    ],
  ];
  for (const [one, other] of pairs) expect(text(one)).not.toBe(text(other));
});

it('passes over what JSON does not hold in the settings of your own layer', () => {
  class Shift extends layers.Layer {
    static readonly className = 'Shift';
    readonly #by = tensor1d([1]);
    override call(x: Tensor | Tensor[]): Tensor {
      return tidy(() => add(Array.isArray(x) ? (x[0] as Tensor) : x, scalar(1)));
    }
    override getConfig() {
      const own = {
        by: this.#by,
        map: (value: number) => value,
        most: Number.POSITIVE_INFINITY,
        parts: [1, this.#by],
      };
      return { ...super.getConfig(), ...own } as never;
    }
    override dispose() {
      this.#by.dispose();
      return super.dispose();
    }
  }
  const net = sequential({ layers: [new Shift({ inputShape: [2] })] });
  expect(structureOf({ net })).toEqual({
    net: [{ layer: 'Shift', batchInputShape: [null, 2], most: 'Infinity', parts: [1, null] }],
  });
});
