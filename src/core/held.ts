/** What one run holds alone: its model, its optimizer, the place of its checkpoints. */

const LIST = Symbol.for('ssvae.held');

/** The list of this process: the ESM and the CommonJS copy of the library share it. */
const held = (): Set<unknown> => {
  const shared = globalThis as { [LIST]?: Set<unknown> };
  shared[LIST] ??= new Set();
  return shared[LIST];
};

/** Whether a run holds a thing. */
export const isHeld = (thing: unknown): boolean => held().has(thing);

/**
 * Holds a thing.
 *
 * @param thing an object, or the name of something outside the process
 * @returns a function that gives it back
 */
export const hold = (thing: unknown): (() => void) => {
  held().add(thing);
  return () => void held().delete(thing);
};
