/** Work that is done piece by piece. */

/** Runs one piece of work at a time, in the order of the calls. */
export const createQueue = () => {
  // Waits without a hold on the results, which may be large.
  let last: Promise<void> = Promise.resolve();
  return <T>(work: () => Promise<T> | T): Promise<T> => {
    const turn = last.then(work);
    const done = (): void => undefined;
    last = turn.then(done, done);
    return turn;
  };
};
