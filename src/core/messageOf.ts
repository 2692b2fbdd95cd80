import { describe } from './describe';

/** Whether something thrown is an error, of whichever realm: those of Node's file system are of another than a sandbox's. */
export const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';

/**
 * What something thrown says; not everything thrown is an error, and an error of another realm is none of ours.
 *
 * @param thrown whatever a `catch` was given
 */
export const messageOf = (thrown: unknown): string => {
  if (typeof thrown === 'string') return thrown;
  return isError(thrown) ? thrown.message : describe(thrown);
};
