// Puts the runs of a grid into a queue on Redis, but for those that are done. Call it again at any time: it adds what is missing.
// npx tsx examples/study/queue.ts '{ "method": ["m2", "regularized"], "seed": [1, 2, 3] }' --redis redis://HOST:6379
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { flags, positionals, QUEUE } from './connection';

/** What a queue of long runs needs of Redis, each with the line that sets it. */
const NEEDED = { 'maxmemory-policy': 'noeviction', appendonly: 'yes' } as const;

/** Jobs that are added at a time. */
const CHUNK = 1000;

const connection = new Redis(flags.redis, { maxRetriesPerRequest: null });
for (const [name, needed] of Object.entries(NEEDED)) {
  const [, found] = (await connection.config('GET', name)) as string[];
  if (found === needed) continue;
  console.error(`Redis has ${name} ${found}, needed ${needed}: redis-cli CONFIG SET ${name} ${needed}`);
  process.exit(2);
}

// The program knows its runs: a name and settings each.
const listed = spawnSync(
  process.execPath,
  [...process.execArgv, flags.program, positionals[0] ?? '{}', '--study', flags.study, '--list'],
  { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8', maxBuffer: 2 ** 30 },
);
if (listed.status !== 0) process.exit(listed.status ?? 1);
const runs = listed.stdout
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line)) as {
  readonly name: string;
  readonly settings: object;
}[];

const queue = new Queue(QUEUE, { connection });

/** The name of a run's job: BullMQ keeps names of digits alone for itself. */
const jobOf = (name: string): string => `run-${name}`;

/** Runs that Redis does not have. */
async function missingOf(some: typeof runs): Promise<typeof runs> {
  const missing = [];
  for (let i = 0; i < some.length; i += CHUNK) {
    const chunk = some.slice(i, i + CHUNK);
    const questions = connection.pipeline();
    for (const { name } of chunk) questions.exists(queue.toKey(jobOf(name)));
    const answers = await questions.exec();
    missing.push(...chunk.filter((_, j) => answers?.[j]?.[1] === 0));
  }
  return missing;
}

const withoutResult = async (some: typeof runs): Promise<typeof runs> => {
  const results = new Set(await readdir(join(flags.study, 'results')).catch(() => []));
  return some.filter(({ name }) => !results.has(`${name}.json`));
};

let open = await withoutResult(runs);
for (;;) {
  // The folder has the truth: what Redis lacks is put back. It is asked after Redis, as runs end meanwhile.
  const missing = await withoutResult(await missingOf(open));
  for (let i = 0; i < missing.length; i += CHUNK)
    await queue.addBulk(
      missing.slice(i, i + CHUNK).map(({ name, settings }) => ({
        name: 'run',
        data: settings,
        opts: {
          jobId: jobOf(name),
          attempts: 5,
          backoff: { type: 'fixed', delay: 1000 },
          removeOnComplete: true,
          removeOnFail: false,
        },
      })),
    );
  open = await withoutResult(open);
  const names = new Set(open.map(({ name }) => jobOf(name)));
  const failed = (await queue.getFailed()).filter(({ id }) => names.has(id as string));
  console.log(
    `${runs.length} runs: ${runs.length - open.length} done, ${open.length} queued, ${failed.length} failed`,
  );
  if (open.length === failed.length) {
    for (const { data, failedReason } of failed) console.log(JSON.stringify(data), failedReason);
    break;
  }
  await setTimeout(Number(process.env.EVERY_MS ?? 30_000));
}
await queue.close();
connection.disconnect();
