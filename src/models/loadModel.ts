/** A trained model from its file. */
import { describe } from '../core/describe';
import { oneOf, optional, readOptions, unchecked } from '../core/options';
import { isRecord, own } from '../files/json';
import type { Storage, StorageFolder } from '../files/storage';
import type { Model } from './model';
import { type HandedIn, type ReadyModel, readModelFile, rebuild } from './presetFile';
import { type ModelKind, type NetsOption, READY_MODELS, type ReadyModels } from './registry';

/** What `loadModel` needs beside the file. */
export interface LoadModelOptions<Kind extends ModelKind = ModelKind> extends HandedIn<NetsOption<Kind>> {
  /** the model that the file must hold, such as `'m2'`; default any. TypeScript then knows the type of the result */
  readonly kind?: Kind;
}

/**
 * Reads a ready model that `saveModel` wrote: a preset is rebuilt; pass your own nets, likelihood and prior again.
 * `loadVariables` fills a model of your own.
 *
 * @param storage where from; a folder that `saveForHub` wrote, too
 * @param options which model to expect; your own nets, likelihood and prior, where the model has such
 * @returns the model, with the weights of the file
 * @throws RangeError when nothing is there, the file is damaged, holds another kind of model or none, its spec is of nets
 *   of another size than its weights, or a variable or a layer of your own nets differs: the first that does is named
 * @throws TypeError when your own nets, likelihood or prior are needed and missing
 * @example const model = await loadModel(file('m2.safetensors'), { kind: 'm2' })
 */
export async function loadModel<Kind extends ModelKind>(
  storage: Storage | StorageFolder,
  options: LoadModelOptions<Kind> = {},
): Promise<ReadyModels[Kind]> {
  const kinds = Object.keys(READY_MODELS) as Kind[];
  const { kind, ...handedIn } = readOptions('loadModel', options, {
    kind: optional(oneOf(kinds)),
    // Looked at where the model is made.
    nets: unchecked(),
    likelihood: unchecked(),
    prior: unchecked(),
  });
  const file = await readModelFile('loadModel', storage);
  const { model: found } = isRecord(file.spec) ? file.spec : {};
  const ready = typeof found === 'string' ? own(READY_MODELS, found) : undefined;
  if (ready === undefined || (kind !== undefined && found !== kind)) {
    const needed = (kind ? [kind] : kinds).map((one) => `"${one}"`).join(' or ');
    throw new RangeError(
      `${file.where}: the model is ${found === undefined ? 'one of your own' : describe(found)}, needed ${needed}; loadVariables fills a model of your own`,
    );
  }
  return rebuild(file, handedIn, ready as unknown as ReadyModel<never, unknown, Model>) as ReadyModels[Kind];
}
