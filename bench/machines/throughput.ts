/**
 * Runs a minute of real runs, by the number of workers: `npx tsx bench/machines/throughput.ts [--runs 8] [--workers 1 --workers 2]`.
 * Workers go through the runs of a grid without a queue (examples/study/run.ts --all). Prints a line of JSON for each number.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { outputOf, start } from './processes';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '8' },
    epochs: { type: 'string', default: '8' },
    workers: { type: 'string', multiple: true, default: ['1', '2'] },
  },
});
const runs = Number(values.runs);
const grid = JSON.stringify({
  epochs: [Number(values.epochs)],
  seed: Array.from({ length: runs }, (_, i) => i + 1),
});
for (const workers of values.workers.map(Number)) {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-throughput-'));
  const begun = performance.now();
  const ended = await Promise.all(
    Array.from({ length: workers }, () => outputOf(start('run', [grid, '--all', '--study', folder]))),
  );
  const seconds = (performance.now() - begun) / 1000;
  if (ended.some(({ code }) => code !== 0)) throw new Error(ended.map(({ output }) => output).join('\n'));
  console.log(
    JSON.stringify({
      workers,
      runs,
      seconds: Math.round(seconds),
      runsAMinute: Number(((60 * runs) / seconds).toFixed(1)),
      load: Number(loadavg()[0]?.toFixed(1)),
    }),
  );
  await rm(folder, { recursive: true });
}
