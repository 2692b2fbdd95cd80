/**
 * A study under attack: `npx tsx bench/machines/run.ts [--workers 2] [--kills 60] [--restarts 10] [--runs 24]`.
 *
 * Workers take the runs of a grid from a queue on a real Redis. Meanwhile workers are killed at random moments, one is suspended
 * for longer than its lock, Redis is killed and started again, and its data are wiped once. In the end every run has one result,
 * and it is compared with that of the same run in one undisturbed process. Needs `redis-server` (Debian: apt-get install
 * redis-server). Prints a line of JSON.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createNoise } from 'ssvae';
import { freePort, outputOf, RedisServer, start } from './processes';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    kills: { type: 'string', default: '60' },
    restarts: { type: 'string', default: '10' },
    runs: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
  },
});
const workers = Number(values.workers);
const LOCK_MS = 3000;

const folder = await mkdtemp(join(tmpdir(), 'ssvae-machines-'));
const study = join(folder, 'study');
const redis = new RedisServer(await freePort(), folder);
await redis.start();

const seeds = Array.from({ length: Number(values.runs) }, (_, i) => i + 1);
const small = { method: 'm2', labels: 20, examples: 300, epochs: 6, backend: 'cpu' } as const;
const grid = JSON.stringify({
  ...Object.fromEntries(Object.entries(small).map(([name, value]) => [name, [value]])),
  seed: seeds,
});
const place = ['--study', study, '--redis', redis.url];

const events = { kills: 0, restarts: 0, wipes: 0, suspensions: 0 };
const work = (): ChildProcess => {
  const worker = start('work', place, { LOCK_MS: String(LOCK_MS) });
  for (const stream of [worker.stdout, worker.stderr]) stream?.resume();
  return worker;
};
const team = Array.from({ length: workers }, work);
const begun = performance.now();
const queue = outputOf(start('queue', [grid, ...place], { EVERY_MS: '2000' }));
let over = false;
void queue.then(() => {
  over = true;
});

// What happens next is drawn from a stream: the same sequence for the same seed, at other moments of the runs.
const noise = createNoise(Number(values.seed));
const planned: (() => Promise<void>)[] = [
  ...Array.from({ length: Number(values.kills) }, (_, i) => async () => {
    const place = i % workers;
    team[place]?.kill('SIGKILL');
    team[place] = work();
    events.kills++;
  }),
  ...Array.from({ length: Number(values.restarts) }, () => async () => {
    await redis.kill();
    await redis.start();
    events.restarts++;
  }),
  async () => {
    const worker = team[0];
    worker?.kill('SIGSTOP');
    await setTimeout(3 * LOCK_MS);
    worker?.kill('SIGCONT');
    events.suspensions++;
  },
  async () => {
    await redis.ask((connection) => connection.flushall());
    events.wipes++;
  },
];
const order = noise.split('order').permutation(planned.length);
const pauses = noise.split('pauses').uniforms(planned.length);
for (const [i, event] of Array.from(order, (at) => planned[at] as () => Promise<void>).entries()) {
  if (over) break;
  await setTimeout(400 + 1600 * (pauses[i] as number));
  await event();
}
const { output } = await queue;
const seconds = (performance.now() - begun) / 1000;
for (const worker of team) worker.kill('SIGTERM');
await Promise.all(team.map((worker) => worker.exitCode ?? worker.signalCode ?? outputOf(worker)));
await redis.kill();

/** Results by name, but for files that are none. */
const read = async (root: string): Promise<Map<string, string>> => {
  const names = (await readdir(join(root, 'results'))).filter((name) => name.endsWith('.json'));
  return new Map(
    await Promise.all(
      names.map(async (name) => [name, await readFile(join(root, 'results', name), 'utf8')] as const),
    ),
  );
};
const found = await read(study);
const alone = join(folder, 'alone');
for (const seed of seeds)
  await outputOf(start('run', [JSON.stringify({ ...small, seed }), '--study', alone]));
const expected = await read(alone);
const equal = [...expected].filter(([name, line]) => found.get(name) === line).length;
console.log(
  JSON.stringify({
    runs: seeds.length,
    workers,
    ...events,
    results: found.size,
    equal,
    seconds: Math.round(seconds),
  }),
);
if (equal !== seeds.length || found.size !== seeds.length) {
  console.error(output);
  process.exitCode = 1;
}
await rm(folder, { recursive: true });
