/** Errors of the file system: their codes, and their words for the user. */
import { oneLine } from '../core/describe';
import { reasonOf } from '../host/backendErrors';

/** Characters of a place that an error shows: paths are longer than names. */
const LONGEST = 300;

/** The code of a system error, e.g. `'ENOENT'`. */
export const codeOf = (error: unknown): string | undefined => {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
};

/** Whether an error of the file system says that something is not there. */
export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

/**
 * What some work gives; where it fails the error names the place.
 *
 * @param where function and place
 * @param what cannot be done
 * @throws Error in one line
 */
export const naming = async <T>(where: string, what: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (cause) {
    throw new Error(`${oneLine(where, LONGEST)} ${what} (${oneLine(reasonOf(cause), LONGEST)})`, { cause });
  }
};
