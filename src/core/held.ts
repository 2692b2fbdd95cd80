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

const TURNS = Symbol.for('ssvae.turns');

/** Who took a thing last, in this process. */
const turns = (): WeakMap<object, object> => {
  const shared = globalThis as { [TURNS]?: WeakMap<object, object> };
  shared[TURNS] ??= new WeakMap();
  return shared[TURNS];
};

/**
 * Takes a thing over from its present holder, for loops that may be left without notice.
 *
 * @returns whether it is still the taker's
 */
export const takeTurn = (thing: object): (() => boolean) => {
  const own = {};
  turns().set(thing, own);
  return () => turns().get(thing) === own;
};

const MOVES = Symbol.for('ssvae.moves');

/** How often things have been moved, in this process. */
const moves = (): WeakMap<object, number> => {
  const shared = globalThis as { [MOVES]?: WeakMap<object, number> };
  shared[MOVES] ??= new WeakMap();
  return shared[MOVES];
};

/** Number of training steps that have moved a variable. */
export const movesOf = (thing: object): number => moves().get(thing) ?? 0;

/** Counts a training step that moves a variable. */
export const countMove = (thing: object): void => void moves().set(thing, movesOf(thing) + 1);
