/**
 * How training depends on the number of examples, in memory and on disk: `npx tsx bench/speed/data/run.ts [--examples 10000,100000]
 * [--sources memory,disk] [--out docs/results/performance-data.jsonl]`.
 *
 * Examples are 16 floats. Each number of them is measured in a process of its own, so that its memory is its own. The file of the
 * examples is written before, and removed.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readLines, writeLines } from '../../lines';
import { machineNow } from '../machine';
import { type DataLine, type LoaderLine, SOURCES } from './line';
import { type DataPoint, fill, WIDTH } from './pattern';

const { values: flags } = parseArgs({
  options: {
    examples: { type: 'string', default: '10000,100000,1000000,10000000' },
    sources: { type: 'string', default: SOURCES.join(',') },
    out: { type: 'string', default: 'docs/results/performance-data.jsonl' },
  },
});

/** Rows that are written together. */
const ROWS = 100_000;

async function writeRows(path: string, examples: number): Promise<void> {
  const file = await open(path, 'w');
  for (let from = 0; from < examples; from += ROWS)
    await file.write(fill(new Float32Array(Math.min(ROWS, examples - from) * WIDTH), from));
  await file.close();
}

/** The figures of a point, by a process of its own. */
async function measured(point: DataPoint): Promise<Omit<DataLine, 'kind' | 'run' | 'machine'>> {
  const args = [...process.execArgv, join(import.meta.dirname, 'point.ts'), JSON.stringify(point)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

const run = new Date().toISOString();
const machine = machineNow();
const place = await mkdtemp(join(tmpdir(), 'ssvae-data-'));
try {
  for (const source of SOURCES.filter((source) => flags.sources.split(',').includes(source)))
    for (const examples of flags.examples.split(',').map(Number)) {
      const path = join(place, `${examples}.f32`);
      if (source === 'disk') await writeRows(path, examples);
      const line: DataLine = { kind: 'data', run, machine, ...(await measured({ source, examples, path })) };
      await rm(path, { force: true });
      console.log(JSON.stringify(line));
      const former = await readLines<DataLine | LoaderLine>(flags.out);
      const others = former.filter(
        (one) => one.kind !== 'data' || one.source !== source || one.examples !== examples,
      );
      await writeLines(flags.out, [...others, line]);
    }
} finally {
  await rm(place, { recursive: true, force: true });
}
