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
export type VaePreset =
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
export type VaeNetsOption = VaePreset['preset'] | VaePreset | VaeNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: VaeNetsOption): nets is VaeNets => isRecord(nets) && !('preset' in nets);

/**
 * A preset with its choices, from what a user or a file gives.
 *
 * @throws RangeError when it is no preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): VaePreset =>
  presetFrom<VaePreset>(where, nets, COMMON_CHOICES);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (shape: VaeShape, { preset, ...choices }: VaePreset): readonly number[] =>
  preset === 'mlp' ? mlpVaeValues(shape, choices) : convVaeValues(shape, choices);

/**
 * The nets themselves: built, or a user's own after a check of their shapes and layers.
 *
 * @throws TypeError or RangeError when one's own net is missing, of other shapes, or draws random numbers; the message
 *   names the net, its shapes and the shapes needed
 */
export function resolveNets(nets: VaePreset | VaeNets, shape: VaeShape): VaeNets {
  if (isOwn(nets)) {
    optionsOf('createVae', nets, { encoder: true, decoder: true }, 'nets');
    const { inputShape, latent } = shape;
    const output = outputShapeOf(shape);
    assertOwnNet('createVae', 'encoder', nets.encoder, [inputShape], [[latent], [latent]]);
    assertOwnNet('createVae', 'decoder', nets.decoder, [[latent]], [output]);
    return nets;
  }
  const { preset, ...choices } = nets;
  return preset === 'mlp'
    ? mlpVaeNets('createVae', shape, choices)
    : convVaeNets('createVae', shape, choices);
}
