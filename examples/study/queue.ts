// Puts the runs of a grid into a queue on Redis, but for those that are done. Call it again at any time: it adds what is missing.
// npx tsx examples/study/queue.ts '{ "method": ["m2", "regularized"], "seed": [1, 2, 3] }' --redis redis://HOST:6379
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { connect, flags, positionals, QUEUE } from './connection';
import { type Listed, listed, withoutResult } from './listed';

/** Jobs that are asked for, or added, at a time. */
const CHUNK = 1000;
const connection = await connect();
const queue = new Queue(QUEUE, { connection });

/** The job of a run: BullMQ keeps names of digits alone for itself. */
const jobOf = (name: string): string => `run-${name}`;

const options = { attempts: 5, backoff: { type: 'fixed', delay: 1000 }, removeOnComplete: true } as const;

/** Runs that Redis does not have. */
async function missingOf(runs: readonly Listed[]): Promise<readonly Listed[]> {
  const missing = [];
  for (let i = 0; i < runs.length; i += CHUNK) {
    const chunk = runs.slice(i, i + CHUNK);
    const questions = connection.pipeline();
    for (const { name } of chunk) questions.exists(queue.toKey(jobOf(name)));
    const answers = await questions.exec();
    missing.push(...chunk.filter((_, j) => answers?.[j]?.[1] === 0));
  }
  return missing;
}

const runs = listed(flags.program, positionals[0] ?? '{}', flags.study);
let open = await withoutResult(runs, flags.study);
for (;;) {
  // The folder has the truth: what Redis lacks is put back. It is asked after Redis, as runs end meanwhile.
  const missing = await withoutResult(await missingOf(open), flags.study);
  const jobs = missing.map(({ name, settings: data }) => ({
    name: 'run',
    data,
    opts: { ...options, jobId: jobOf(name) },
  }));
  for (let i = 0; i < jobs.length; i += CHUNK) await queue.addBulk(jobs.slice(i, i + CHUNK));
  open = await withoutResult(open, flags.study);
  const names = new Set(open.map(({ name }) => jobOf(name)));
  const failed = (await queue.getFailed()).filter(({ id }) => names.has(id as string));
  const done = runs.length - open.length;
  console.log(`${runs.length} runs: ${done} done, ${open.length} queued, ${failed.length} failed`);
  if (open.length === failed.length) {
    for (const { data, failedReason } of failed) console.log(JSON.stringify(data), failedReason);
    break;
  }
  await setTimeout(Number(process.env.EVERY_MS ?? 30_000));
}
await queue.close();
connection.disconnect();
