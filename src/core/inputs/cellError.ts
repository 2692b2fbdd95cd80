/** What a cell must be in a column of each type, and the error of one that is something else. */
import { describe } from '../describe';
import { dateIn, LARGEST_NUMBER, numberIn } from './cells';
import type { Column } from './columns';
import { numberAdvice } from './markedNumbers';

/** What a cell must be, in words. */
export const NEEDED_CELL = {
  number: `a number up to ${LARGEST_NUMBER}`,
  flag: 'true or false',
  count: 'a whole number of at least 0',
} as const satisfies Partial<Record<Column['type'], string>>;

/**
 * The error of a cell that is not of its column's type.
 *
 * @param place function, column and row
 * @param cell what it holds
 * @param needed what it must be
 * @param ways what else to do, where it is not a number written otherwise
 */
export const cellError = (place: string, cell: unknown, needed: string, ways: string): RangeError => {
  const isOther = typeof cell === 'string' && numberIn(cell) === undefined && dateIn(cell) === undefined;
  const advice = isOther ? numberAdvice(cell) : undefined;
  return new RangeError(
    `${place} is ${describe(cell)}, needed ${needed}; ${advice ? `${advice}; ` : ''}${ways}`,
  );
};
