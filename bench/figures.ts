/** Draws the figures of the pages in docs out of the lines in docs/results: `npm run figures`. */
import { mkdir, writeFile } from 'node:fs/promises';
import type { figures } from 'ssvae';
import { lineChart } from './lineChart';
import { linesOf } from './lines';
import type { MemoryLine } from './memory/line';
import { msOf, type SpeedLine } from './speed/line';
import { chartPng, chartSvg } from './start/report/chart';
import { studyFigures } from './study/shared/figures';

/** How a step grows along one axis; nothing where that was not measured. */
const growth =
  (along: string, x: string, file = 'performance') =>
  async (): Promise<figures.VegaLiteSpec | undefined> => {
    const points = (await linesOf<SpeedLine>(file)).flatMap(
      ({ kind, point, measured, contender, workload }) =>
        kind === 'growth' && point?.along === along && measured
          ? [{ series: `${contender}, ${workload.labelHandling}`, x: point.value, y: msOf(measured) }]
          : [],
    );
    return points.length === 0 ? undefined : lineChart(points, { x, y: 'Step (ms)', log: true });
  };

const charts: Readonly<Record<string, () => Promise<figures.VegaLiteSpec | undefined>>> = {
  async memory() {
    const lines = await linesOf<MemoryLine>('memory');
    const points = lines.flatMap(({ kind, step, rss, heapUsed }) => [
      { series: `process, ${kind}`, x: step, y: rss / 2 ** 20 },
      { series: `heap, ${kind}`, x: step, y: heapUsed / 2 ** 20 },
    ]);
    return lineChart(points, { x: 'Step', y: 'Memory (MiB)' });
  },
  'performance-classes': growth('classes', 'Classes'),
  'performance-batch': growth('batch', 'Examples of either kind in a batch'),
  'performance-latent': growth('latent', 'Latent dimensions'),
  'performance-width': growth('width', 'Hidden units'),
  'performance-avx2-classes': growth('classes', 'Classes', 'performance-avx2'),
  'performance-avx2-batch': growth('batch', 'Examples of either kind in a batch', 'performance-avx2'),
  'performance-avx2-latent': growth('latent', 'Latent dimensions', 'performance-avx2'),
  'performance-avx2-image': growth('image', 'Pixels on each side', 'performance-avx2'),
  ...studyFigures,
};

await mkdir('docs/figures', { recursive: true });
for (const [name, spec] of Object.entries(charts)) {
  const path = `docs/figures/${name}.png`;
  const chart = await spec();
  if (chart === undefined) continue;
  await writeFile(path, chartPng(await chartSvg(chart, name)));
  console.log(path);
}
