/** Choice of the nets of an adversarial autoencoder. */
import type { AaeNets, AaeShape } from '../../nets/aaeNets';
import { buildNets, valuesOf } from '../../nets/description';
import { AAE_PRESETS, type PresetOf } from '../../nets/presets';
import { presetFrom } from '../presets';

/** A preset with its choices: `'mlp'`, dense layers on flat inputs. */
export type AaePreset = PresetOf<typeof AAE_PRESETS>;

/** A preset by name, or a preset with its choices. */
export type AaeNetsOption = AaePreset['preset'] | AaePreset;

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): AaePreset =>
  presetFrom<AaePreset>(where, nets, AAE_PRESETS);

const described = (where: string, shape: AaeShape, { preset, ...choices }: AaePreset) =>
  AAE_PRESETS[preset].describe(where, shape, choices);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (where: string, shape: AaeShape, preset: AaePreset): readonly number[] =>
  valuesOf(described(where, shape, preset));

/** The nets themselves. */
export const resolveNets = (nets: AaePreset, shape: AaeShape): AaeNets =>
  buildNets('createAae', described('createAae', shape, nets));
