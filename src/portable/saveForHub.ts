/** A folder with a model, to be shared. */

import { assertMethods, recordOf } from '../core/assert';
import { describe } from '../core/describe';
import {
  checked,
  FINITE_NUMBER,
  number,
  optional,
  type Rule,
  readOptions,
  text,
  texts,
} from '../core/options';
import { version } from '../core/version';
import { isRecord, type Json } from '../files/json';
import type { StorageFolder } from '../files/storage';
import { assertLiving } from '../models/living';
import type { Model } from '../models/model';
import { SHARED_FILE } from '../models/presetFile';
import { READY_MODELS } from '../models/registry';
import { saveModel } from '../models/saveModel';
import { type HubCard, type HubResult, modelCard } from './card';
import type { ReadyModel } from './openModel';

/** A text that is not empty. */
const filled: Rule<string> = (where, name, value) => {
  const given = text()(where, name, value);
  if (given.trim() !== '') return given;
  throw new RangeError(`${where}: ${name} is ${describe(given)}, needed a text that is not empty`);
};

/** Metrics that are shares or probabilities. */
const SHARES = /accuracy|recall|precision|f1|auroc|auc/i;

const resultRules = () => ({
  dataset: filled,
  split: optional(filled),
  metric: filled,
  value: number(FINITE_NUMBER),
});

const cardRules = () => ({
  name: filled,
  license: filled,
  description: optional(text()),
  datasets: optional(texts()),
  tags: optional(texts()),
  results: optional(
    checked<readonly HubResult[]>((where, name, results) => {
      if (!Array.isArray(results))
        throw new TypeError(`${where}: ${name} is ${describe(results)}, needed an array of results`);
      for (const [i, result] of results.entries()) {
        const { metric, value } = readOptions(where, result as HubResult, resultRules(), `${name}[${i}]`);
        if (SHARES.test(metric) && (value < 0 || value > 1))
          throw new RangeError(`${where}: ${name}[${i}].value is ${value}, needed a ${metric} from 0 to 1`);
      }
    }),
  ),
});

/** Kind of a ready model; anything else is refused, as no `loadModel` reads it. */
const kindOf = (where: string, { spec }: Model): string => {
  const kind = isRecord(spec) ? spec.model : undefined;
  if (typeof kind === 'string' && Object.hasOwn(READY_MODELS, kind)) return kind;
  throw new RangeError(
    `${where}: the model is ${describe(kind)}, needed ${Object.keys(READY_MODELS).map(describe).join(' or ')}, which loadModel reads`,
  );
};

/** The settings as the hub's readers expect them. */
const configOf = (
  kind: string,
  { spec, classNames }: ReadyModel & { readonly classNames?: readonly string[] },
): Json => ({
  model_type: `ssvae-${kind}`,
  library_name: 'ssvae',
  ssvae_version: version,
  ...(classNames && {
    id2label: Object.fromEntries(classNames.map((label, i) => [String(i), label])),
    label2id: Object.fromEntries(classNames.map((label, i) => [label, i])),
  }),
  ...(spec as { readonly [key: string]: Json }),
});

/**
 * Writes a ready model into a folder as model hubs expect it. `loadModel` reads the folder, and so does `ssvae_torch.py`.
 *
 *   model.safetensors   what `saveModel` writes: float32 weights, with the settings as metadata
 *   config.json         the settings again, for people and for the hub's counts; nothing reads them back
 *   README.md           the model card: YAML with licence, tags and results; tables of the model, its labels and its results
 *
 * The files replace those of the same names. Upload the folder by the hub's own program: `hf upload NAME/MODEL FOLDER`.
 *
 * @param model a ready model, of presets or of your own nets
 * @param storage the folder; `folder(path)` of `ssvae/node`
 * @param card name, licence, and what you want to say
 * @throws TypeError when an entry of the card is missing or of another type; RangeError when it is not a ready model, or the
 *   folder's `model.safetensors` is not a model
 * @example await saveForHub(model, folder('m2-mnist'), { name: 'm2-mnist', license: 'mit', results: [{ dataset: 'MNIST', metric: 'accuracy', value: 0.95 }] })
 */
export async function saveForHub(model: ReadyModel, storage: StorageFolder, card: HubCard): Promise<void> {
  const where = 'saveForHub';
  const given = readOptions(where, card, cardRules(), 'card');
  const kind = kindOf(where, recordOf(where, model, 'model') as ReadyModel);
  assertLiving(where, model);
  assertMethods(where, 'storage', storage, ['file']);
  const page = modelCard(model, kind, given as HubCard);
  const config = configOf(kind, model);
  const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content);
  await saveModel(model, storage.file(SHARED_FILE));
  await storage.file('config.json').write(bytesOf(`${JSON.stringify(config, null, 2)}\n`));
  await storage.file('README.md').write(bytesOf(page));
}
