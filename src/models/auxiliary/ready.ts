/** How an auxiliary deep generative model is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { type AuxiliaryVae, createAdgm, createSdgm } from './model';
import { type AuxiliaryNetsOption, parsePreset, presetValues } from './nets';
import { type AuxiliarySpec, parseAuxiliarySpec } from './spec';

type ReadyAuxiliary = ReadyModel<AuxiliarySpec, AuxiliaryNetsOption, AuxiliaryVae>;

const ready = (decoderSeesAuxiliary: boolean, create: ReadyAuxiliary['create']): ReadyAuxiliary => ({
  parse: parseAuxiliarySpec,
  isOwn: () => false,
  valuesOf: (where, spec, nets) =>
    presetValues(where, { ...spec, decoderSeesAuxiliary }, parsePreset(where, nets)),
  create,
});

/** {@link createAdgm}, from a spec. */
export const READY_ADGM = /* @__PURE__ */ ready(false, createAdgm);

/** {@link createSdgm}, from a spec. */
export const READY_SDGM = /* @__PURE__ */ ready(true, createSdgm);
