/** Choice of the nets of a VAE. */
import { readOptions, unchecked } from '../../core/options';
import { isRecord } from '../../files/json';
import { buildNets, valuesOf } from '../../nets/description';
import { type PresetOf, VAE_PRESETS } from '../../nets/presets';
import type { VaeNets, VaeShape } from '../../nets/vaeNets';
import { assertOwnNet, presetFrom } from '../presets';

/**
 * A preset with its choices: `'mlp'`, dense layers on flat inputs, or `'conv'`, the convolutions of `convNets`; `'kingma'` and
 * `'report'` are the same nets as their sources have them.
 */
export type VaePreset = PresetOf<typeof VAE_PRESETS>;

/** A preset by name, a preset with its choices, or your own tfjs-layers models. */
export type VaeNetsOption = VaePreset['preset'] | VaePreset | VaeNets;

/** Whether nets are a user's own. */
export const isOwn = (nets: VaeNetsOption): nets is VaeNets => isRecord(nets) && !('preset' in nets);

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): VaePreset =>
  presetFrom<VaePreset>(where, nets, VAE_PRESETS);

const described = (where: string, shape: VaeShape, { preset, ...choices }: VaePreset) =>
  VAE_PRESETS[preset].describe(where, shape, choices);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (where: string, shape: VaeShape, preset: VaePreset): readonly number[] =>
  valuesOf(described(where, shape, preset));

/**
 * The nets themselves: built, or a user's own after a check of their shapes and layers.
 *
 * @throws TypeError or RangeError when a net of the user is missing, of other shapes, or draws random numbers; the message
 *   names the net, its shapes and the shapes needed
 */
export function resolveNets(nets: VaePreset | VaeNets, shape: VaeShape): VaeNets {
  const where = 'createVae';
  if (!isOwn(nets)) return buildNets(where, described(where, shape, nets));
  readOptions(where, nets, { encoder: unchecked(), decoder: unchecked() }, 'nets');
  const { inputShape, latent, outputShape } = shape;
  assertOwnNet(where, 'encoder', nets.encoder, [inputShape], [[latent], [latent]]);
  assertOwnNet(where, 'decoder', nets.decoder, [[latent]], [outputShape]);
  return nets;
}
