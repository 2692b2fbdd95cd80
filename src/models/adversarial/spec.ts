/** JSON that rebuilds an adversarial autoencoder. */
import { specOf } from '../../core/spec';
import type { ClassPrior } from '../../distributions/classPrior';
import { parseClassPrior } from '../../distributions/classPriors';
import { type Json, parseRecord } from '../../files/json';
import { LABELED_ENTRIES, type LabeledSpec, labeledSpec, parseLabeledSpec } from '../labeledSpec';
import { type AaePreset, parsePreset } from './nets';
import type { AaeSettings } from './options';

/** What a file holds of an adversarial autoencoder; `null` marks what you pass to `loadModel` again. */
export interface AaeSpec extends LabeledSpec {
  /** where the model has one; rebuilt from its JSON */
  readonly classPrior?: ClassPrior;
  readonly nets: AaePreset;
}

/** What rebuilds a model of these settings, as JSON; choices that were left open are left out. */
export const aaeSpec = ({ classPrior, nets, ...settings }: AaeSettings): Json =>
  specOf({
    model: 'aae',
    ...labeledSpec(settings),
    nets,
    ...(classPrior && { classPrior: classPrior.spec ?? null }),
  });

/** Names of all entries. */
const ENTRIES = [...LABELED_ENTRIES, 'classPrior', 'nets'] as const satisfies readonly (
  | 'model'
  | keyof AaeSpec
)[];

/** A class prior from a file; `loadModel` cannot rebuild one of the user's own. */
const classPriorOf = (where: string, value: unknown): ClassPrior => {
  if (value === null)
    throw new RangeError(
      `${where}: the model was made with a class prior of its own, needed one of the library: make the model again, and fill it by loadVariables`,
    );
  return parseClassPrior(where, value);
};

/**
 * A spec from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError naming the first entry that is not what it must be
 */
export function parseAaeSpec(where: string, value: unknown): AaeSpec {
  const found = parseRecord(where, 'spec', value, ENTRIES);
  const { classPrior, nets } = found;
  return {
    ...parseLabeledSpec(where, found),
    ...(classPrior !== undefined && { classPrior: classPriorOf(where, classPrior) }),
    nets: parsePreset(where, nets),
  };
}
