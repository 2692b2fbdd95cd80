/** Steps whose loss or gradient is NaN or infinite: how they are reported. */

import { oneLine } from '../../core/describe';

/** Terms that an error names; a model may have any number. */
const MOST = 10;

/** Numbers of a reading that are finite: one NaN would make the mean of an epoch say nothing. */
export const finiteOnly = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));

/**
 * The error of a run that may not go on.
 *
 * @param values terms of the last step, by name
 * @param first the first step since the terms were read before
 * @param last the step that they are of
 * @param hints what its inputs look like, where that may be the cause
 */
export function nonFiniteError(
  values: Readonly<Record<string, number>>,
  first: number,
  last: number,
  hints: readonly string[] = [],
): RangeError {
  const names = Object.keys(values).filter((name) => !Number.isFinite(values[name]));
  // The loss is not finite because of the others; alone it is the one to name.
  const causes = names.length > 1 ? names.filter((name) => name !== 'loss') : names;
  const told = causes.slice(0, MOST).map((name) => `${oneLine(name)} is ${values[name]}`);
  const more = causes.length > MOST ? ` and ${causes.length - MOST} more` : '';
  const what =
    causes.length > 0
      ? `${told.join(', ')}${more} at step ${last}`
      : `the loss or a gradient was not finite at a step from ${first} to ${last}`;
  return new RangeError(
    `train: ${what}, needed finite numbers; ${hints.map((hint) => `${hint}; `).join('')}the model has the weights of before (nonFinite: 'skip' leaves such steps out)`,
  );
}
