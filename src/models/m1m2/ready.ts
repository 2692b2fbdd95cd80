/** How M1+M2 is rebuilt from its file. */
import type { ReadyModel } from '../presetFile';
import { createM1M2, type M1M2 } from './model';
import { type M1M2NetsOption, parsePreset, presetValues } from './nets';
import { type M1M2Spec, parseM1M2Spec } from './spec';

/** {@link createM1M2}, from a spec. */
export const READY_M1M2: ReadyModel<M1M2Spec, M1M2NetsOption, M1M2> = {
  parse: parseM1M2Spec,
  isOwn: () => false,
  valuesOf: (where, spec, nets) => presetValues(where, spec, parsePreset(where, nets)),
  create: createM1M2,
};
