/** The nets of the auxiliary deep generative models: the preset `mlp`. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { checked, readOptions } from '../core/options';
import { type Activation, activationName } from './activation';
import { concatenated, dense, flatOutput, gaussianHeads, hiddenStack } from './building';
import { inputOf } from './description';
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

const DEFAULTS = { widths: [500, 500], activation: 'relu', norm: 'batch' } as const;

/**
 * Five fully connected nets. What has one row for each example (x, and a) is concatenated and enters the first layer apart
 * from what has a row for each label (y, and z): the product with x is computed once for all labels of an example.
 */
export const MLP_AUXILIARY: NetPreset<AuxiliaryShape, AuxiliaryMlpOptions, keyof AuxiliaryNets> = {
  choices: MLP_CHOICES,
  defaults: DEFAULTS,
  describe(where, shape, options) {
    const { inputShape, outputShape, classes, latent, auxiliary, decoderSeesAuxiliary } = shape;
    const { widths, ...hidden } = readOptions(where, options, {
      widths: checked<readonly number[]>(assertWidths, DEFAULTS.widths),
      activation: activationName<'relu' | 'softplus'>(DEFAULTS.activation),
      norm: normName(DEFAULTS.norm),
    });
    const inputs = () => ({
      x: inputOf(inputShape, 'x'),
      a: inputOf([auxiliary], 'a'),
      z: inputOf([latent], 'z'),
      y: inputOf([classes], 'y'),
    });
    const [ofA, ofY, ofZ, toA, toX] = [inputs(), inputs(), inputs(), inputs(), inputs()];
    const backwards = [...widths].reverse();
    const seenWithA = ({ a, x }: ReturnType<typeof inputs>) => concatenated('seen', [a, flat(x)]);
    const code = ({ z, y }: ReturnType<typeof inputs>) => concatenated('code', [z, y]);
    return {
      auxiliaryEncoder: {
        inputs: [ofA.x],
        outputs: gaussianHeads(auxiliary, hiddenStack(widths, hidden, flat(ofA.x))),
      },
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
            outputs: gaussianHeads(auxiliary, hiddenStack(widths, hidden, flat(toA.x), code(toA))),
          },
      decoder: decoderSeesAuxiliary
        ? {
            inputs: [toX.a, toX.z, toX.y],
            outputs: [flatOutput(outputShape, hiddenStack(backwards, hidden, toX.a, code(toX)))],
          }
        : {
            inputs: [toX.z, toX.y],
            outputs: [flatOutput(outputShape, hiddenStack(backwards, hidden, toX.z, toX.y))],
          },
    };
  },
};
