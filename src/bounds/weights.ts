/** Weights of the terms of an objective. */
import { assertNumber, assertOneOf, plainOf } from '../core/assert';

/**
 * The weights given, and the defaults of those left out.
 *
 * @param where name of the calling function, for the message
 * @param defaults a weight for each term
 * @param given weights by the name of their term; `undefined` is left out
 * @returns a weight for each term
 * @throws RangeError when a name is no term's, or a weight is no finite number
 */
export function completeWeights<Weights extends object>(
  where: string,
  defaults: Weights,
  given: Partial<Weights> = {},
): Weights {
  const complete = { ...defaults };
  for (const [name, weight] of Object.entries(plainOf(where, given, 'weights'))) {
    assertOneOf(where, 'a name in weights', name, Object.keys(defaults));
    if (weight === undefined) continue;
    assertNumber(where, `weights.${name}`, weight, 'a finite number', Number.isFinite);
    Object.assign(complete, { [name]: weight });
  }
  return complete;
}
