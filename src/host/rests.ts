/** Rests of long work: timers, events and the painting of a page get their turn. */

/** Long enough to be cheap, short enough that a page stays alive. */
const EVERY_MS = 30;

/** Lets all else that waits have its turn. A timer would do, but Node delays one by a millisecond, and browsers by four. */
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    const { setImmediate } = globalThis as { readonly setImmediate?: (then: () => void) => void };
    if (setImmediate) return setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });

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
    await turn();
    rested = performance.now();
  };
}
