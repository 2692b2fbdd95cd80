import { describe } from './describe';

/**
 * What something thrown says; not everything thrown is an error, and an error of another realm is none of ours.
 *
 * @param thrown whatever a `catch` was given
 */
export const messageOf = (thrown: unknown): string => {
  if (typeof thrown === 'string') return thrown;
  // Errors of another realm are of another class.
  const message: unknown = (thrown as Partial<Error> | null | undefined)?.message;
  return typeof message === 'string' ? message : describe(thrown);
};
