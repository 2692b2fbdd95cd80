/** Choice of the nets of a ladder VAE. */
import { buildNets, valuesOf } from '../../nets/description';
import type { LadderNets, LadderShape } from '../../nets/ladderNets';
import { LADDER_PRESETS, type PresetOf } from '../../nets/presets';
import { presetFrom } from '../presets';

/** A preset with its choices: `'mlp'`, dense layers on flat inputs. */
export type LadderPreset = PresetOf<typeof LADDER_PRESETS>;

/** A preset by name, or a preset with its choices. */
export type LadderNetsOption = LadderPreset['preset'] | LadderPreset;

/**
 * A preset with every choice, from what a user or a file gives.
 *
 * @param layers L, which the default widths depend on
 * @throws RangeError when it is not a preset, or a choice is unknown or of another kind
 */
export function parsePreset(where: string, nets: unknown, layers: number): LadderPreset {
  const parsed = presetFrom<LadderPreset>(where, nets, LADDER_PRESETS, false);
  const given = typeof nets === 'object' ? (nets as LadderPreset).widths : undefined;
  return { ...parsed, widths: given ?? LADDER_PRESETS[parsed.preset].widthsOf(layers) };
}

const described = (where: string, shape: LadderShape, { preset, ...choices }: LadderPreset) =>
  LADDER_PRESETS[preset].describe(where, shape, choices);

/** Values of the layers of a preset, known before it is built. */
export const presetValues = (where: string, shape: LadderShape, preset: LadderPreset): readonly number[] =>
  valuesOf(described(where, shape, preset));

/** The nets themselves. */
export const resolveNets = (preset: LadderPreset, shape: LadderShape): LadderNets =>
  buildNets('createLadderVae', described('createLadderVae', shape, preset)) as unknown as LadderNets;
