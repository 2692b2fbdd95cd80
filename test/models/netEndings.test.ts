import { mul, softmax, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { createM2, type M2Options } from '../../src/models/m2/model';
import { areProbabilities } from '../../src/models/probabilities';
import { createVae } from '../../src/models/vae/model';
import type { Layer } from '../../src/nets/leafLayers';
import { cleanUpAfterEach } from '../support/numbers';

type End = (from: SymbolicTensor, units: number) => SymbolicTensor;

const apply = (layer: Pick<Layer, 'apply'>, from: SymbolicTensor | SymbolicTensor[]) =>
  layer.apply(from) as SymbolicTensor;
const dense =
  (activation?: string): End =>
  (from, units) =>
    apply(layers.dense({ units, ...(activation && { activation: activation as 'relu' }) }), from);
/** A dense layer, and another behind it. */
const then =
  (layer: () => Pick<Layer, 'apply'>, before = dense()): End =>
  (from, units) =>
    layer().apply(before(from, units)) as SymbolicTensor;
const inside =
  (end: End, before: End = (from) => from): End =>
  (from, units) => {
    const outer = before(from, units);
    const x = input({ shape: outer.shape.slice(1) });
    return model({ inputs: x, outputs: end(x, units), name: 'inner' }).apply(outer) as SymbolicTensor;
  };
const merged =
  (layer: () => Pick<Layer, 'apply'>, first: End, second: End): End =>
  (from, units) =>
    apply(layer(), [first(from, units), second(from, units)]);
/** A map of four places, pooled. */
const pooled =
  (layer: () => Pick<Layer, 'apply'>, activation = 'sigmoid'): End =>
  (from, units) => {
    const map = apply(layers.reshape({ targetShape: [4, units] }), dense()(from, 4 * units));
    return apply(layer(), dense(activation)(map, units));
  };

/** A softmax of a user's own. */
class Soft extends layers.Layer {
  static readonly className = 'Soft';
  override call(inputs: Tensor | Tensor[]): Tensor {
    return softmax((Array.isArray(inputs) ? inputs[0] : inputs) as Tensor);
  }
}

/** A layer of a user's own that gives logits. */
class Doubled extends layers.Layer {
  static readonly className = 'Doubled';
  override call(inputs: Tensor | Tensor[]): Tensor {
    return mul((Array.isArray(inputs) ? inputs[0] : inputs) as Tensor, 2);
  }
}

/** A stock layer whose call is a user's own; its description is that of a dense layer. */
const softDense = (units: number): Layer => {
  const layer = layers.dense({ units });
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => tidy(() => softmax(call(inputs, kwargs) as Tensor));
  return layer;
};
const halves =
  (first: End, second: End): End =>
  (from, units) =>
    layers.concatenate().apply([first(from, units / 2), second(from, units / 2)]) as SymbolicTensor;
const asImage =
  (end: End): End =>
  (from, units) =>
    layers
      .reshape({ targetShape: [units] })
      .apply(
        layers.reshape({ targetShape: [units, 1] }).apply(end(from, units)) as SymbolicTensor,
      ) as SymbolicTensor;

interface Ends {
  readonly classifier?: End;
  readonly mean?: End;
  readonly logVar?: End;
  readonly decoder?: End;
  readonly likelihood?: Likelihood;
}

const nets = ({
  classifier = dense(),
  mean = dense(),
  logVar = dense(),
  decoder = dense(),
  likelihood,
}: Ends) => {
  const [a, b] = [input({ shape: [6] }), input({ shape: [6] })];
  const [z, y] = [input({ shape: [2] }), input({ shape: [3] })];
  const code = layers.concatenate().apply([z, y]) as SymbolicTensor;
  return {
    classifier: model({ inputs: a, outputs: classifier(a, 3) }),
    encoder: model({ inputs: b, outputs: [mean(b, 2), logVar(b, 2)] }),
    decoder: model({ inputs: [z, y], outputs: decoder(code, likelihood?.parameterShape([6])[0] ?? 6) }),
  };
};

const created = (ends: Ends): void => {
  const { likelihood } = ends;
  const made = nets(ends);
  const options: M2Options = { inputShape: [6], classes: 3, latent: 2, nets: made };
  try {
    createM2({ ...options, ...(likelihood && { likelihood }) });
  } finally {
    for (const net of Object.values(made)) net.dispose();
  }
};

const learned = gaussianObservation({ variance: 'learned' });
const fixed = gaussianObservation({ sigma: 0.5 });
const { parameterKinds: _, ...untold }: Likelihood = bernoulli;
const ofClasses = 'needed logits of q(y|x), any real numbers';
const ofPixels = 'needed logits, any real numbers';
const ofVariance = 'needed log-variances, below 0 too';

describe('your own net that ends in what is applied later', () => {
  cleanUpAfterEach();

  it.each<[string, Ends, string]>([
    [
      'a dense softmax',
      { classifier: dense('softmax') },
      `nets.classifier ends in the layer "layer1" (softmax), whose values are from 0 to 1; ${ofClasses}, to which softmax is applied later: leave the softmax out`,
    ],
    [
      'a softmax layer',
      { classifier: then(() => layers.softmax()) },
      `nets.classifier ends in the layer "layer2" (softmax)`,
    ],
    [
      'an activation layer',
      { classifier: then(() => layers.activation({ activation: 'sigmoid' })) },
      'nets.classifier ends in the layer "layer2" (sigmoid)',
    ],
    [
      'a net inside',
      { classifier: inside(dense('softmax')) },
      'nets.classifier ends in the layer "inner/layer1" (softmax)',
    ],
    [
      'values that are moved',
      { classifier: asImage(dense('tanh')) },
      'nets.classifier ends in the layer "layer1" (tanh)',
    ],
    [
      'a decoder’s sigmoid',
      { decoder: dense('sigmoid') },
      `nets.decoder ends in the layer "layer3" (sigmoid), whose values are from 0 to 1; ${ofPixels}`,
    ],
    ['a decoder’s relu', { decoder: dense('relu') }, `(relu), whose values are at least 0; ${ofPixels}`],
    ['half a decoder', { decoder: halves(dense(), dense('sigmoid')) }, '(sigmoid)'],
    [
      'a log-variance of softplus',
      { logVar: dense('softplus') },
      `nets.encoder ends in the layer "layer2" (softplus), whose values are at least 0; ${ofVariance}`,
    ],
    ['a log-variance of relu', { logVar: then(() => layers.reLU()) }, '(relu), whose values are at least 0'],
    ['a log-variance of sigmoid', { logVar: dense('sigmoid') }, ofVariance],
    ['a decoder of variances', { decoder: dense('softplus'), likelihood: learned }, ofVariance],
    [
      'the part of the variances',
      { decoder: halves(dense(), dense('relu')), likelihood: learned },
      ofVariance,
    ],
    [
      'a linear activation behind a softmax',
      { classifier: then(() => layers.activation({ activation: 'linear' }), dense('softmax')) },
      'nets.classifier ends in the layer "layer1" (softmax), whose values are from 0 to 1',
    ],
    [
      'a relu behind a softmax',
      { classifier: then(() => layers.reLU(), dense('softmax')) },
      'ends in the layer "layer1" (softmax), whose values are from 0 to 1',
    ],
    [
      'a tanh behind a sigmoid',
      { classifier: then(() => layers.activation({ activation: 'tanh' }), dense('sigmoid')) },
      '(sigmoid), whose values are from 0 to 0.76',
    ],
    [
      'a leaky relu behind a tanh',
      { classifier: then(() => layers.leakyReLU({ alpha: 0.5 }), dense('tanh')) },
      '(tanh), whose values are from -0.5 to 1',
    ],
    [
      'a relu with a largest value',
      { classifier: then(() => layers.reLU({ maxValue: 4 })) },
      '(relu), whose values are from 0 to 4',
    ],
    [
      'an average of probabilities',
      { classifier: merged(() => layers.average(), dense('softmax'), dense('softmax')) },
      '(softmax), whose values are from 0 to 1',
    ],
    [
      'a product of them',
      { classifier: merged(() => layers.multiply(), dense('tanh'), dense('sigmoid')) },
      '(tanh), whose values are from -1 to 1',
    ],
    [
      'the larger of them',
      { classifier: merged(() => layers.maximum(), dense('sigmoid'), dense('tanh')) },
      'whose values are from 0 to 1',
    ],
    [
      'the smaller of them',
      { classifier: merged(() => layers.minimum(), dense('sigmoid'), dense('tanh')) },
      'whose values are from -1 to 1',
    ],
    [
      'a sum of them',
      { classifier: merged(() => layers.add(), dense('sigmoid'), dense('sigmoid')) },
      'whose values are from 0 to 2',
    ],
    ['the largest of a map', { classifier: pooled(() => layers.globalMaxPooling1d({})) }, '(sigmoid)'],
    ['the mean of a map', { classifier: pooled(() => layers.globalAveragePooling1d({})) }, '(sigmoid)'],
    [
      'a net that is applied to probabilities',
      {
        classifier: inside(
          then(
            () => layers.activation({ activation: 'linear' }),
            (from) => from,
          ),
          dense('softmax'),
        ),
      },
      '(softmax), whose values are from 0 to 1',
    ],
    [
      'a log-variance that is the larger of a logit and a relu',
      { logVar: merged(() => layers.maximum(), dense(), dense('relu')) },
      `(relu), whose values are at least 0; ${ofVariance}`,
    ],
    [
      'a log-variance that is a mean of relus',
      { logVar: pooled(() => layers.globalAveragePooling1d({}), 'relu') },
      ofVariance,
    ],
    [
      'a decoder’s average',
      { decoder: merged(() => layers.average(), dense('sigmoid'), dense('sigmoid')) },
      `(sigmoid), whose values are from 0 to 1; ${ofPixels}`,
    ],
    [
      'a softmax of one’s own',
      { classifier: then(() => new Soft({})) },
      `nets.classifier gives probabilities, each row from 0 to 1 and of sum 1; ${ofClasses}`,
    ],
    [
      'a dense layer of one’s own',
      { classifier: (from, units) => apply(softDense(units), from) },
      'nets.classifier gives probabilities',
    ],
  ])('is refused: %s', (_, ends, message) => {
    expect(() => created(ends)).toThrow(`createM2: `);
    expect(() => created(ends)).toThrow(message);
  });

  it.each<[string, Ends]>([
    ['logits', {}],
    [
      'log-probabilities, which are logits',
      { classifier: then(() => layers.activation({ activation: 'logSoftmax' as 'relu' })) },
    ],
    ['logits of one end, whose differences have none', { classifier: dense('relu') }],
    [
      'activations ahead of the last layer',
      { decoder: (from, units) => dense()(dense('sigmoid')(from, 4), units) },
    ],
    ['a leaky relu, which reaches any number', { decoder: then(() => layers.leakyReLU()) }],
    ['a log-variance that is bounded on purpose', { logVar: dense('tanh') }],
    ['means within the data’s range', { decoder: dense('sigmoid'), likelihood: fixed }],
    [
      'means within it beside log-variances',
      { decoder: halves(dense('sigmoid'), dense()), likelihood: learned },
    ],
    ['what a likelihood of one’s own reads', { decoder: dense('sigmoid'), likelihood: untold }],
    ['any mean', { mean: dense('relu') }],
    [
      'batch norm behind a sigmoid',
      { classifier: then(() => layers.batchNormalization(), dense('sigmoid')) },
    ],
    [
      'a product of any and a gate',
      { classifier: merged(() => layers.multiply(), dense(), dense('sigmoid')) },
    ],
    ['a sum of any and a gate', { decoder: merged(() => layers.add(), dense(), dense('sigmoid')) }],
    ['the largest of a map of logits', { classifier: pooled(() => layers.globalMaxPooling1d({}), 'linear') }],
    ['a layer of one’s own', { classifier: then(() => new Doubled({})) }],
  ])('is none of these: %s', (_, ends) => {
    expect(() => created(ends)).not.toThrow();
  });

  it('is refused by createVae, and as the last layer of a sequence', () => {
    const { encoder } = nets({});
    const decoder = sequential({
      layers: [layers.dense({ units: 6, inputShape: [2], activation: 'sigmoid', name: 'pixels' })],
    });
    expect(() => createVae({ inputShape: [6], latent: 2, nets: { encoder, decoder } })).toThrow(
      `createVae: nets.decoder ends in the layer "pixels" (sigmoid), whose values are from 0 to 1; ${ofPixels}`,
    );
    const logVars = nets({ logVar: dense('softplus') });
    const plain = sequential({ layers: [layers.dense({ units: 6, inputShape: [2] })] });
    expect(() =>
      createVae({ inputShape: [6], latent: 2, nets: { encoder: logVars.encoder, decoder: plain } }),
    ).toThrow('createVae: nets.encoder ends in the layer');
    for (const net of [encoder, decoder, plain, ...Object.values(logVars)]) net.dispose();
  });
});

describe('areProbabilities', () => {
  it.each<[string, number[], number, boolean]>([
    ['rows of sum 1', [0.25, 0.75, 1, 0], 2, true],
    ['one row that is not', [0.25, 0.75, 1, 0.1], 2, false],
    ['a row with a negative value', [1.5, -0.5], 2, false],
    ['zeros', [0, 0, 0], 3, false],
    ['a single class', [1, 1], 1, false],
    ['NaN', [Number.NaN, 1], 2, false],
    ['nothing', [], 2, false],
  ])('tells them: %s', (_, values, classes, expected) => {
    expect(areProbabilities(Float32Array.from(values), classes)).toBe(expected);
  });
});
