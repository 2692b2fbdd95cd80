/** The nets of M1+M2: those of M1 around those of an M2 on its features. */
import { checked, integersFrom, number, readOptions } from '../core/options';
import { type Activation, activationName } from './activation';
import { dense, flatOutput, gaussianHeads, type HiddenOptions, hiddenStack } from './building';
import { CONV_DEFAULTS } from './conv';
import { assertHalves, convFeatures, convImage } from './convStacks';
import { inputOf, type Net, type Node } from './description';
import { flat } from './mlp';
import { type Norm, normName } from './norm';
import { COUNT, COUNTS, NAME, type NetPreset } from './preset';
import { assertWidths, DEEPEST, type PresetShape } from './semiSupervisedNets';

/** What a preset needs to know of the model that it is made for. */
export interface M1M2Shape extends Pick<PresetShape, 'inputShape' | 'classes' | 'latent' | 'outputShape'> {
  /** F, width of z1 */
  readonly features: number;
  /** C, covariates of each example; absent where the nets read none */
  readonly covariates?: number | undefined;
}

/** Names of the nets, in the order of the model's variables. */
type Names = 'encoder' | 'classifier' | 'latentEncoder' | 'featurePrior' | 'decoder';

/** A preset of the nets of M1+M2. */
type M1M2NetPreset<Choices> = NetPreset<M1M2Shape, Choices, Names>;

/** What both presets let you choose of the hidden layers. */
interface M1M2HiddenOptions {
  /** widths of the hidden layers of q(y|z1) and q(z2|z1,y), and reversed of p(z1|z2,y); default [500] (Kingma 2014, §4.3) */
  readonly innerWidths?: readonly number[];
  /** default `'relu'`; Kingma 2014 has `'softplus'` */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** normalization before each hidden activation; default `'batch'` */
  readonly norm?: Norm;
}

/** Choices of the fully connected preset. */
export interface MlpM1M2Options extends M1M2HiddenOptions {
  /** widths of the hidden layers of q(z1|x), and reversed of p(x|z1); default [600, 600] (Kingma 2014, §4.3) */
  readonly widths?: readonly number[];
}

/** Choices of the convolutional preset. */
export interface ConvM1M2Options extends M1M2HiddenOptions {
  /** channels of the convolutions that halve the image; default [32, 64] (the report) */
  readonly filters?: readonly number[];
  /** convolutions to each halving of the image, the last of which halves, from 1 to 100; default 1 (the report) */
  readonly depth?: number;
  /** width of the dense layers behind the convolutions and ahead of them; default 512 (the report) */
  readonly width?: number;
}

const HIDDEN_CHOICES = { innerWidths: COUNTS, activation: NAME, norm: NAME } as const;

const HIDDEN_DEFAULTS = { innerWidths: [500], activation: 'relu', norm: 'batch' } as const;

const hiddenRules = () => ({
  innerWidths: checked(assertWidths, HIDDEN_DEFAULTS.innerWidths),
  activation: activationName<'relu' | 'softplus'>(HIDDEN_DEFAULTS.activation),
  norm: normName(HIDDEN_DEFAULTS.norm),
});

/** An input for the covariates, where there are some. */
const covariateInput = ({ covariates }: M1M2Shape): Node | undefined =>
  covariates === undefined ? undefined : inputOf([covariates], 'covariates');

const inputsOf = (first: Node, second: Node | undefined): readonly Node[] =>
  second ? [first, second] : [first];

/** The nets that see no x: q(y|z1), q(z2|z1,y) and p(z1|z2,y). */
const innerNets = (
  { classes, latent, features }: M1M2Shape,
  widths: readonly number[],
  hidden: HiddenOptions,
): Readonly<Record<'classifier' | 'latentEncoder' | 'featurePrior', Net>> => {
  const [toClassify, toEncode] = [inputOf([features], 'z1'), inputOf([features], 'z1')];
  const [seen, y, z2] = [inputOf([classes], 'y'), inputOf([classes], 'y'), inputOf([latent], 'z2')];
  const logits = dense('logits', classes, 'linear', hiddenStack(widths, hidden, toClassify));
  return {
    classifier: { inputs: [toClassify], outputs: [logits] },
    latentEncoder: {
      inputs: [toEncode, seen],
      outputs: gaussianHeads(latent, hiddenStack(widths, hidden, toEncode, seen)),
    },
    featurePrior: {
      inputs: [z2, y],
      outputs: gaussianHeads(features, hiddenStack([...widths].reverse(), hidden, z2, y)),
    },
  };
};

/** Fully connected nets; images are flattened in row-major NHWC order. Covariates enter the first hidden layers. */
export const MLP_M1M2: M1M2NetPreset<MlpM1M2Options> = {
  choices: { widths: COUNTS, ...HIDDEN_CHOICES },
  defaults: { widths: [600, 600], ...HIDDEN_DEFAULTS },
  describe(where, shape, options) {
    const { widths, innerWidths, ...hidden } = readOptions(where, options, {
      widths: checked(assertWidths, MLP_M1M2.defaults.widths),
      ...hiddenRules(),
    });
    const [x, z1] = [inputOf(shape.inputShape, 'x'), inputOf([shape.features], 'z1')];
    const [seen, given] = [covariateInput(shape), covariateInput(shape)];
    const { classifier, latentEncoder, featurePrior } = innerNets(shape, innerWidths, hidden);
    return {
      encoder: {
        inputs: inputsOf(x, seen),
        outputs: gaussianHeads(shape.features, hiddenStack(widths, hidden, flat(x), seen)),
      },
      classifier,
      latentEncoder,
      featurePrior,
      decoder: {
        inputs: inputsOf(z1, given),
        outputs: [flatOutput(shape.outputShape, hiddenStack([...widths].reverse(), hidden, z1, given))],
      },
    };
  },
};

/** The report's convolutions around dense nets. Covariates enter a dense layer behind the convolutions, and the decoder's first. */
export const CONV_M1M2: M1M2NetPreset<ConvM1M2Options> = {
  choices: { filters: COUNTS, depth: COUNT, width: COUNT, ...HIDDEN_CHOICES },
  defaults: {
    filters: CONV_DEFAULTS.filters,
    depth: CONV_DEFAULTS.depth,
    width: CONV_DEFAULTS.width,
    ...HIDDEN_DEFAULTS,
  },
  describe(where, shape, options) {
    const { defaults } = CONV_M1M2;
    const { filters, depth, width, innerWidths, ...hidden } = readOptions(where, options, {
      filters: checked(assertWidths, defaults.filters),
      depth: number(integersFrom(1, DEEPEST), defaults.depth),
      width: number(integersFrom(1), defaults.width),
      ...hiddenRules(),
    });
    assertHalves(where, { ...shape, filters });
    const conv = { inputShape: shape.inputShape, filters, depth, width };
    const [x, z1] = [inputOf(shape.inputShape, 'x'), inputOf([shape.features], 'z1')];
    const [seen, given] = [covariateInput(shape), covariateInput(shape)];
    const { classifier, latentEncoder, featurePrior } = innerNets(shape, innerWidths, hidden);
    const features = convFeatures(conv, hidden, x);
    const encoded = seen ? hiddenStack([width], hidden, features, seen) : features;
    const channels = shape.outputShape.at(-1) as number;
    return {
      encoder: { inputs: inputsOf(x, seen), outputs: gaussianHeads(shape.features, encoded) },
      classifier,
      latentEncoder,
      featurePrior,
      decoder: {
        inputs: inputsOf(z1, given),
        outputs: [convImage(conv, channels, hidden, hiddenStack([width], hidden, z1, given))],
      },
    };
  },
};
