/**
 * A study of many machines, simulated: `npx tsx bench/machines/simulate.ts [--workers 1000] [--runs 100000] [--milliseconds 500]`.
 *
 * The workers are spread over a few processes, and their runs sleep. The queue is examples/study/queue.ts, on a real Redis that
 * writes its changes to a file every second. In the end each run has one result, and none was done twice. Needs `redis-server`.
 * Prints a line of JSON.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loader } from '../../test/support/programs';
import { freePort, outputOf, RedisServer, start } from './processes';

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '100000' },
    milliseconds: { type: 'string', default: '500' },
    processes: { type: 'string', default: '4' },
  },
});
const [workers, runs, milliseconds, processes] = [
  values.workers,
  values.runs,
  values.milliseconds,
  values.processes,
].map(Number) as [number, number, number, number];

const folder = await mkdtemp(join(tmpdir(), 'ssvae-simulate-'));
const study = join(folder, 'study');
const redis = new RedisServer(await freePort(), folder, 'everysec');
await redis.start();
const grid = join(folder, 'grid.json');
await writeFile(
  grid,
  JSON.stringify({ milliseconds: [milliseconds], seed: Array.from({ length: runs }, (_, i) => i + 1) }),
);

/** Jobs in the queue and under way. */
const queued = (): Promise<number> =>
  redis.ask(async (ask) => (await ask.llen('bull:study:wait')) + (await ask.llen('bull:study:active')));
const seconds = (since: number): number => Number(((performance.now() - since) / 1000).toFixed(1));

const begun = performance.now();
const queue = outputOf(
  start(
    'queue',
    [`@${grid}`, '--study', study, '--redis', redis.url, '--program', 'bench/machines/sleep.ts'],
    { EVERY_MS: '5000' },
  ),
);
let over = false;
void queue.then(() => {
  over = true;
});
while (!over && (await queued()) < runs) await new Promise((done) => setTimeout(done, 100));
const adding = seconds(begun);

const logs = Array.from({ length: processes }, (_, i) => join(folder, `${i}.log`));
const started = performance.now();
const crew = logs.map((log, i) => {
  const share = Math.floor(workers / processes) + (i < workers % processes ? 1 : 0);
  return spawn(
    process.execPath,
    ['--import', loader, resolve('bench/machines/sleepers.ts'), String(share), study, redis.url, log],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
});
while ((await queued()) > 0) await new Promise((done) => setTimeout(done, 100));
const draining = seconds(started);
const { code, output } = await queue;
const memory = await redis.ask((ask) => ask.info('memory'));
for (const one of crew) one.kill('SIGTERM');
await Promise.all(crew.map((one) => outputOf(one)));
await redis.kill();

const names = (await readdir(join(study, 'results'))).filter((name) => name.endsWith('.json'));
const done = (await Promise.all(logs.map((log) => readFile(log, 'utf8')))).join('').trim().split('\n');
console.log(
  JSON.stringify({
    workers,
    runs,
    milliseconds,
    secondsToAdd: adding,
    secondsToDrain: draining,
    runsASecond: Math.round(runs / draining),
    redisPeakMegabytes: Math.round(Number(/used_memory_peak:(\d+)/.exec(memory)?.[1]) / 1e6),
    results: names.length,
    doneTwice: done.length - new Set(done).size,
    load: Number(loadavg()[0]?.toFixed(1)),
  }),
);
if (code !== 0 || names.length !== runs || new Set(done).size !== runs) {
  console.error(output);
  process.exitCode = 1;
}
await rm(folder, { recursive: true });
