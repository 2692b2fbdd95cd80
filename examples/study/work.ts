// A worker: takes runs from the queue, one at a time, each in a process of its own. Start as many as you like, on any machine that
// sees the folder and Redis: npx tsx examples/study/work.ts --study /shared/study --redis redis://HOST:6379. SIGTERM ends it, and
// the run saves before.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { DelayedError, type Job, Worker } from 'bullmq';
import { flags, QUEUE } from './connection';

const lockDuration = Number(process.env.LOCK_MS ?? 120_000);
let child: ChildProcess | undefined;

/** Runs the program on the settings of a job; a run that has to be called again goes back into the queue. */
async function run(job: Job, token?: string): Promise<void> {
  const args = [...process.execArgv, flags.program, JSON.stringify(job.data), '--study', flags.study];
  child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors = `${errors}${chunk}`.slice(-2000);
  });
  const [code] = await once(child, 'close');
  if (code === 0) return;
  if (code !== 75) throw new Error(errors.trim() || `the run ended with ${code}`);
  await job.moveToDelayed(Date.now() + 1000, token);
  throw new DelayedError();
}

const worker = new Worker(QUEUE, run, {
  connection: { url: flags.redis, maxRetriesPerRequest: null },
  lockDuration,
  stalledInterval: Math.min(30_000, lockDuration),
  // A killed worker says nothing about its run. By default the second one would end it.
  maxStalledCount: 1000,
});
worker.on('completed', ({ id }) => console.log(`${id} done`));
worker.on('failed', (job, error) => console.error(`${job?.id}: ${error.message}`));
// Redis may be away for a while: the worker comes back to it.
worker.on('error', ({ message }) => console.error(message));
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, async () => {
    child?.kill('SIGTERM');
    await worker.close();
    process.exit(0);
  });
