/** Lines of docs/results/profile.jsonl, and their table. */
import { toTable } from '../toTable';

/** What a step of a workload spends its time on. */
export interface ProfileLine {
  readonly workload: string;
  readonly backend: string;
  readonly threads: number;
  /** mean milliseconds of a step */
  readonly ms: number;
  /** milliseconds of a step in kernels, by kind of work */
  readonly kinds: Readonly<Record<string, number>>;
}

/** A row for each workload; what no kernel takes is the rest. */
export function profileTable(lines: readonly ProfileLine[]): string {
  const kinds = [...new Set(lines.flatMap((line) => Object.keys(line.kinds)))];
  const rows = lines.map(({ workload, backend, threads, ms, kinds: own }) => {
    const inKernels = Object.values(own).reduce((sum, time) => sum + time, 0);
    return [
      workload,
      backend,
      String(threads),
      ...[ms, ...kinds.map((kind) => own[kind] ?? 0), Math.max(0, ms - inKernels)].map((time) =>
        time.toFixed(1),
      ),
    ];
  });
  return toTable(['workload', 'backend', 'threads', 'ms a step', ...kinds, 'outside kernels'], rows);
}
