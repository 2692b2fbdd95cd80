/** Draws the figures of the pages in docs out of the lines in docs/results: `npm run figures`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { figures } from 'ssvae';
import { chartPng, chartSvg } from '../examples/report/chart';
import { parseLines } from '../examples/statistics';
import { lineChart } from './lineChart';
import type { MemoryLine } from './memory/line';

const linesOf = async <Line>(name: string): Promise<readonly Line[]> =>
  parseLines(await readFile(`docs/results/${name}.jsonl`, 'utf8'));

const charts: Readonly<Record<string, () => Promise<figures.VegaLiteSpec>>> = {
  async memory() {
    const lines = await linesOf<MemoryLine>('memory');
    const points = lines.flatMap(({ kind, step, rss, heapUsed }) => [
      { series: `process, ${kind}`, x: step, y: rss / 2 ** 20 },
      { series: `heap, ${kind}`, x: step, y: heapUsed / 2 ** 20 },
    ]);
    return lineChart(points, { x: 'Step', y: 'Memory (MiB)' });
  },
};

await mkdir('docs/figures', { recursive: true });
for (const [name, spec] of Object.entries(charts)) {
  const path = `docs/figures/${name}.png`;
  await writeFile(path, chartPng(await chartSvg(await spec(), name)));
  console.log(path);
}
