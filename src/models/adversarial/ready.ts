/** How an adversarial autoencoder is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { type Aae, createAae } from './model';
import { type AaeNetsOption, parsePreset, presetValues } from './nets';
import { type AaeSpec, parseAaeSpec } from './spec';

/** {@link createAae}, from a spec. */
export const READY_AAE: ReadyModel<AaeSpec, AaeNetsOption, Aae> = {
  parse: parseAaeSpec,
  isOwn: () => false,
  valuesOf: (where, spec, nets) =>
    presetValues(where, { ...spec, hasClassPrior: spec.classPrior !== undefined }, parsePreset(where, nets)),
  create: createAae,
};
