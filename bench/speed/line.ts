/** Lines of docs/results/performance.jsonl. */
import type { LeverName } from './levers';
import { medianOf } from './median';
import type { Limit } from './probe/limit';
import type { GrowthPoint, Workload } from './workloads';

/** Where it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** of the last minute before the run: others had work to do where it is not near 0 */
  readonly load: number;
}

/** One contender's steps of one workload in one run. */
export interface SpeedLine {
  /** contenders are compared with each other, points of a curve are of one contender, and so are levers */
  readonly kind: 'contender' | 'growth' | 'lever';
  /** when the run began: only lines of one run may be compared */
  readonly run: string;
  readonly workload: Workload;
  readonly contender: string;
  readonly group: string;
  readonly threads: number | null;
  readonly machine: Machine;
  /** what the machine could do at most with as many threads, before or after the race; absent on a GPU */
  readonly limit?: Limit;
  /** where on which curve */
  readonly point?: Pick<GrowthPoint, 'along' | 'value'>;
  /** the lever that is off */
  readonly off?: LeverName | 'none';
  /** why there are no figures */
  readonly unable?: string;
  readonly measured?: Measured;
}

/** What was found. */
export interface Measured {
  readonly versions: string;
  readonly parameters: number;
  /** of the first step, nats per example */
  readonly loss: number;
  readonly kernels: number | null;
  /** median milliseconds of a step, round by round: rounds of one run are neighbours in time */
  readonly rounds: readonly number[];
  /** steps in a round */
  readonly steps: number;
  /** bytes that the process held at most, and before it built anything */
  readonly peak: number;
  readonly base: number;
}

/** Median milliseconds of a step. */
export const msOf = ({ rounds }: Measured): number => medianOf(rounds);

/** Examples of either kind in a second. */
export const examplesPerSecond = ({ labeled, unlabeled }: Workload, measured: Measured): number =>
  (1000 * (labeled + unlabeled)) / msOf(measured);

/** How many times longer a step of one takes than of another: the median over the rounds, paired. */
export const ratioOf = (one: Measured, other: Measured): number =>
  medianOf(one.rounds.map((ms, round) => ms / (other.rounds[round] as number)));

/** The fastest PyTorch of a run with as many threads: what the others are measured against. */
export function yardstickOf(lines: readonly SpeedLine[], threads: number | null): SpeedLine | undefined {
  return lines
    .filter((line) => line.group === 'PyTorch' && line.threads === threads && line.measured !== undefined)
    .sort((a, b) => msOf(a.measured as Measured) - msOf(b.measured as Measured))[0];
}
