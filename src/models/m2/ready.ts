/** How an M2 is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { createM2, type M2 } from './model';
import { isOwn, type M2NetsOption, parsePreset, presetValues } from './nets';
import { type M2Spec, parseM2Spec } from './spec';

/** {@link createM2}, from a spec. */
export const READY_M2: ReadyModel<M2Spec, M2NetsOption, M2> = {
  parse: parseM2Spec,
  isOwn,
  valuesOf: (where, spec, nets) => presetValues(where, spec, parsePreset(where, nets)),
  create: createM2,
};
