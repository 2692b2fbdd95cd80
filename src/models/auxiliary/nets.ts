/** Choice of the nets of an auxiliary deep generative model. */
import type { AuxiliaryNets, AuxiliaryShape } from '../../nets/auxiliaryNets';
import { buildNets, valuesOf } from '../../nets/description';
import { AUXILIARY_PRESETS, type PresetOf } from '../../nets/presets';
import { presetFrom } from '../presets';

/** A preset with its choices: `'mlp'`, dense layers on flat inputs, or `'conv'`, convolutions where x is read or given. */
export type AuxiliaryPreset = PresetOf<typeof AUXILIARY_PRESETS>;

/** A preset by name, or a preset with its choices. */
export type AuxiliaryNetsOption = AuxiliaryPreset['preset'] | AuxiliaryPreset;

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): AuxiliaryPreset =>
  presetFrom<AuxiliaryPreset>(where, nets, AUXILIARY_PRESETS, false);

const described = (where: string, shape: AuxiliaryShape, { preset, ...choices }: AuxiliaryPreset) =>
  AUXILIARY_PRESETS[preset].describe(where, shape, choices);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (
  where: string,
  shape: AuxiliaryShape,
  preset: AuxiliaryPreset,
): readonly number[] => valuesOf(described(where, shape, preset));

/** The nets themselves. */
export const makeNets = (where: string, shape: AuxiliaryShape, preset: AuxiliaryPreset): AuxiliaryNets =>
  buildNets(where, described(where, shape, preset));
