/** Error of a run whose loss or gradient is NaN or infinite. */
import { oneLine } from '../../core/describe';

/** Number of terms that an error names at most. */
const MOST = 10;

/** The finite ones among numbers: one NaN would spoil the mean of an epoch. */
export const finiteOnly = (values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));

/**
 * The error that ends a run.
 *
 * @param values terms of the last step, by name
 * @param first the first step since the terms were last read
 * @param last the step of the terms
 * @param hints on its inputs, if they may be the cause
 */
export function nonFiniteError(
  values: Readonly<Record<string, number>>,
  first: number,
  last: number,
  hints: readonly string[] = [],
): RangeError {
  const names = Object.keys(values).filter((name) => !Number.isFinite(values[name]));
  // The loss is not finite because of the other terms, so it is named only if it is alone.
  const causes = names.length > 1 ? names.filter((name) => name !== 'loss') : names;
  const named = causes.slice(0, MOST).map((name) => `${oneLine(name)} is ${values[name]}`);
  const more = causes.length > MOST ? ` and ${causes.length - MOST} more` : '';
  const what =
    causes.length > 0
      ? `${named.join(', ')}${more} at step ${last}`
      : `the loss or a gradient was not finite at a step from ${first} to ${last}`;
  return new RangeError(
    `train: ${what}, needed finite numbers; ${hints.map((hint) => `${hint}; `).join('')}the model has the weights of before (nonFinite: 'skip' leaves such steps out)`,
  );
}
