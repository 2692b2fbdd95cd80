/** How a ladder VAE is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { createLadderVae, type LadderVae } from './model';
import { type LadderNetsOption, parsePreset, presetValues } from './nets';
import { type LadderSpec, parseLadderSpec } from './spec';

/** {@link createLadderVae}, from a spec. */
export const READY_LADDER: ReadyModel<LadderSpec, LadderNetsOption, LadderVae> = {
  parse: parseLadderSpec,
  isOwn: (_nets: LadderNetsOption) => false,
  valuesOf: (where, spec, nets) => presetValues(where, spec, parsePreset(where, nets, spec.latents.length)),
  create: createLadderVae,
};
