/** Lines of docs/results/programs.jsonl, and their table. */
import { linesOf } from '../lines';
import { toTable } from '../toTable';

/** What a step of a workload does on WebGPU. */
export interface ProgramsLine {
  readonly workload: string;
  /** operations that compute; the host starts a program or more for each */
  readonly operations: number;
  /** programs that are started */
  readonly programs: number;
}

/** The table of docs/performance.md. */
export const programsTables = {
  'performance programs': async (): Promise<string> =>
    toTable(
      ['workload', 'operations', 'programs'],
      (await linesOf<ProgramsLine>('programs')).map(({ workload, operations, programs }) => [
        workload,
        String(operations),
        String(programs),
      ]),
    ),
};
