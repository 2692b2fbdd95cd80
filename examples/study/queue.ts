// Puts the runs of a grid into a queue on Redis, but for those that are done. Call it again at any time: it adds what is missing.
// npx tsx examples/study/queue.ts '{ "method": ["m2", "regularized"], "seed": [1, 2, 3] }' --redis redis://HOST:6379
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { flags, positionals } from './commandLine';
import { readResult } from './results';
import { grid, nameOf } from './settings';

/** What a queue of long runs needs of Redis, each with the line that sets it. */
const NEEDED = { 'maxmemory-policy': 'noeviction', appendonly: 'yes' } as const;

const connection = new Redis(flags.redis, { maxRetriesPerRequest: null });
for (const [name, needed] of Object.entries(NEEDED)) {
  const [, found] = (await connection.config('GET', name)) as string[];
  if (found === needed) continue;
  console.error(`Redis has ${name} ${found}, needed ${needed}: redis-cli CONFIG SET ${name} ${needed}`);
  process.exit(2);
}

const queue = new Queue('study', { connection });
const runs = grid(JSON.parse(positionals[0] ?? '{}'));
for (;;) {
  const open = [];
  for (const settings of runs) if (!(await readResult(nameOf(settings)))) open.push(settings);
  // A run that is queued already keeps its place, as its name is that of the job.
  await queue.addBulk(
    open.map((settings) => ({
      name: settings.method,
      data: settings,
      opts: {
        jobId: nameOf(settings),
        attempts: 5,
        backoff: { type: 'fixed', delay: 1000 },
        removeOnComplete: true,
        removeOnFail: false,
      },
    })),
  );
  const { failed = 0 } = await queue.getJobCounts('failed');
  console.log(
    `${runs.length} runs: ${runs.length - open.length} done, ${open.length} queued, ${failed} failed`,
  );
  if (open.length === failed) break;
  // The folder has the truth: what Redis has lost is put back.
  await setTimeout(Number(process.env.EVERY_MS ?? 30_000));
}
for (const { data, failedReason } of await queue.getFailed()) console.log(JSON.stringify(data), failedReason);
await queue.close();
connection.disconnect();
