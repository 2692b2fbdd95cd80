/** Rests of long work: timers, events and the painting of a page get their turn. */

/** Long enough to be cheap (browsers stretch a timer to 4 ms), short enough that a page stays alive. */
const EVERY_MS = 30;

/**
 * Makes a function that lets other work run when the last rest lies some time back, and else returns at once.
 *
 * @returns to be awaited between two pieces of work
 * @example const rest = createRests(); for (const piece of pieces) { work(piece); await rest(); }
 */
export function createRests(): () => Promise<void> {
  let rested = performance.now();
  return async () => {
    if (performance.now() - rested < EVERY_MS) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    rested = performance.now();
  };
}
