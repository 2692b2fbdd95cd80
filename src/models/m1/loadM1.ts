/** A trained M1 from its file. */

import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import type { Storage } from '../../files/storage';
import { rebuild } from '../presetFile';
import { createM1, type M1 } from './m1';
import { isOwn, type M1Nets, parsePreset, presetValues } from './nets';
import { parseM1Spec } from './spec';

/** What a spec cannot hold and has to be handed in again. */
export interface LoadM1Options {
  /** one's own nets, where the model was made of such; their weights are replaced */
  readonly nets?: M1Nets;
  /** one's own likelihood, where the model has such */
  readonly likelihood?: Likelihood;
  /** your own prior, where the model has one; its variables are replaced */
  readonly prior?: LatentPrior;
}

/**
 * Reads an M1 model that `saveModel` wrote: a preset is rebuilt, one's own nets and likelihood are handed in.
 *
 * @param storage where from
 * @param options one's own nets and likelihood, where the model was made of such
 * @returns the model, with the weights of the file
 * @throws RangeError when nothing is there, the file is damaged or no M1, its spec is of nets of another size than its
 *   weights, or a variable differs: the first that does is named
 * @throws TypeError when one's own nets or likelihood are needed and missing
 * @example const model = await loadM1(file('m1.safetensors'))
 */
export function loadM1(storage: Storage, options: LoadM1Options = {}): Promise<M1> {
  return rebuild('loadM1', storage, options, {
    parse: parseM1Spec,
    isOwn,
    valuesOf: (where, spec, nets) => presetValues(spec, parsePreset(where, nets)),
    create: createM1,
  });
}
