import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { createM1 } from '../../src/models/m1/m1';
import { createM2, type M2Options } from '../../src/models/m2/m2';
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
  (end: End): End =>
  (from, units) => {
    const x = input({ shape: from.shape.slice(1) });
    return model({ inputs: x, outputs: end(x, units), name: 'inner' }).apply(from) as SymbolicTensor;
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
    decoder: model({ inputs: [z, y], outputs: decoder(code, 6 * (likelihood?.parametersPerValue ?? 1)) }),
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

describe('one’s own net that ends in what is applied later', () => {
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
  ])('is none of these: %s', (_, ends) => {
    expect(() => created(ends)).not.toThrow();
  });

  it('is refused by createM1, and as the last layer of a sequence', () => {
    const { encoder } = nets({});
    const decoder = sequential({
      layers: [layers.dense({ units: 6, inputShape: [2], activation: 'sigmoid', name: 'pixels' })],
    });
    expect(() => createM1({ inputShape: [6], latent: 2, nets: { encoder, decoder } })).toThrow(
      `createM1: nets.decoder ends in the layer "pixels" (sigmoid), whose values are from 0 to 1; ${ofPixels}`,
    );
    const logVars = nets({ logVar: dense('softplus') });
    const plain = sequential({ layers: [layers.dense({ units: 6, inputShape: [2] })] });
    expect(() =>
      createM1({ inputShape: [6], latent: 2, nets: { encoder: logVars.encoder, decoder: plain } }),
    ).toThrow('createM1: nets.encoder ends in the layer');
    for (const net of [encoder, decoder, plain, ...Object.values(logVars)]) net.dispose();
  });
});
