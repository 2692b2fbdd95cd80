/** Tables of docs/performance.md about data. */
import { linesOf } from '../../lines';
import { toTable } from '../../toTable';
import { medianOf } from '../median';
import type { DataLine, LoaderLine } from './line';

const MIB = 2 ** 20;

const lines = () => linesOf<DataLine | LoaderLine>('performance-data');

/** A row for each source and number of examples. */
async function data(): Promise<string> {
  const own = (await lines()).filter((line): line is DataLine => line.kind === 'data');
  const ordered = [...own].sort((a, b) => b.source.localeCompare(a.source) || a.examples - b.examples);
  const rows = ordered.map(({ source, examples, bytes, start, step, batch, nextPass, beside, peak }) => [
    source,
    examples.toLocaleString('en-US'),
    (bytes / MIB).toFixed(1),
    ...[start.dataset, start.split, start.batches, start.firstStep].map((seconds) =>
      Math.max(0, seconds).toFixed(2),
    ),
    ...[step, batch, nextPass].map((ms) => String(Number(ms.toPrecision(2)))),
    ...[beside, peak].map((held) => String(Math.max(0, Math.round(held / MIB)))),
  ]);
  const seconds = ['data set', 'split', 'batches', 'first step'].map((part) => `${part}, s`);
  const times = ['ms a step', 'ms a batch', 'ms of the first batch of a pass'];
  return toTable(
    ['from', 'examples', 'data, MiB', ...seconds, ...times, 'beside the data, MiB', 'at most, MiB'],
    rows,
  );
}

/** A row for each workload and backend. */
async function loader(): Promise<string> {
  const own = (await lines()).filter((line): line is LoaderLine => line.kind === 'loader');
  const rows = own.map(({ workload, backend, step, batch, augment }) => {
    const share = (times: readonly number[]): string => ((100 * medianOf(times)) / medianOf(step)).toFixed(1);
    return [
      workload,
      backend,
      ...[step, batch, augment].map((times) => medianOf(times).toFixed(1)),
      share(batch),
      share(augment),
    ];
  });
  const heads = [
    'ms a step',
    'ms a batch',
    'ms of its changes',
    'batch, % of a step',
    'changes, % of a step',
  ];
  return toTable(['workload', 'backend', ...heads], rows);
}

/** Tables by the name that the page asks for them by. */
export const dataTables: Readonly<Record<string, () => Promise<string>>> = {
  'performance data': data,
  'performance loader': loader,
};
