/** How a conditional VAE is rebuilt from its file. */
import { isOwn, type M2NetsOption, parsePreset, presetValues } from '../m2/nets';
import type { ReadyModel } from '../presetFile';
import { tokenPresetValues } from './distributions';
import { type ConditionalVae, createConditionalVae } from './model';
import type { ConditionalVaeOptions } from './options';
import { type ConditionalSpec, parseConditionalSpec } from './spec';

/** {@link createConditionalVae}, from a spec. */
export const READY_CONDITIONAL: ReadyModel<ConditionalSpec, M2NetsOption, ConditionalVae> = {
  parse: parseConditionalSpec,
  isOwn,
  valuesOf: (where, spec, nets) =>
    spec.missing === 'token'
      ? tokenPresetValues(where, spec, parsePreset(where, nets))
      : presetValues(where, spec, parsePreset(where, nets)),
  create: (options) => createConditionalVae(options as ConditionalVaeOptions),
};
