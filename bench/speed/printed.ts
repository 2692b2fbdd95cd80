/** Results on the terminal. */
import { examplesPerSecond, type Measured, msOf, ratioOf, type SpeedLine, yardstickOf } from './line';
import { bySpeed } from './race';

const MIB = 2 ** 20;

const ratio = (one: Measured, other: SpeedLine | undefined): string =>
  other?.measured ? ratioOf(one, other.measured).toFixed(2) : '';

const row = (line: SpeedLine, measured: Measured, others: readonly SpeedLine[]): Record<string, unknown> => ({
  step: `${line.contender}${line.point ? ` ${line.workload.name}` : ''}${line.off ? `, off: ${line.off}` : ''}`,
  'ms a step': msOf(measured).toPrecision(4),
  'examples/s': Math.round(examplesPerSecond(line.workload, measured)),
  ...(line.kind === 'contender' && {
    '× PyTorch, as many threads': ratio(measured, yardstickOf(others, line.threads)),
  }),
  ...(line.kind === 'lever' && {
    '× all on': ratio(
      measured,
      others.find(({ off }) => off === 'none'),
    ),
  }),
  kernels: measured.kernels ?? '',
  'peak MiB': Math.round(measured.peak / MIB),
  'MiB before': Math.round(measured.base / MIB),
});

/** A table of one race. */
export function print(title: string, lines: readonly SpeedLine[]): void {
  const measured = lines.filter((line) => line.measured !== undefined);
  console.log(`\n${title}`);
  const ordered = lines[0]?.kind === 'contender' ? bySpeed(measured) : measured;
  console.table(ordered.map((line) => row(line, line.measured as Measured, lines)));
}
