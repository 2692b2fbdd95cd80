/** Workers that start before the backend does, and wait for what they shall serve. */
import { type Shared, serve } from './serve';
import type { StartThread } from './team';

/** A worker, of whatever platform. */
interface WaitingWorker {
  postMessage(shared: Shared): void;
  terminate(): unknown;
}

/**
 * What a worker runs.
 *
 * @param listen from the source of what takes the jobs, that of a worker which hands it the first message
 */
export const workerSource = (listen: (take: string) => string): string =>
  // Tools that keep names of functions put calls of `__name` into their source.
  `const __name = (f) => f; ${listen(`(${serve})`)}`;

/**
 * Starts workers, all or none: where one fails, those that have started are ended, and nothing was changed.
 *
 * A thread starts only while the main one is idle, which a training loop is not; so they start beforehand.
 *
 * @param count of them
 * @param start starts one
 * @param use makes the backend that starts next use them, once all have started
 * @throws what `start` or `use` throws
 */
export async function startWorkers(
  count: number,
  start: () => Promise<WaitingWorker>,
  use: (startThread: StartThread) => void,
): Promise<void> {
  const outcomes = await Promise.allSettled(Array.from({ length: count }, start));
  const waiting = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  try {
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    use((shared) => {
      const worker = waiting.pop();
      worker?.postMessage(shared);
      return { stop: () => void worker?.terminate() };
    });
  } catch (error) {
    for (const worker of waiting) worker.terminate();
    throw error;
  }
}
