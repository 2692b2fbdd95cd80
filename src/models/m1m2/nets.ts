/** Choice of the nets of M1+M2. */
import { valuesOf } from '../../nets/description';
import type { M1M2Shape } from '../../nets/m1m2Nets';
import { M1M2_PRESETS, type PresetOf } from '../../nets/presets';
import { presetFrom } from '../presets';

/** A preset with its choices: `'mlp'`, dense layers on flat inputs, or `'conv'`, convolutions around dense layers. */
export type M1M2Preset = PresetOf<typeof M1M2_PRESETS>;

/** A preset by name, or with its choices. */
export type M1M2NetsOption = M1M2Preset['preset'] | M1M2Preset;

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export const parsePreset = (where: string, nets: unknown): M1M2Preset =>
  presetFrom<M1M2Preset>(where, nets, M1M2_PRESETS);

/** The nets of a preset as plain data. */
export const described = (where: string, shape: M1M2Shape, { preset, ...choices }: M1M2Preset) =>
  M1M2_PRESETS[preset].describe(where, shape, choices);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (where: string, shape: M1M2Shape, preset: M1M2Preset): readonly number[] =>
  valuesOf(described(where, shape, preset));
