/** What waits while work is done. */

/** Keeps the thread busy. */
export const busyFor = (ms: number): void => {
  const start = performance.now();
  while (performance.now() - start < ms);
};

/** Times that a timer of a millisecond had its turn while work was done. */
export async function ticksDuring(work: () => Promise<unknown>): Promise<number> {
  let ticks = 0;
  const timer = setInterval(() => {
    ticks += 1;
  }, 1);
  try {
    await work();
    return ticks;
  } finally {
    clearInterval(timer);
  }
}
