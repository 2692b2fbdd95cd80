/** Names of the arrays in a checkpoint: `model/NAME`, `optimizer.PHASE/NAME` and so on. */
import type { StoredArray } from '../../files/safetensors';

/** Arrays under a prefix. */
export const prefixed = (
  prefix: string,
  arrays: Readonly<Record<string, StoredArray>>,
): Record<string, StoredArray> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${prefix}/${name}`, array]));

/** The arrays under a prefix, without it. */
export const withPrefix = (
  prefix: string,
  arrays: Readonly<Record<string, StoredArray>>,
): Record<string, StoredArray> =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), array]] : [],
    ),
  );

/** Prefix of an optimizer's tensors; the name of a phase has no `/`. */
export const prefixOf = (phase: string | undefined): string =>
  phase === undefined ? 'optimizer' : `optimizer.${phase}`;
