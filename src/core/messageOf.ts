/**
 * What something thrown says; not everything thrown is an error.
 *
 * @param thrown whatever a `catch` was given
 */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
