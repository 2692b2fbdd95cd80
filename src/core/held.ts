/** What one run holds alone: its model, its optimizer, the place of its checkpoints. */

/** What a process has once: the ESM and the CommonJS copy of the library share it. */
export const ofProcess = <T>(name: string, make: () => T): (() => T) => {
  const key = Symbol.for(name);
  return () => {
    const shared = globalThis as { [key]?: T };
    shared[key] ??= make();
    return shared[key];
  };
};

const held = /* @__PURE__ */ ofProcess('ssvae.held', () => new Set<unknown>());

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

/** Who took a thing last. */
const turns = /* @__PURE__ */ ofProcess('ssvae.turns', () => new WeakMap<object, object>());

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

/** How often things have been moved. */
const moves = /* @__PURE__ */ ofProcess('ssvae.moves', () => new WeakMap<object, number>());

/** Number of training steps that have moved a variable. */
export const movesOf = (thing: object): number => moves().get(thing) ?? 0;

/** Counts a training step that moves a variable. */
export const countMove = (thing: object): void => void moves().set(thing, movesOf(thing) + 1);

/** What runs are about to move. */
const awaited = /* @__PURE__ */ ofProcess('ssvae.awaited', () => new WeakSet<object>());

/** Whether a run has begun that has not moved a thing, nor called a function of the user's. */
export const isAwaited = (thing: object): boolean => awaited().has(thing);

/**
 * Says that a run has begun to move a thing.
 *
 * @returns a function that says that it moves it now
 */
export const awaitMove = (thing: object): (() => void) => {
  awaited().add(thing);
  return () => void awaited().delete(thing);
};
