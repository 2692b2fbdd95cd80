/**
 * What something thrown says; not everything thrown is an error, and an error of another realm is none of ours.
 *
 * @param thrown whatever a `catch` was given
 */
export const messageOf = (thrown: unknown): string =>
  String(typeof thrown === 'object' && thrown !== null && 'message' in thrown ? thrown.message : thrown);
