// The command line of the programs with a queue, and their Redis.
import { parseArgs } from 'node:util';
import { Redis } from 'ioredis';

/** `--study FOLDER` and `--redis URL`, which all machines see, and `--program FILE`, the run as a program. */
export const { values: flags, positionals } = parseArgs({
  options: {
    study: { type: 'string', default: 'runs/study' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    program: { type: 'string', default: 'examples/study/run.ts' },
  },
  allowPositionals: true,
});

export const QUEUE = 'study';

/** What a queue of long runs needs of Redis, each with the line that sets it. */
const NEEDED = { 'maxmemory-policy': 'noeviction', appendonly: 'yes' } as const;

/** A connection to a Redis that forgets no job; ends the process with 2 where it would. */
export async function connect(): Promise<Redis> {
  const redis = new Redis(flags.redis, { maxRetriesPerRequest: null });
  for (const [name, needed] of Object.entries(NEEDED)) {
    const [, found] = (await redis.config('GET', name)) as string[];
    if (found === needed) continue;
    console.error(`Redis has ${name} ${found}, needed ${needed}: redis-cli CONFIG SET ${name} ${needed}`);
    process.exit(2);
  }
  return redis;
}
