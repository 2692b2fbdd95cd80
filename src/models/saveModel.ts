/** A trained model, kept apart from any training checkpoint. */
import type { Json } from '../core/json';
import { readSafetensors, writeSafetensors } from '../core/safetensors';
import { describe } from '../core/shape';
import type { Storage } from '../core/storage';
import * as bernoulli from '../distributions/bernoulli';
import { gaussianObservation } from '../distributions/gaussianObservation';
import type { Likelihood, LikelihoodSpec } from '../distributions/likelihood';
import { createM2, type M2, type M2Options } from './m2/m2';
import type { M2Nets } from './m2/nets';
import type { Model } from './model';
import { assignVariables, readTensors } from './modelFile';

/** Version of the file's layout. */
const FORMAT = 'ssvae model 1';

/**
 * Writes a model: its variables as a safetensors file (they open in Python as they are) with the spec beside.
 *
 * @param model any model with named variables
 * @param storage where to; `file(path)` of `ssvae/node`, `indexedDb(key)` of `ssvae/browser`
 * @example await saveModel(model, file('m2.safetensors'))
 */
export async function saveModel(model: Model, storage: Storage): Promise<void> {
  const arrays = await readTensors(model.variables);
  await storage.write(writeSafetensors({ arrays, metadata: { format: FORMAT, spec: model.spec } }));
}

/** What a spec cannot hold and has to be handed in again. */
export interface LoadModelOptions {
  /** one's own nets, where the model was made of such; their weights are replaced */
  readonly nets?: M2Nets;
  /** one's own likelihood, where the model has such */
  readonly likelihood?: Likelihood;
}

const likelihoodOf = (spec: LikelihoodSpec | null, own: Likelihood | undefined, from: string): Likelihood => {
  if (own) return own;
  if (spec?.kind === 'bernoulli') return bernoulli;
  if (spec?.kind === 'gaussian')
    return spec.variance === 'learned'
      ? gaussianObservation({ variance: 'learned' })
      : gaussianObservation({ sigma: spec.sigma });
  throw new TypeError(
    `loadModel: ${from} was made with a likelihood of its own, needed it as options.likelihood`,
  );
};

/**
 * Reads an M2 model that {@link saveModel} wrote: a preset is rebuilt, one's own nets and likelihood are handed in.
 *
 * @param storage where from
 * @param options one's own nets and likelihood, where the model was made of such
 * @returns the model, with the weights of the file
 * @throws RangeError when nothing is there, the file is damaged or no model, or a variable differs: the first that
 *   does is named
 * @throws TypeError when one's own nets or likelihood are needed and missing
 * @example const model = await loadModel(file('m2.safetensors'))
 */
export async function loadModel(storage: Storage, options: LoadModelOptions = {}): Promise<M2> {
  const bytes = await storage.read();
  if (bytes === undefined)
    throw new RangeError(`loadModel: ${storage.name} does not exist, needed a file that saveModel wrote`);
  const { arrays, metadata } = readSafetensors(bytes, `loadModel: ${storage.name}`);
  const { format, spec } = (metadata ?? {}) as { format?: Json; spec?: Record<string, Json> };
  if (format !== FORMAT)
    throw new RangeError(`loadModel: ${storage.name} is of format ${describe(format)}, needed "${FORMAT}"`);
  if (spec?.model !== 'm2')
    throw new RangeError(`loadModel: ${storage.name} holds a model ${describe(spec?.model)}, needed "m2"`);
  const { model: _, nets: preset, likelihood, ...rest } = spec;
  const nets = options.nets ?? (preset as M2Nets | null);
  if (nets === null)
    throw new TypeError(
      `loadModel: ${storage.name} was made with nets of its own, needed them as options.nets`,
    );
  const model = createM2({
    ...(rest as unknown as M2Options),
    nets,
    likelihood: likelihoodOf(likelihood as LikelihoodSpec | null, options.likelihood, storage.name),
  });
  try {
    assignVariables(`loadModel: ${storage.name}`, model.variables, arrays);
  } catch (error) {
    // A user's own nets stay the user's; a preset's were made here.
    if (options.nets === undefined) model.dispose();
    throw error;
  }
  return model;
}
