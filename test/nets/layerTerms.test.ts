import type { Tensor } from '@tensorflow/tfjs-core';
import {
  constraints,
  initializers,
  input,
  type LayersModel,
  layers,
  model,
  regularizers,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { createM2 } from '../../src/models/m2/model';
import { createVae } from '../../src/models/vae/model';
import { BatchNorm } from '../../src/nets/batchNorm';
import { assertNoLayerTerms } from '../../src/nets/layerTerms';
import { cleanUpAfterEach } from '../support/numbers';

type Layer = InstanceType<typeof layers.Layer>;

const DECAY = 'leave it out, and give train a parameterPrior or createAdam a weightDecay';
const FREE =
  'leave it out, and write a layer that computes such weights from free ones (a softplus of them is never negative)';

const l2 = () => regularizers.l2({ l2: 0.1 });

/** A layer of a user's own, whose description says nothing of its weight. */
class Scaled extends layers.Layer {
  static readonly className = 'Scaled';
  readonly #term: 'constraint' | 'regularizer';
  constructor(term: 'constraint' | 'regularizer') {
    super({ name: 'it' });
    this.#term = term;
  }
  override build(): void {
    const isRegular = this.#term === 'regularizer';
    const regularizer = isRegular ? l2() : undefined;
    const constraint = isRegular ? undefined : constraints.nonNeg();
    this.addWeight('scale', [1], 'float32', initializers.ones(), regularizer, true, constraint);
    this.built = true;
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    return (Array.isArray(inputs) ? inputs[0] : inputs) as Tensor;
  }
}

const images = { filters: 2, kernelSize: 2, name: 'it' } as const;
const recurrent = { units: 2, recurrentInitializer: 'glorotUniform', name: 'it' } as const;

describe('assertNoLayerTerms', () => {
  cleanUpAfterEach();

  it.each<[string, () => Layer, number[], string]>([
    ['kernelConstraint', () => layers.dense({ units: 1, kernelConstraint: 'nonNeg', name: 'it' }), [3], FREE],
    [
      'kernelConstraint',
      () => layers.dense({ units: 1, kernelConstraint: constraints.maxNorm({ maxValue: 1 }), name: 'it' }),
      [3],
      FREE,
    ],
    ['biasConstraint', () => layers.dense({ units: 1, biasConstraint: 'unitNorm', name: 'it' }), [3], FREE],
    ['kernelRegularizer', () => layers.dense({ units: 1, kernelRegularizer: l2(), name: 'it' }), [3], DECAY],
    [
      'kernelRegularizer',
      () => layers.dense({ units: 1, kernelRegularizer: 'l1l2', name: 'it' }),
      [3],
      DECAY,
    ],
    ['biasRegularizer', () => layers.dense({ units: 1, biasRegularizer: l2(), name: 'it' }), [3], DECAY],
    ['gammaRegularizer', () => layers.batchNormalization({ gammaRegularizer: l2(), name: 'it' }), [3], DECAY],
    [
      'betaConstraint',
      () => layers.batchNormalization({ betaConstraint: constraints.nonNeg(), name: 'it' }),
      [3],
      FREE,
    ],
    ['gammaRegularizer', () => layers.layerNormalization({ gammaRegularizer: l2(), name: 'it' }), [3], DECAY],
    ['alphaConstraint', () => layers.prelu({ alphaConstraint: constraints.nonNeg(), name: 'it' }), [3], FREE],
    [
      'embeddingsRegularizer',
      () => layers.embedding({ inputDim: 3, outputDim: 2, embeddingsRegularizer: l2(), name: 'it' }),
      [3],
      DECAY,
    ],
    ['kernelRegularizer', () => layers.conv2d({ ...images, kernelRegularizer: l2() }), [4, 4, 1], DECAY],
    [
      'kernelConstraint',
      () => layers.conv2dTranspose({ ...images, kernelConstraint: 'nonNeg' }),
      [4, 4, 1],
      FREE,
    ],
    [
      'depthwiseRegularizer',
      () => layers.depthwiseConv2d({ kernelSize: 2, depthwiseRegularizer: l2(), name: 'it' }),
      [4, 4, 1],
      DECAY,
    ],
    [
      'constraint',
      () => layers.depthwiseConv2d({ kernelSize: 2, depthwiseConstraint: 'nonNeg', name: 'it' }),
      [4, 4, 1],
      FREE,
    ],
    [
      'pointwiseRegularizer',
      () => layers.separableConv2d({ ...images, pointwiseRegularizer: l2() }),
      [4, 4, 1],
      DECAY,
    ],
    ['recurrentRegularizer', () => layers.lstm({ ...recurrent, recurrentRegularizer: l2() }), [4, 3], DECAY],
    ['recurrentConstraint', () => layers.gru({ ...recurrent, recurrentConstraint: 'nonNeg' }), [4, 3], FREE],
    [
      'kernelRegularizer',
      () => layers.rnn({ cell: layers.simpleRNNCell({ ...recurrent, kernelRegularizer: l2() }), name: 'it' }),
      [4, 3],
      DECAY,
    ],
    [
      'kernelRegularizer',
      () =>
        layers.timeDistributed({ layer: layers.dense({ units: 1, kernelRegularizer: l2() }), name: 'it' }),
      [4, 3],
      DECAY,
    ],
    [
      'kernelRegularizer',
      () =>
        layers.bidirectional({
          layer: layers.lstm({ ...recurrent, kernelRegularizer: l2() }),
          mergeMode: 'concat',
          name: 'it',
        }),
      [4, 3],
      DECAY,
    ],
    ['regularizer', () => new Scaled('regularizer'), [3], DECAY],
    ['constraint', () => new Scaled('constraint'), [3], FREE],
  ])('refuses a %s, and names the layer and the cure', (term, layer, inputShape, cure) => {
    const net = sequential({ layers: [layers.inputLayer({ inputShape }), layer()] });
    expect(() => assertNoLayerTerms('createM2', 'nets.encoder', net)).toThrowError(
      new RangeError(
        `createM2: nets.encoder has the layer "it" with a ${term}, which only the fit of TensorFlow.js applies, needed none: ${cure}`,
      ),
    );
  });

  it('takes layers that have none', () => {
    const net = sequential({
      layers: [
        layers.inputLayer({ inputShape: [4, 3] }),
        layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
        layers.bidirectional({
          layer: layers.gru({ ...recurrent, returnSequences: true }),
          mergeMode: 'concat',
        }),
        layers.conv1d({ filters: 2, kernelSize: 2 }),
        layers.batchNormalization(),
        new BatchNorm({ name: 'norm' }),
        layers.flatten(),
        layers.prelu(),
        layers.dense({ units: 2 }),
      ],
    });
    expect(() => assertNoLayerTerms('createM2', 'nets.encoder', net)).not.toThrow();
  });

  it('is checked for each of your own nets by createVae and createM2', () => {
    const inner: LayersModel = sequential({
      name: 'inner',
      layers: [layers.dense({ units: 2, inputShape: [4], kernelRegularizer: l2(), name: 'hidden' })],
    });
    const trunk = sequential({ layers: [inner] });
    const nets = { trunk, classifier: trunk, encoder: trunk, decoder: trunk };
    expect(() => createM2({ inputShape: [4], classes: 2, latent: 2, nets })).toThrow(
      'createM2: nets.trunk has the layer "inner/hidden" with a kernelRegularizer',
    );
    const decoder = sequential({
      layers: [
        layers.dense({ units: 4, inputShape: [2], biasConstraint: constraints.nonNeg(), name: 'pixels' }),
      ],
    });
    const x = input({ shape: [4] });
    const head = () => layers.dense({ units: 2 }).apply(x) as SymbolicTensor;
    const encoder = model({ inputs: x, outputs: [head(), head()] });
    expect(() => createVae({ inputShape: [4], latent: 2, nets: { encoder, decoder } })).toThrow(
      'createVae: nets.decoder has the layer "pixels" with a biasConstraint',
    );
  });
});
