/** Choice of the nets of an M1 model. */
import { optionsOf } from '../../core/assert';
import { isRecord } from '../../files/json';
import { outputShapeOf } from '../../nets/semiSupervisedNets';
import {
  type ConvVaeOptions,
  convVaeNets,
  convVaeValues,
  type MlpVaeOptions,
  mlpVaeNets,
  mlpVaeValues,
  type VaeNets,
  type VaeShape,
} from '../../nets/vaeNets';
import { assertOwnNet, COMMON_CHOICES, presetFrom } from '../presets';

/** A preset with its choices. */
export type M1Preset =
  | ({
      /**
       * dense layers on flat inputs; default [600, 600] of softplus (Kingma 2014, §4.3), each behind batch norm, which
       * Kingma 2014 has not: codes of deep decoders otherwise stay unused (Sønderby et al. 2016)
       */
      readonly preset: 'mlp';
    } & MlpVaeOptions)
  | ({
      /** convolutions on images [H, W, C], those of `convNets`; batch norm by default here too */
      readonly preset: 'conv';
    } & ConvVaeOptions);

/** A preset by name, a preset with its choices, or one's own tfjs-layers models. */
export type M1Nets = M1Preset['preset'] | M1Preset | VaeNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: M1Nets): nets is VaeNets => isRecord(nets) && !('preset' in nets);

/**
 * A preset with its choices, from what a user or a file gives.
 *
 * @throws RangeError when it is no preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): M1Preset =>
  presetFrom<M1Preset>(where, nets, COMMON_CHOICES);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (shape: VaeShape, { preset, ...choices }: M1Preset): readonly number[] =>
  preset === 'mlp' ? mlpVaeValues(shape, choices) : convVaeValues(shape, choices);

/**
 * The nets themselves: built, or a user's own after a check of their shapes and layers.
 *
 * @throws TypeError or RangeError when one's own net is missing, of other shapes, or draws random numbers; the message
 *   names the net, its shapes and the shapes needed
 */
export function resolveNets(nets: M1Preset | VaeNets, shape: VaeShape): VaeNets {
  if (isOwn(nets)) {
    optionsOf('createM1', nets, { encoder: true, decoder: true }, 'nets');
    const { inputShape, latent } = shape;
    const output = outputShapeOf(shape);
    assertOwnNet('createM1', 'encoder', nets.encoder, [inputShape], [[latent], [latent]]);
    assertOwnNet('createM1', 'decoder', nets.decoder, [[latent]], [output]);
    return nets;
  }
  const { preset, ...choices } = nets;
  return preset === 'mlp' ? mlpVaeNets('createM1', shape, choices) : convVaeNets('createM1', shape, choices);
}
