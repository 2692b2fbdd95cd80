/** The library's class priors, by the name that a model's spec gives them. Adding one is its file and a line here. */
import { describe } from '../core/describe';
import { readOptions } from '../core/options';
import { isRecord, own } from '../files/json';
import type { ClassPrior } from './classPrior';
import { type GaussianRingOptions, gaussianRing, gaussianRingRules } from './gaussianRing';
import { type SwissRollOptions, swissRoll, swissRollRules } from './swissRoll';

/** How each is rebuilt from its JSON, without `kind`. */
const CLASS_PRIORS = {
  gaussianRing: (where: string, given: object) =>
    gaussianRing(readOptions(where, given as GaussianRingOptions, gaussianRingRules(), 'spec.classPrior')),
  swissRoll: (where: string, given: object) =>
    swissRoll(readOptions(where, given as SwissRollOptions, swissRollRules(), 'spec.classPrior')),
} as const;

/**
 * A class prior from a file.
 *
 * @param where name of the reader, for messages
 * @param value JSON of unknown origin
 * @throws RangeError or TypeError naming the first entry that is not what it must be
 */
export function parseClassPrior(where: string, value: unknown): ClassPrior {
  const { kind, ...settings } = isRecord(value) ? value : { kind: value };
  const make = typeof kind === 'string' ? own(CLASS_PRIORS, kind) : undefined;
  if (make === undefined)
    throw new RangeError(
      `${where}: spec.classPrior is of the kind ${describe(kind)}, needed ${Object.keys(CLASS_PRIORS).join(' or ')}`,
    );
  return make(where, settings);
}
