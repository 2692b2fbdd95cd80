/**
 * Workers of a simulation, many in one process: `sleepers.ts WORKERS STUDY REDIS LOG`. Each takes runs from the queue as
 * examples/study/work.ts does, sleeps, and keeps a result. The log has a line for each run that was done.
 */
import { appendFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'bullmq';
import { performRun, type Run } from '../../src/node/program/perform';

const [count, study, url, log] = process.argv.slice(2) as [string, string, string, string];
const { signal } = new AbortController();

const run: Run<{ readonly milliseconds: number }> = async ({ milliseconds }, { name }) => {
  await setTimeout(milliseconds);
  appendFileSync(log, `${name}\n`);
  return {};
};

const workers = Array.from(
  { length: Number(count) },
  () =>
    new Worker(
      'study',
      async ({ data }) => {
        await performRun(run, data, { study, signal, log: () => undefined });
      },
      {
        connection: { url, maxRetriesPerRequest: null },
        lockDuration: 120_000,
        stalledInterval: 30_000,
        maxStalledCount: 1000,
      },
    ),
);
for (const worker of workers) worker.on('error', ({ message }) => console.error(message));
process.once('SIGTERM', async () => {
  await Promise.all(workers.map((worker) => worker.close()));
  process.exit(0);
});
