/** How a VAE is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { createVae, type GaussianVae } from './model';
import { isOwn, parsePreset, presetValues, type VaeNetsOption } from './nets';
import { parseVaeSpec, type VaeSpec } from './spec';

/** {@link createVae}, from a spec. */
export const READY_VAE: ReadyModel<VaeSpec, VaeNetsOption, GaussianVae> = {
  parse: parseVaeSpec,
  isOwn,
  valuesOf: (where, spec, nets) => presetValues(where, spec, parsePreset(where, nets)),
  create: createVae,
};
