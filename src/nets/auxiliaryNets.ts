/** The nets of the auxiliary deep generative models: the presets `mlp` and `conv`. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checked, readOptions } from '../core/options';
import { type Activation, activationName } from './activation';
import { concatenated, dense, flatOutput, gaussianHeads, type HiddenOptions, hiddenStack } from './building';
import { CONV_CHOICES, CONV_DEFAULTS, type ConvOptions, convRules } from './conv';
import { assertHalves, convFeatures, convImage } from './convStacks';
import { inputOf, type Net, type Node } from './description';
import { flat, MLP_CHOICES } from './mlp';
import { type Norm, normName } from './norm';
import type { NetPreset } from './preset';
import { assertWidths, type PresetShape } from './semiSupervisedNets';

/** The five nets, as tfjs-layers models of these inputs and outputs (B the batch axis, R a multiple of it). */
export interface AuxiliaryNets {
  /** x [B, …] → mean and log-variance of q(a|x), [B, A] each */
  readonly auxiliaryEncoder: LayersModel;
  /** a [B, A], x [B, …] → logits of q(y|a,x), [B, K] */
  readonly classifier: LayersModel;
  /** a [B, A], x [B, …], y [R, K] → mean and log-variance of q(z|a,x,y), [R, Z] each */
  readonly encoder: LayersModel;
  /** ADGM: x [B, …], z [R, Z], y [R, K]; SDGM: z, y → mean and log-variance of p(a|x,z,y) or p(a|z,y), [R, A] each */
  readonly auxiliaryDecoder: LayersModel;
  /** ADGM: z [R, Z], y [R, K]; SDGM: a [B, A], z, y → parameters of p(x|z,y) or p(x|a,z,y), [R, …] */
  readonly decoder: LayersModel;
}

/** What the preset needs to know of the model it is made for. */
export interface AuxiliaryShape extends Omit<PresetShape, 'encoderSeesLabel'> {
  /** A, the width of a */
  readonly auxiliary: number;
  /** whether a is part of the process of x, as in SDGM: then p(a|z,y) and p(x|a,z,y), else p(a|x,z,y) and p(x|z,y) */
  readonly decoderSeesAuxiliary: boolean;
}

/** Choices of the preset. */
export interface AuxiliaryMlpOptions {
  /** widths of the hidden layers of each net, in the order of the data; default [500, 500], as in the code of Maaløe et al. 2016 */
  readonly widths?: readonly number[];
  /** default `'relu'` */
  readonly activation?: Exclude<Activation, 'linear'>;
  /** normalization before each hidden activation; default `'batch'` */
  readonly norm?: Norm;
}

/** Choices of the convolutional preset. */
export type AuxiliaryConvOptions = Omit<ConvOptions, 'sharedTrunk'>;

const DEFAULTS = { widths: [500, 500], activation: 'relu', norm: 'batch' } as const;

/** What the nets of a preset are made of. */
interface Parts {
  /** widths of the hidden layers behind what is seen, in the order of the data */
  readonly widths: readonly number[];
  readonly hidden: HiddenOptions;
  /** x as one row of features */
  readonly featuresOf: (x: Node) => Node;
  /** x behind hidden layers */
  readonly encodedOf: (x: Node) => Node;
  /** parameters of p(x|·) from the last hidden layer */
  readonly imageOf: (from: Node) => Node;
}

/**
 * The five nets. What has one row for each example (x, and a) is concatenated and enters the first layer apart from what has a
 * row for each label (y, and z): the product with x is computed once for all labels of an example.
 */
const auxiliaryNets = (
  { inputShape, classes, latent, auxiliary, decoderSeesAuxiliary }: AuxiliaryShape,
  { widths, hidden, featuresOf, encodedOf, imageOf }: Parts,
): Readonly<Record<keyof AuxiliaryNets, Net>> => {
  const inputs = () => ({
    x: inputOf(inputShape, 'x'),
    a: inputOf([auxiliary], 'a'),
    z: inputOf([latent], 'z'),
    y: inputOf([classes], 'y'),
  });
  const [ofA, ofY, ofZ, toA, toX] = [inputs(), inputs(), inputs(), inputs(), inputs()];
  const backwards = [...widths].reverse();
  const seenWithA = ({ a, x }: ReturnType<typeof inputs>) => concatenated('seen', [a, featuresOf(x)]);
  const code = ({ z, y }: ReturnType<typeof inputs>) => concatenated('code', [z, y]);
  return {
    auxiliaryEncoder: { inputs: [ofA.x], outputs: gaussianHeads(auxiliary, encodedOf(ofA.x)) },
    classifier: {
      inputs: [ofY.a, ofY.x],
      outputs: [dense('logits', classes, 'linear', hiddenStack(widths, hidden, seenWithA(ofY)))],
    },
    encoder: {
      inputs: [ofZ.a, ofZ.x, ofZ.y],
      outputs: gaussianHeads(latent, hiddenStack(widths, hidden, seenWithA(ofZ), ofZ.y)),
    },
    auxiliaryDecoder: decoderSeesAuxiliary
      ? {
          inputs: [toA.z, toA.y],
          outputs: gaussianHeads(auxiliary, hiddenStack(backwards, hidden, toA.z, toA.y)),
        }
      : {
          inputs: [toA.x, toA.z, toA.y],
          outputs: gaussianHeads(auxiliary, hiddenStack(widths, hidden, featuresOf(toA.x), code(toA))),
        },
    decoder: decoderSeesAuxiliary
      ? {
          inputs: [toX.a, toX.z, toX.y],
          outputs: [imageOf(hiddenStack(backwards, hidden, toX.a, code(toX)))],
        }
      : {
          inputs: [toX.z, toX.y],
          outputs: [imageOf(hiddenStack(backwards, hidden, toX.z, toX.y))],
        },
  };
};

/** Fully connected nets; images are flattened in row-major NHWC order. */
export const MLP_AUXILIARY: NetPreset<AuxiliaryShape, AuxiliaryMlpOptions, keyof AuxiliaryNets> = {
  choices: MLP_CHOICES,
  defaults: DEFAULTS,
  describe(where, shape, options) {
    const { widths, ...hidden } = readOptions(where, options, {
      widths: checked<readonly number[]>(assertWidths, DEFAULTS.widths),
      activation: activationName<'relu' | 'softplus'>(DEFAULTS.activation),
      norm: normName(DEFAULTS.norm),
    });
    return auxiliaryNets(shape, {
      widths,
      hidden,
      featuresOf: flat,
      encodedOf: (x) => hiddenStack(widths, hidden, flat(x)),
      imageOf: (from) => flatOutput(shape.outputShape, from),
    });
  },
};

/** The report's convolutions in each net that reads or gives an image, and one hidden layer where a, z or y enters. */
export const CONV_AUXILIARY: NetPreset<AuxiliaryShape, AuxiliaryConvOptions, keyof AuxiliaryNets> = {
  choices: CONV_CHOICES,
  defaults: CONV_DEFAULTS,
  describe(where, shape, options) {
    const { filters, depth, width, ...hidden } = readOptions(where, options, convRules(CONV_DEFAULTS));
    assertHalves(where, { ...shape, filters });
    const conv = { inputShape: shape.inputShape, filters, depth, width };
    const featuresOf = (x: Node): Node => convFeatures(conv, hidden, x);
    return auxiliaryNets(shape, {
      widths: [width],
      hidden,
      featuresOf,
      encodedOf: featuresOf,
      imageOf: (from) => convImage(conv, shape.outputShape.at(-1) as number, hidden, from),
    });
  },
};
