/** JSON that rebuilds M1+M2. */
import { specOf } from '../../core/spec';
import { isCount, type Json, parse, parseRecord } from '../../files/json';
import { LABELED_ENTRIES, type LabeledSpec, labeledSpec, parseLabeledSpec } from '../labeledSpec';
import { type M1M2Preset, parsePreset } from './nets';
import type { M1M2Settings } from './options';

/** What a file holds of M1+M2; `null` marks what you pass to `loadModel` again. */
export interface M1M2Spec extends LabeledSpec {
  readonly features: number;
  /** where the model reads some */
  readonly covariates?: number | undefined;
  readonly nets: M1M2Preset;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export function m1m2Spec(settings: M1M2Settings): Json {
  const { features, covariates, nets } = settings;
  const spec: M1M2Spec = { ...labeledSpec(settings), features, covariates, nets };
  return specOf({ model: 'm1m2', ...spec });
}

/** Names of all entries. */
const ENTRIES = [...LABELED_ENTRIES, 'features', 'covariates', 'nets'] as const satisfies readonly (
  | 'model'
  | keyof M1M2Spec
)[];

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseM1M2Spec(where: string, value: unknown): M1M2Spec {
  const found = parseRecord(where, 'spec', value, ENTRIES);
  const { features, covariates, nets } = found;
  return {
    ...parseLabeledSpec(where, found),
    features: parse(where, 'features', features, 'a count', isCount),
    ...(covariates !== undefined && {
      covariates: parse(where, 'covariates', covariates, 'a count', isCount),
    }),
    nets: parsePreset(where, nets),
  };
}
