/** Models of every kind, preset and likelihood, and what their parts give: for formats that others read. */
import {
  add,
  fill,
  mul,
  oneHot,
  scalar,
  softmax,
  type Tensor,
  tensor,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { input, layers, model as net, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { createNoise, type Noise } from '../../src/core/noise';
import * as ssvae from '../../src/index';
import { fixedNoise } from './fixedNoise';
import {
  CLASSES,
  CONV,
  LATENT,
  MLP,
  tinyAae,
  tinyAdgm,
  tinyLadder,
  tinyM1,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  tinySdgm,
  tinyStacked,
  tinyToken,
} from './tiny';

/** A ready model of any kind. */
export type Ready = ssvae.ReadyModels[ssvae.ModelKind];

const DEEP = { ...CONV, depth: 2, norm: 'batch' } as const;
const REPORT = { preset: 'report', filters: [3, 4], width: 8 } as const;
const KINGMA = { preset: 'kingma', widths: [8, 6] } as const;
const IMAGES = ssvae.gaussianObservation({ variance: 'learned' });

/** A table with a column of each type, some values of which are missing. */
export const TABLE = [
  { mass: 3.5, island: 'Dream', wild: true, eggs: 2, kind: 'a' },
  { mass: 4.25, island: 'Biscoe', wild: false, eggs: 0, kind: 'b' },
  { mass: null, island: 'Dream', wild: true, eggs: 90, kind: 'a' },
  { mass: 5, island: null, wild: false, eggs: 1, kind: 'b' },
];
const VECTORS = [
  [1, 5, 0],
  [2, 7, 0],
  [4, 6, 0],
];

/** A VAE of vectors of a likelihood. */
const ofVectors = (width: number, likelihood: ssvae.Likelihood) => () =>
  tinyM1({ inputShape: [width], nets: MLP, likelihood });

const counts = ssvae.negativeBinomial;

/** A model of each kind, preset, normalization and likelihood, by name. */
export const PORTABLE: Readonly<Record<string, () => Ready>> = {
  'vae mlp batch': () => tinyM1({ nets: { ...MLP, widths: [8, 6], norm: 'batch' } }),
  'vae mlp layer': () => tinyM1({ nets: { ...MLP, activation: 'relu', norm: 'layer' } }),
  'vae conv batch': () => tinyM1({ nets: DEEP }),
  'vae conv layer': () => tinyM1({ nets: { ...CONV, norm: 'layer' }, likelihood: IMAGES }),
  'vae kingma': () => tinyM1({ nets: KINGMA }),
  'vae report': () => tinyM1({ nets: REPORT }),
  'vae bernoulli': ofVectors(4, ssvae.bernoulli),
  'vae continuousBernoulli': ofVectors(4, ssvae.continuousBernoulli),
  'vae discretizedLogistic': ofVectors(4, ssvae.discretizedLogistic()),
  'vae discretizedLogistic sharp': () => {
    const model = ofVectors(4, ssvae.discretizedLogistic())();
    const bias = tensor1d([0.2, 0.5, 0.7, 1.5, -12, -12, -12, -12]);
    model.variables['decoder/output/bias']?.assign(bias);
    bias.dispose();
    return model;
  },
  'vae discretizedLogistic mixture': ofVectors(
    4,
    ssvae.discretizedLogistic({ bins: 8, low: -1, mixture: 3 }),
  ),
  'vae gaussian fixed': ofVectors(4, ssvae.gaussianObservation({ sigma: 0.5 })),
  'vae gaussian shared': () => ofVectors(4, ssvae.gaussianObservation({ variance: 'shared', columns: 4 }))(),
  'vae gaussian optimal': () => ofVectors(4, ssvae.gaussianObservation({ variance: 'optimal' }))(),
  'vae poisson': ofVectors(4, ssvae.poisson),
  'vae multinomial': ofVectors(4, ssvae.multinomial({ total: 5, netInput: 'log1p' })),
  'vae negativeBinomial shared': () => ofVectors(4, counts({ columns: 4, netInput: 'log1p' }))(),
  'vae negativeBinomial learned': ofVectors(4, counts({ dispersion: 'learned', zeroInflated: true })),
  'vae categorical': ofVectors(5, ssvae.categoricalObservation({ levels: [3, 2] })),
  'm2 mlp none': () => tinyM2({ nets: { ...MLP, activation: 'relu' } }),
  'm2 mlp batch': () => tinyM2({ nets: { ...MLP, norm: 'batch' }, temperature: 1.5 }),
  'm2 mlp layer': () => tinyM2({ nets: { ...MLP, norm: 'layer' }, encoderSeesLabel: false }),
  'm2 mlp trunk': () => tinyM2({ nets: { ...MLP, norm: 'batch', sharedTrunk: true } }),
  'm2 conv batch': () => tinyM2({ nets: DEEP }),
  'm2 conv layer': () => tinyM2({ nets: { ...CONV, norm: 'layer', sharedTrunk: false }, likelihood: IMAGES }),
  'm2 conv label': () => tinyM2({ nets: { ...CONV, norm: 'batch' }, encoderSeesLabel: true }),
  'm2 kingma': () => tinyM2({ nets: KINGMA }),
  'm2 report': () => tinyM2({ nets: REPORT }),
  'm2 columns': () =>
    ssvae.createM2({
      data: ssvae.columns(TABLE, { label: 'kind', types: { eggs: 'count' } }),
      latent: 2,
      nets: MLP,
      seed: 1,
    }),
  'm2 vectors': () =>
    ssvae.createM2({
      data: ssvae.vectors(VECTORS, { labels: ['a', 'b', 'a'] }),
      latent: 2,
      nets: MLP,
      seed: 1,
    }),
  'conditional marginal': () => tinyMarginal({ nets: { ...MLP, norm: 'batch' } }),
  'conditional token': () => tinyToken(),
  'conditional token conv': () => tinyToken({ nets: DEEP }),
  'm1m2 mlp': () => tinyM1M2(),
  'm1m2 mlp covariates': () => tinyM1M2({ covariates: 2, nets: { ...MLP, innerWidths: [8], norm: 'batch' } }),
  'm1m2 conv': () => tinyM1M2({ nets: { ...DEEP, innerWidths: [8] } }),
  'm1m2 conv covariates': () =>
    tinyM1M2({ covariates: 2, nets: { ...CONV, innerWidths: [8], norm: 'layer' } }),
  stackedM2: () => tinyStacked(),
  'stackedM2 layer': () => tinyStacked({ nets: { ...MLP, norm: 'layer' } }),
  adgm: () => tinyAdgm({ nets: { ...MLP, norm: 'batch' } }),
  sdgm: () => tinySdgm({ nets: { ...MLP, widths: [8, 6], norm: 'layer' } }),
  ladder: () => tinyLadder(),
  'ladder of three': () =>
    tinyLadder({
      latents: [3, 2, 2],
      nets: { preset: 'mlp', widths: [8, 6, 5], norm: 'batch' },
      decoderSeesLabel: true,
    }),
  aae: () => tinyAae({ nets: { ...MLP, discriminatorWidths: [8], norm: 'batch' } }),
  'aae ring': () => tinyAae({ latent: 2, classPrior: ssvae.gaussianRing({ classes: CLASSES }) }),
  'aae roll': () => tinyAae({ latent: 2, classPrior: ssvae.swissRoll({ classes: CLASSES, sd: 0.5 }) }),
};

/** A model of the list whose weights and statistics are all off their first values. */
export const portable = (name: string): Ready => {
  const model = (PORTABLE[name] as () => Ready)();
  for (const [variable, one] of Object.entries(model.variables)) {
    const noise = createNoise(7).split(variable);
    const shift = /Variance$/.test(variable) ? noise.uniforms(one.size) : noise.normals(one.size);
    tidy(() => one.assign(add(one, mul(0.1, tensor(shift, one.shape)))));
  }
  return model;
};

/** An M2 of nets of your own: stock layers, a net within a net, and a layer of the library on an odd size. */
export const ofOwnNets = (): ssvae.M2 => {
  const trunk = sequential({
    name: 'trunk',
    layers: [
      layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', inputShape: [5, 6, 1] }),
      layers.batchNormalization({ scale: false }),
      layers.activation({ activation: 'elu' }),
      layers.conv2d({
        filters: 2,
        kernelSize: [2, 3],
        padding: 'valid',
        useBias: false,
        activation: 'tanh',
      }),
      new ssvae.StridedConv({ name: 'halved', filters: 2 }),
      layers.flatten(),
    ],
  });
  const features = input({ shape: [2] });
  const inner = sequential({
    layers: [layers.dense({ units: 4, activation: 'softsign', inputShape: [2] })],
  });
  const logits = layers.dense({ units: 3 }).apply(inner.apply(features)) as SymbolicTensor;
  const [given, z, y] = [input({ shape: [2] }), input({ shape: [LATENT] }), input({ shape: [3] })];
  const dense = (units: number, from: SymbolicTensor) =>
    layers.dense({ units }).apply(from) as SymbolicTensor;
  const code = layers.concatenate().apply([z, y]) as SymbolicTensor;
  const image = layers.reshape({ targetShape: [5, 6, 1] }).apply(dense(30, code)) as SymbolicTensor;
  const nets = {
    trunk,
    classifier: net({ inputs: features, outputs: logits }),
    encoder: net({ inputs: given, outputs: [dense(LATENT, given), dense(LATENT, given)] }),
    decoder: net({ inputs: [z, y], outputs: image }),
  };
  return tinyM2({ inputShape: [5, 6, 1], nets });
};

/** Tensors by name. */
type Tensors = Readonly<Record<string, Tensor>>;

/** A part of a model: what it is given, and what the model makes of it. */
export interface ExpectedPart {
  readonly inputs: Tensors;
  readonly outputs: Tensors;
}

/** Inputs within the support of a likelihood. */
const examplesOf = ({ inputShape, likelihood }: Ready, rows: number): Tensor => {
  const size = rows * inputShape.reduce((product, axis) => product * axis, 1);
  const values = createNoise(3).uniforms(size);
  const { support } = likelihood;
  const isCount =
    support !== undefined && !Array.isArray(support) && 'integers' in support && support.max > 1;
  return tensor(isCount ? values.map((u) => Math.floor(20 * u)) : values, [rows, ...inputShape]);
};

const normals = (name: string, rows: number, width: number): Tensor =>
  createNoise(4).split(name).normal([rows, width]);

const gaussians = (found: ssvae.Gaussian | readonly ssvae.Gaussian[]): Tensors =>
  Object.fromEntries(
    [found].flat().flatMap(({ mean, logVar }, i) => {
      const end = i === 0 ? '' : `.${i + 1}`;
      return [
        [`mean${end}`, mean],
        [`logVar${end}`, logVar],
      ];
    }),
  );

const kindOf = ({ spec }: Ready): string => (spec as { readonly model: string }).model;

/** One-hot labels of rows. */
const labelsOf = (rows: number, classes: number): Tensor =>
  oneHot(
    tensor1d(
      Array.from({ length: rows }, (_, i) => (2 * i + 1) % classes),
      'int32',
    ),
    classes,
    1,
    0,
    'float32',
  );

/**
 * Each part that a model has, at some inputs; tensors belong to the caller.
 *
 * @param rows B
 */
export function expectedParts(model: Ready, rows: number): Readonly<Record<string, ExpectedPart>> {
  const x = examplesOf(model, rows);
  const decoded = (inputs: Tensors, parameters: Tensor): ExpectedPart => ({
    inputs,
    outputs: { parameters, mean: model.likelihood.mean(parameters) },
  });
  if (kindOf(model) === 'vae') {
    const vae = model as ssvae.GaussianVae;
    const z = normals('z', rows, vae.latent);
    return {
      encoder: { inputs: { x }, outputs: gaussians(vae.encode(x)) },
      decoder: decoded({ z }, vae.decode(z)),
    };
  }
  if (kindOf(model) === 'conditional' && 'missing' in model && model.missing === 'token') {
    const [y, z] = [labelsOf(rows, model.classes + 1), normals('z', rows, model.latent)];
    return {
      encoder: { inputs: { x, y }, outputs: gaussians(model.encode(x, y)) },
      decoder: decoded({ z, y }, model.decode(z, y)),
    };
  }
  const classified = model as Exclude<Ready, ssvae.GaussianVae | ssvae.TokenConditionalVae>;
  const y = labelsOf(rows, classified.classes);
  const covariates =
    classified.covariates === undefined ? undefined : normals('covariates', rows, classified.covariates);
  const known = covariates && { covariates };
  const logits = classified.classify(x, known);
  const temperature = classified.temperature ?? 1;
  const probabilities = tidy(() => softmax(mul(logits, 1 / temperature)));
  return {
    classifier: { inputs: { x, ...known }, outputs: { logits, probabilities } },
    ...encoderAndDecoder(classified, x, y, known, decoded),
  };
}

function encoderAndDecoder(
  model: Exclude<Ready, ssvae.GaussianVae | ssvae.TokenConditionalVae>,
  x: Tensor,
  y: Tensor,
  known: ssvae.Known | undefined,
  decoded: (inputs: Tensors, parameters: Tensor) => ExpectedPart,
): Readonly<Record<string, ExpectedPart>> {
  const rows = x.shape[0] as number;
  if ('m1' in model) {
    const z = normals('z', rows, model.m1.latent);
    return {
      encoder: { inputs: { x }, outputs: gaussians(model.m1.encode(x)) },
      decoder: decoded({ z }, model.m1.decode(z)),
    };
  }
  if ('features' in model) {
    const z = normals('z', rows, model.features);
    const beside = { ...(known as Tensors | undefined) };
    return {
      encoder: { inputs: { x, ...beside }, outputs: gaussians(model.encode(x, known)) },
      decoder: decoded({ z, ...beside }, model.decode(z, known)),
    };
  }
  if ('latents' in model) {
    const z = normals('z', rows, model.latents[0] as number);
    return {
      encoder: { inputs: { x, y }, outputs: gaussians(model.encode(x, y)) },
      decoder: decoded(model.decoderSeesLabel ? { z, y } : { z }, model.decode(z, y)),
    };
  }
  const z = normals('z', rows, model.latent);
  if ('codeDiscriminator' in model) {
    const { z: code } = model.encode(x);
    return {
      encoder: { inputs: { x }, outputs: { z: code } },
      decoder: decoded(model.classPrior ? { z } : { z, y }, model.decode(z, y)),
    };
  }
  // The auxiliary models have no functions of their own for this: `reconstruct` runs encoder and decoder in succession.
  if ('auxiliary' in model) return {};
  return model.encoderSeesLabel
    ? {
        encoder: { inputs: { x, y }, outputs: gaussians(model.encode(x, y)) },
        decoder: decoded({ z, y }, model.decode(z, y)),
      }
    : {
        encoder: { inputs: { x }, outputs: gaussians(model.encode(x)) },
        decoder: decoded({ z, y }, model.decode(z, y)),
      };
}

/** A stream whose normal draws are all one number, so that another language can draw the same, and its uniform ones Φ of it. */
export const constantNoise = (value: number, phi: number): Noise => {
  const stream: Noise = {
    ...fixedNoise(scalar(0)),
    split: () => stream,
    normal: (shape) => fill([...shape], value),
    uniform: (shape) => fill([...shape], phi),
  };
  return stream;
};

/** Class indices that examples are generated of; every model of the list has two classes at least. */
export const GENERATED = [0, 1, 0];

/** Covariates that examples are generated at. */
export const GENERATED_AT = [[1, 0], [0, 1], [1, 1]]; // biome-ignore format: rows

/** What `generate` gives at a stream: an example of each of the labels, or as many without labels. */
export const generatedAt = (model: Ready, noise: Noise): Tensor => {
  if (kindOf(model) === 'vae') return (model as ssvae.GaussianVae).generate(GENERATED.length, noise);
  const options = model.covariates === undefined ? undefined : { covariates: tensor2d(GENERATED_AT) };
  return (model as ssvae.M2).generate(GENERATED, noise, options);
};
