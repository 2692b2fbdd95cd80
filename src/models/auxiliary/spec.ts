/** JSON that rebuilds an auxiliary deep generative model. */
import { specOf } from '../../core/spec';
import { isCount, type Json, parse, parseRecord } from '../../files/json';
import { LABELED_ENTRIES, type LabeledSpec, labeledSpec, parseLabeledSpec } from '../labeledSpec';
import { type AuxiliaryPreset, parsePreset } from './nets';
import type { AuxiliarySettings } from './options';

/** What a file holds of such a model; `null` marks what you pass to `loadModel` again. */
export interface AuxiliarySpec extends LabeledSpec {
  readonly auxiliary: number;
  readonly nets: AuxiliaryPreset;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function auxiliarySpec(settings: AuxiliarySettings): Json {
  const { kind, auxiliary, nets } = settings;
  const spec: AuxiliarySpec = { ...labeledSpec(settings), auxiliary, nets };
  return specOf({ model: kind, ...spec });
}

/** Names of all entries. */
const ENTRIES = [...LABELED_ENTRIES, 'auxiliary', 'nets'] as const satisfies readonly (
  | 'model'
  | keyof AuxiliarySpec
)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseAuxiliarySpec(where: string, value: unknown): AuxiliarySpec {
  const found = parseRecord(where, 'spec', value, ENTRIES);
  return {
    ...parseLabeledSpec(where, found),
    auxiliary: parse(where, 'auxiliary', found.auxiliary, 'a count', isCount),
    nets: parsePreset(where, found.nets),
  };
}
