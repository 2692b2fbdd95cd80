/** The names of a data set's parts, and misspelled ones beside them. */
import { assertSpelling } from './spelling';

/** What a data set may hold; other names are free for what else a program knows of its examples. */
export const DATASET_NAMES = [
  'name',
  'x',
  'bytes',
  'y',
  'shape',
  'classes',
  'classNames',
  'input',
  'notes',
  'paths',
  'likelihood',
  'count',
  'allowed',
  'weight',
  'covariates',
  'observed',
] as const;

/**
 * Those that results depend on. `names`, `counts` and a `path` of examples are extras, whether or not there is a name, a count
 * or paths.
 */
const READ = DATASET_NAMES.filter((name) => !['name', 'count', 'paths'].includes(name));

/**
 * Refuses a misspelled name of a data set's part where that part is absent: it would be taken for an extra of the program's
 * own, and left aside.
 *
 * @param where name of the calling function, for the message
 * @param argument name of the data set
 * @param given what came
 * @throws RangeError naming the key, and the name that it is near to
 */
export function assertSpelled(where: string, argument: string, given: object): void {
  assertSpelling(where, argument, given, { known: DATASET_NAMES, meant: READ, what: 'a part of a data set' });
}
