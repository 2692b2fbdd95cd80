import { engine, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import { describe, expect, it } from 'vitest';
import { everyLabel, repeatRows } from '../../src/bounds/everyLabel';
import { createNoise, type Noise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { createM2, type M2Options } from '../../src/models/m2/model';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { alive, CLASSES, CONV, LATENT, MLP, SHAPE, tinyExamples, tinyM2 } from '../support/tiny';
import { writtenOut } from '../support/writtenOut';

/** A net of stock layers: inputs flattened, concatenated, and one dense layer for each output. */
const ownNet = (inputShapes: number[][], outputShapes: number[][]): LayersModel => {
  const inputs = inputShapes.map((shape) => input({ shape }));
  const flat = inputs.map((x, i) =>
    inputShapes[i]?.length === 1 ? x : (layers.flatten().apply(x) as SymbolicTensor),
  );
  const joined = flat.length === 1 ? flat[0] : (layers.concatenate().apply(flat) as SymbolicTensor);
  const outputs = outputShapes.map((shape) => {
    const units = shape.reduce((product, size) => product * size, 1);
    const out = layers.dense({ units }).apply(joined as SymbolicTensor) as SymbolicTensor;
    return shape.length === 1 ? out : (layers.reshape({ targetShape: shape }).apply(out) as SymbolicTensor);
  });
  return model({ inputs, outputs });
};

const ownNets = (seen: boolean) => ({
  classifier: ownNet([[...SHAPE]], [[CLASSES]]),
  encoder: ownNet(seen ? [[...SHAPE], [CLASSES]] : [[...SHAPE]], [[LATENT], [LATENT]]),
  decoder: ownNet([[LATENT], [CLASSES]], [[...SHAPE]]),
});

describe('createM2', () => {
  cleanUpAfterEach();

  it('has three nets of 500 softplus, fifty latent dimensions and q(z|x,y) with the nets of Kingma 2014', () => {
    const m2 = createM2({ inputShape: [28, 28, 1], classes: 10, nets: 'kingma' });
    expect([m2.latent, m2.encoderSeesLabel]).toEqual([50, true]);
    expectClose([...m2.labelPrior], new Array(10).fill(0.1));
    expect(m2.likelihood).toBe(bernoulli);
    const count = (net: string): number =>
      Object.entries(m2.variables)
        .filter(([name]) => name.startsWith(`${net}/`))
        .reduce((total, [, { size }]) => total + size, 0);
    expect(count('classifier')).toBe(784 * 500 + 500 + (500 * 10 + 10));
    expect(count('encoder')).toBe((784 + 10) * 500 + 500 + 2 * (500 * 50 + 50));
    expect(count('decoder')).toBe((50 + 10) * 500 + 500 + (500 * 784 + 784));
    expect(m2.spec).toMatchObject({
      model: 'm2',
      nets: {
        preset: 'kingma',
        widths: [500],
        activation: 'softplus',
        norm: 'none',
        sharedTrunk: false,
      },
      likelihood: { kind: 'bernoulli' },
    });
    m2.dispose();
  });

  it.each([
    [undefined, { preset: 'mlp', widths: [500], activation: 'relu', norm: 'batch', sharedTrunk: false }],
    ['report', { preset: 'report', filters: [32, 64], activation: 'relu', norm: 'none', sharedTrunk: true }],
    ['conv', { preset: 'conv', filters: [32, 64], activation: 'relu', norm: 'batch', sharedTrunk: true }],
    [
      { preset: 'kingma', widths: [7], norm: undefined },
      { widths: [7], norm: 'none' },
    ],
  ] as [M2Options['nets'], object][])(
    'writes every choice of its preset into its spec: %j',
    (nets, choices) => {
      const m2 = createM2({ inputShape: [28, 28, 1], classes: 10, ...(nets && { nets }) });
      expect(m2.spec).toMatchObject({ nets: choices });
      m2.dispose();
    },
  );

  it('refuses an option that is none', () => {
    expect(() => tinyM2({ latentDim: 2 } as object)).toThrow(
      /^createM2: latentDim is not an option, needed data, inputShape, likelihood, input, latent, /,
    );
  });

  it('asks for a backend where there is none yet', () => {
    const host = engine();
    const { registryFactory } = host;
    host.registryFactory = {};
    try {
      expect(() => createM2({ inputShape: [2], classes: 2 })).toThrow(
        /^createM2: .* needed one: await selectBackend/,
      );
    } finally {
      host.registryFactory = registryFactory;
    }
  });

  it('names a model that is disposed', async () => {
    const m2 = tinyM2();
    const { x, y } = tinyExamples(2);
    m2.dispose();
    const message = /: the model is disposed, needed one that is not$/;
    expect(() => m2.classify(x)).toThrow(message);
    expect(() => m2.encode(x, y)).toThrow(message);
    expect(() => m2.generate([0], createNoise(0))).toThrow(message);
    await expect(predict(m2, new Uint8Array(64))).rejects.toThrow(message);
    await expect(
      saveModel(m2, { name: 'nowhere', read: async () => undefined, write: async () => {} }),
    ).rejects.toThrow(message);
  });

  it('has softplus hidden layers: the logits are those of the layers written out', async () => {
    const m2 = tinyM2();
    const { x } = tinyExamples(2);
    const named = { hidden: 'classifier/hidden', head: 'classifier/logits' };
    const expected = await writtenOut(m2.variables, named, x);
    expectClose(await read(m2.classify(x)), expected);
  });

  it('with the conv preset shares one trunk, and its posterior sees no label', () => {
    const m2 = tinyM2({ nets: 'conv' });
    expect(m2.encoderSeesLabel).toBe(false);
    expect(Object.keys(m2.variables)[0]).toBe('trunk/conv1/kernel');
    const { mean } = m2.encode(zeros([2, ...SHAPE]));
    expect(mean.shape).toEqual([2, LATENT]);
  });

  it.each([
    [{ nets: MLP }],
    [{ nets: MLP, encoderSeesLabel: false }],
    [{ nets: { ...MLP, sharedTrunk: true } }],
    [{ nets: { ...MLP, sharedTrunk: true }, encoderSeesLabel: false }],
    [{ nets: { ...MLP, widths: [6, 5], activation: 'relu', norm: 'batch' } }],
    [{ nets: CONV }],
    [{ nets: CONV, encoderSeesLabel: true }],
    [{ nets: { ...CONV, sharedTrunk: false, norm: 'batch' } }],
    [{ nets: { ...CONV, sharedTrunk: false }, encoderSeesLabel: true }],
    [{ nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) }],
    [{ nets: MLP, inputShape: [7], likelihood: gaussianObservation() }],
  ] as [Partial<M2Options>][])('gives every distribution its shape: %j', (options) => {
    const m2 = tinyM2(options);
    const x = zeros([2, ...m2.inputShape]);
    const y = everyLabel(2, CLASSES);
    const { labelLogits, bound } = m2.infer(x, { noise: createNoise(0) });
    expect(labelLogits.shape).toEqual([2, CLASSES]);
    expect(bound(y, { logWeight: true }).logWeight?.shape).toEqual([2 * CLASSES]);
    expect(m2.embed(x).shape).toEqual([2, LATENT]);
    const { mean, logVar } = m2.encoderSeesLabel ? m2.encode(repeatRows(x, CLASSES), y) : m2.encode(x);
    const rows = m2.encoderSeesLabel ? 2 * CLASSES : 2;
    expect([mean.shape, logVar.shape]).toEqual([
      [rows, LATENT],
      [rows, LATENT],
    ]);
    const parameters = m2.decode(mean, y);
    expect(parameters.shape).toEqual([2 * CLASSES, ...m2.likelihood.parameterShape(m2.inputShape)]);
    expect(m2.generate([2, 0, 1], createNoise(0)).shape).toEqual([3, ...m2.inputShape]);
    expect(m2.reconstruct(x).shape).toEqual([2, ...m2.inputShape]);
    m2.dispose();
  });

  it('has a posterior that can be sharper than the prior: σ < 1', async () => {
    const m2 = tinyM2();
    m2.variables['encoder/logVar/bias']?.assign(tensor([-5, -5, -5]));
    const { x, y } = tinyExamples(3);
    const logVars = await read(m2.encode(x, y).logVar);
    expect(Math.max(...logVars)).toBeLessThan(-1);
  });

  it.each([true, false])('takes a user’s own tfjs-layers models, label in the encoder: %s', async (seen) => {
    const m2 = tinyM2({ nets: ownNets(seen) });
    expect(m2.encoderSeesLabel).toBe(seen);
    expect(m2.spec).toMatchObject({ nets: null });
    const { x } = tinyExamples(2);
    const labels = everyLabel(2, CLASSES);
    // Stock layers know nothing of shared rows, so the model repeats them: the same as repeating by hand.
    const shared = seen ? m2.encode(x, labels) : m2.encode(x);
    const byHand = seen ? m2.encode(repeatRows(x, CLASSES), labels) : m2.encode(x);
    expectClose(await read(shared.mean), await read(byHand.mean));
    const z = createNoise(1).normal([2, LATENT]);
    expectClose(await read(m2.decode(z, labels)), await read(m2.decode(repeatRows(z, CLASSES), labels)));
    m2.dispose();
  });

  it('keeps the weights that a user’s own nets come with', async () => {
    const nets = ownNets(true);
    const [kernel] = nets.classifier.getWeights();
    const before = Array.from(await (kernel as Tensor).data());
    const m2 = tinyM2({ nets, seed: createNoise(5) });
    expect(Array.from(await (m2.variables['classifier/layer2/kernel'] as Tensor).data())).toEqual(before);
  });

  it('reads your own trunk: features go from it to classifier and encoder', async () => {
    const nets = {
      trunk: ownNet([[...SHAPE]], [[5]]),
      classifier: ownNet([[5]], [[CLASSES]]),
      encoder: ownNet([[5]], [[LATENT], [LATENT]]),
      decoder: ownNet([[LATENT], [CLASSES]], [[...SHAPE]]),
    };
    const m2 = tinyM2({ nets });
    const { x } = tinyExamples(2);
    const expected = nets.classifier.apply(nets.trunk.apply(x) as Tensor) as Tensor;
    expectClose(await read(m2.classify(x)), await read(expected));
  });

  it.each([
    ['a promise', Promise.resolve(), 'Promise'],
    ['a name', 'conv', '"conv"'],
  ])('refuses %s for a trunk', (_, trunk, came) => {
    const nets = { ...ownNets(false), trunk: trunk as unknown as LayersModel };
    expect(() => tinyM2({ nets, encoderSeesLabel: false })).toThrowError(
      new TypeError(
        `createM2: nets.trunk is ${came}, needed a tfjs-layers model [8,8,1] → one output, apart from the batch axis`,
      ),
    );
  });

  it('frees a preset’s nets once: disposing again does nothing', () => {
    const before = alive();
    const m2 = tinyM2({ nets: CONV });
    m2.dispose();
    expect(alive()).toEqual(before);
    expect(() => m2.dispose()).not.toThrow();
    expect(alive()).toEqual(before);
  });

  it('leaves a user’s own nets to the user, who may make another model of them', async () => {
    const nets = ownNets(true);
    const { x } = tinyExamples(2);
    const before = alive();
    const m2 = tinyM2({ nets });
    const logits = await read(m2.classify(x));
    m2.dispose();
    m2.dispose();
    expect(alive()).toEqual(before);
    expect(await read(tinyM2({ nets }).classify(x))).toEqual(logits);
  });

  it('leaves nothing behind where it fails half-way', () => {
    const before = alive();
    const broken: Noise = { ...createNoise(0), split: () => ({ ...createNoise(0), split: () => broken }) };
    // Its splits draw nothing: `uniforms` is a method of the stream's class, which a copy lacks.
    expect(() => tinyM2({ seed: broken })).toThrowError(TypeError);
    // The preset refuses it only when trunk and classifier are there.
    const latent = Number.MAX_SAFE_INTEGER;
    expect(() => tinyM2({ nets: CONV, latent })).toThrow();
    expect(alive()).toEqual(before);
  });

  const wrong = ownNets(true);
  const net = (inputs: number[][], outputs: number[][]) => ownNet(inputs, outputs);
  const apart = 'apart from the batch axis';
  it.each<[string, Partial<M2Options>, Error]>([
    [
      'no shape',
      { inputShape: [] },
      new RangeError(
        'createM2: inputShape is an array of 0, needed the shape of one example, e.g. [28, 28, 1]',
      ),
    ],
    [
      'an empty axis',
      { inputShape: [8, 0, 1] },
      new RangeError('createM2: an axis of inputShape is 0, needed an integer of at least 1'),
    ],
    ['one class', { classes: 1 }, new RangeError('createM2: classes is 1, needed an integer of at least 2')],
    [
      'a negative number of classes',
      { classes: -1 },
      new RangeError('createM2: classes is -1, needed an integer of at least 2'),
    ],
    [
      'half a latent dimension',
      { latent: 2.5 },
      new RangeError('createM2: latent is 2.5, needed an integer of at least 1'),
    ],
    [
      'a prior of other length',
      { labelPrior: [0.5, 0.5] },
      new RangeError('createM2: labelPrior is an array of 2, needed an array of 3 probabilities'),
    ],
    [
      'a prior with a zero',
      { labelPrior: [0.5, 0.5, 0] },
      new RangeError('createM2: an entry of labelPrior is 0, needed a number in (0, 1]'),
    ],
    [
      'no likelihood',
      { likelihood: {} as M2Options['likelihood'] & object },
      new TypeError('createM2: likelihood is Object, needed a Likelihood such as bernoulli'),
    ],
    [
      'a likelihood that does not say how many parameters it reads',
      { likelihood: { ...bernoulli, parameterShape: () => [0] } },
      new RangeError(
        'createM2: an axis of likelihood.parameterShape([8,8,1]) is 0, needed an integer of at least 1',
      ),
    ],
    [
      'a seed that is a text',
      { seed: '5' as unknown as number },
      new TypeError('createM2: seed is "5", needed a safe integer or a stream of createNoise'),
    ],
    [
      'a word for whether the encoder sees the label',
      { encoderSeesLabel: 'no' as unknown as boolean },
      new RangeError('createM2: encoderSeesLabel is "no", needed one of true, false'),
    ],
    [
      'a net that draws from the host’s generator',
      {
        nets: {
          ...wrong,
          classifier: sequential({
            layers: [
              layers.flatten({ inputShape: [...SHAPE] }),
              layers.dropout({ rate: 0.5 }),
              layers.dense({ units: CLASSES }),
            ],
          }),
        },
      },
      new RangeError(
        'createM2: nets.classifier has the layer "layer1" (Dropout), which draws from a generator that no seed ' +
          'reaches; needed the augment of train, or a layer of your own that draws from the noise of its Pass',
      ),
    ],
    [
      'an unknown preset',
      { nets: 'resnet' as 'mlp' },
      new RangeError(
        'createM2: nets is "resnet", needed "mlp", "conv", "kingma", "report" or tfjs-layers models',
      ),
    ],
    [
      'no nets',
      { nets: null as unknown as 'mlp' },
      new RangeError(
        'createM2: nets is null, needed "mlp", "conv", "kingma", "report" or tfjs-layers models',
      ),
    ],
    [
      'a choice of another preset',
      { nets: { preset: 'conv', widths: [8] } as unknown as 'conv' },
      new RangeError(
        'createM2: nets.widths is not a choice of "conv", needed one of filters, depth, width, activation, norm, sharedTrunk',
      ),
    ],
    [
      'a choice of another kind',
      { nets: { preset: 'mlp', widths: 8 } as unknown as 'mlp' },
      new RangeError('createM2: nets.widths is 8, needed an array of integers'),
    ],
    [
      'no hidden layer',
      { nets: { preset: 'mlp', widths: [] } },
      new RangeError('createM2: the number of widths is 0, needed an integer of at least 1'),
    ],
    [
      'a width of 0',
      { nets: { preset: 'mlp', widths: [0] } },
      new RangeError('createM2: one of widths is 0, needed an integer of at least 1'),
    ],
    [
      'an unknown activation',
      { nets: { preset: 'mlp', activation: 'tanh' } as unknown as 'mlp' },
      new RangeError('createM2: activation is "tanh", needed one of "linear", "relu", "softplus"'),
    ],
    [
      'a missing net',
      { nets: { ...wrong, decoder: undefined } as unknown as 'mlp' },
      new TypeError(
        `createM2: nets.decoder is undefined, needed a tfjs-layers model [3], [3] → [8,8,1], ${apart}`,
      ),
    ],
    [
      'a classifier of other width',
      { nets: { ...wrong, classifier: net([[8, 8, 1]], [[4]]) } },
      new RangeError(`createM2: nets.classifier maps [8,8,1] → [4], needed [8,8,1] → [3], ${apart}`),
    ],
    [
      'an encoder without its second head',
      { nets: { ...wrong, encoder: net([[8, 8, 1], [3]], [[3]]) } },
      new RangeError(
        `createM2: nets.encoder maps [8,8,1], [3] → [3], needed [8,8,1], [3] → [3], [3], ${apart}`,
      ),
    ],
    [
      'an encoder that sees a label against the option',
      { nets: wrong, encoderSeesLabel: false },
      new RangeError(
        `createM2: nets.encoder maps [8,8,1], [3] → [3], [3], needed [8,8,1] → [3], [3], ${apart}`,
      ),
    ],
    [
      'a decoder without room for the variance',
      { nets: wrong, likelihood: gaussianObservation({ variance: 'learned' }) },
      new RangeError(`createM2: nets.decoder maps [3], [3] → [8,8,1], needed [3], [3] → [8,8,2], ${apart}`),
    ],
  ])('refuses %s', (_, options, error) => {
    const before = alive();
    expect(() => tinyM2(options)).toThrowError(error);
    expect(alive()).toEqual(before);
  });

  it('says which shapes its functions need', () => {
    const m2 = tinyM2();
    const x = zeros([2, 64]);
    const message = 'classify: x has shape [2,64], needed [B,8,8,1]';
    expect(() => m2.classify(x)).toThrowError(new RangeError(message));
    expect(() => m2.encode(zeros([2, ...SHAPE]))).toThrowError(
      new TypeError('encode: y is undefined, needed labels [B,K], as this posterior is q(z|x,y)'),
    );
    expect(() => m2.encode(zeros([2, ...SHAPE]), zeros([2, 4]))).toThrowError(
      new RangeError('encode: y has shape [2,4], needed [R,3]'),
    );
    expect(() => m2.encode(zeros([2, ...SHAPE]), zeros([3, 3]))).toThrowError(
      new RangeError('labels: y has 3 rows, needed a multiple of the 2 rows beside it'),
    );
    expect(() => m2.decode(zeros([2, 4]), zeros([2, 3]))).toThrowError(
      new RangeError('decode: z has shape [2,4], needed [N,3]'),
    );
    expect(() => m2.generate([0, 3], createNoise(0))).toThrowError(
      new RangeError('generate: label 1 is 3, needed an integer from 0 to 2'),
    );
    expect(() => m2.generate([], createNoise(0))).toThrowError(
      new RangeError('generate: labels are empty, needed at least one'),
    );
    expect(() => m2.generate([0], undefined as unknown as Noise)).toThrowError(
      new TypeError('generate: seed is undefined, needed a safe integer or a stream of createNoise'),
    );
  });
});
