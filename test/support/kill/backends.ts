/** Backends on which a resumed run must end with the same bits. */
import { BACKENDS } from '../../../src/host/backends';

/** Name of a backend on which runs repeat to the bit. */
export type RepeatingBackend = {
  [Name in keyof typeof BACKENDS]: (typeof BACKENDS)[Name] extends { readonly repeats: true } ? Name : never;
}[keyof typeof BACKENDS];

/** Backends on which runs repeat to the bit. */
export const REPEATING = (Object.keys(BACKENDS) as (keyof typeof BACKENDS)[]).filter(
  (name): name is RepeatingBackend => 'repeats' in BACKENDS[name],
);
