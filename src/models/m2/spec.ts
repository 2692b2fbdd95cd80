/** JSON that rebuilds an M2 model. */
import { specOf } from '../../core/spec';
import { isBoolean, type Json, parse, parseRecord } from '../../files/json';
import { LABELED_ENTRIES, type LabeledSpec, labeledSpec, parseLabeledSpec } from '../labeledSpec';
import { isOwn, type M2Preset, parsePreset } from './nets';
import type { M2Settings } from './options';

/** What a file holds of an M2 model; `null` marks what you pass to `loadModel` again. */
export interface M2Spec extends LabeledSpec {
  readonly encoderSeesLabel: boolean;
  readonly nets: M2Preset | null;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function m2Spec(settings: M2Settings): Json {
  const { encoderSeesLabel, nets } = settings;
  const spec: M2Spec = { ...labeledSpec(settings), encoderSeesLabel, nets: isOwn(nets) ? null : nets };
  return specOf({ model: 'm2', ...spec });
}

/** Names of all entries. */
const ENTRIES = [...LABELED_ENTRIES, 'encoderSeesLabel', 'nets'] as const satisfies readonly (
  | 'model'
  | keyof M2Spec
)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseM2Spec(where: string, value: unknown): M2Spec {
  const found = parseRecord(where, 'spec', value, ENTRIES);
  const { encoderSeesLabel, nets } = found;
  return {
    ...parseLabeledSpec(where, found),
    encoderSeesLabel: parse(where, 'encoderSeesLabel', encoderSeesLabel, 'true or false', isBoolean),
    nets: nets === null ? null : parsePreset(where, nets),
  };
}
