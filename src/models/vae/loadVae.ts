/** A trained M1 from its file. */

import type { LatentPrior } from '../../distributions/latentPrior';
import type { Likelihood } from '../../distributions/likelihood';
import type { Storage } from '../../files/storage';
import { rebuild } from '../presetFile';
import { createVae, type GaussianVae } from './model';
import { isOwn, parsePreset, presetValues, type VaeNetsOption } from './nets';
import { parseVaeSpec } from './spec';

/** What a spec cannot hold and has to be handed in again. */
export interface LoadVaeOptions {
  /** one's own nets, where the model was made of such; their weights are replaced */
  readonly nets?: VaeNetsOption;
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
 * @example const model = await loadVae(file('m1.safetensors'))
 */
export function loadVae(storage: Storage, options: LoadVaeOptions = {}): Promise<GaussianVae> {
  return rebuild('loadVae', storage, options, {
    parse: parseVaeSpec,
    isOwn,
    valuesOf: (where, spec, nets) => presetValues(spec, parsePreset(where, nets)),
    create: createVae,
  });
}
