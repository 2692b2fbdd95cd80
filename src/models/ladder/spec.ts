/** JSON that rebuilds a ladder VAE. */
import { specOf } from '../../core/spec';
import { isBoolean, isCount, isListOf, type Json, parse, parseRecord } from '../../files/json';
import {
  LABEL_PRIOR_ENTRIES,
  type LabelPriorSpec,
  labelPriorSpec,
  parseLabelPriorSpec,
} from '../labeledSpec';
import { type LadderPreset, parsePreset } from './nets';
import type { LadderSettings } from './options';

/** What a file holds of a ladder VAE; `null` marks what you pass to `loadModel` again. */
export interface LadderSpec extends LabelPriorSpec {
  readonly latents: readonly number[];
  readonly decoderSeesLabel: boolean;
  readonly nets: LadderPreset;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function ladderSpec({ latents, decoderSeesLabel, nets, ...settings }: LadderSettings): Json {
  const spec: LadderSpec = { ...labelPriorSpec(settings), latents, decoderSeesLabel, nets };
  return specOf({ model: 'ladder', ...spec });
}

/** Names of all entries. */
const ENTRIES = [...LABEL_PRIOR_ENTRIES, 'latents', 'decoderSeesLabel', 'nets'] as const satisfies readonly (
  | 'model'
  | keyof LadderSpec
)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseLadderSpec(where: string, value: unknown): LadderSpec {
  const found = parseRecord(where, 'spec', value, ENTRIES);
  const latents = parse(where, 'latents', found.latents, 'counts', isListOf(isCount));
  return {
    ...parseLabelPriorSpec(where, found),
    latents,
    decoderSeesLabel: parse(where, 'decoderSeesLabel', found.decoderSeesLabel, 'true or false', isBoolean),
    nets: parsePreset(where, found.nets, latents.length),
  };
}
