/** Contenders take turns: A B C, A B C, …, so that what a machine does beside falls on all of them alike. */
import { type Running, start } from './contenderProcess';
import type { Contender } from './contenders';
import { type Machine, msOf, type SpeedLine } from './line';
import { medianOf } from './median';
import { workOf } from './work';
import type { Workload } from './workloads';

/** A contender with its workload, and what the line of its result says beside. */
export interface Entrant {
  readonly contender: Contender;
  readonly workload: Workload;
  readonly about: Pick<SpeedLine, 'kind' | 'point' | 'off'>;
}

/** How long a race is. */
export interface RaceOptions {
  readonly rounds: number;
  /** steps of a turn; default: as many as fit into `seconds` */
  readonly steps?: number;
  readonly seconds: number;
  /** the bundled worker of Node */
  readonly worker: string;
  readonly run: string;
  readonly machine: Machine;
}

/** First losses of one workload may differ as those of other random weights and pixels do, and by no more. */
const LOSS_TOLERANCE = 0.2;

/**
 * Refuses contenders that do not do the same work.
 *
 * @throws Error when numbers of parameters differ at all, or first losses by more than a fifth of their median
 */
export function assertSameWork(lines: readonly SpeedLine[]): void {
  const found = lines.flatMap(({ contender, measured }) => (measured ? [{ contender, ...measured }] : []));
  const listed = (value: (one: (typeof found)[number]) => string): string =>
    found.map((one) => `${one.contender} ${value(one)}`).join(', ');
  if (new Set(found.map(({ parameters }) => parameters)).size > 1)
    throw new Error(`bench: numbers of parameters differ: ${listed(({ parameters }) => String(parameters))}`);
  const [first] = lines;
  if (
    first?.kind === 'contender' &&
    found.some(({ parameters }) => parameters !== workOf(first.workload).parameters)
  )
    throw new Error(
      `bench: the work of ${first.workload.name} is counted for ${workOf(first.workload).parameters} parameters, its models have ${found[0]?.parameters}`,
    );
  const middle = medianOf(found.map(({ loss }) => loss));
  if (found.some(({ loss }) => !(Math.abs(loss / middle - 1) <= LOSS_TOLERANCE)))
    throw new Error(
      `bench: first losses differ, in nats per example: ${listed(({ loss }) => loss.toFixed(1))}`,
    );
}

/** Lines of all entrants, in their order. */
export async function race(
  entrants: readonly Entrant[],
  { rounds, steps, seconds, worker, run, machine }: RaceOptions,
): Promise<readonly SpeedLine[]> {
  const runners: { line: SpeedLine; running?: Running; turn: number; ms: number[]; peak: number }[] = [];
  try {
    for (const { contender, workload, about } of entrants) {
      const { name, group, threads } = contender;
      const line = { ...about, run, workload, contender: name, group, threads, machine };
      const started = await start(contender, workload, worker);
      const label = `${workload.name} ${name}${about.off ? `, off: ${about.off}` : ''}`;
      if ('unable' in started) {
        console.log(`${label}: cannot: ${started.unable}`);
        runners.push({ line: { ...line, unable: started.unable }, turn: 0, ms: [], peak: 0 });
        continue;
      }
      const { pace, parameters, loss } = started.ready;
      const turn = steps ?? Math.min(100, Math.max(2, Math.round((1000 * seconds) / pace)));
      console.log(
        `${label}: ${parameters} parameters, first loss ${loss.toFixed(1)} nats per example, ${turn} steps a turn`,
      );
      runners.push({ line, running: started, turn, ms: [], peak: 0 });
    }
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`\rround ${round + 1} of ${rounds} `);
      for (const runner of runners) {
        if (runner.running === undefined) continue;
        const timed = await runner.running.run(runner.turn);
        if ('unable' in timed) {
          console.log(`${runner.line.contender}: out of the race: ${timed.unable}`);
          runner.line = { ...runner.line, unable: timed.unable };
          delete runner.running;
          continue;
        }
        const { ms, loss, peak } = timed;
        if (!Number.isFinite(loss))
          throw new Error(`bench: ${runner.line.contender} trained to a loss of ${loss}`);
        runner.ms.push(medianOf(ms));
        runner.peak = peak;
      }
    }
    process.stderr.write('\r');
  } finally {
    for (const { running } of runners) running?.stop();
  }
  return runners.map(({ line, running, turn, ms, peak }) => {
    if (running === undefined) return line;
    const { pace: _, ...ready } = running.ready;
    return {
      ...line,
      measured: { ...ready, rounds: ms.map((one) => Number(one.toPrecision(5))), steps: turn, peak },
    };
  });
}

/** Order of speed, those without figures last. */
export const bySpeed = (lines: readonly SpeedLine[]): readonly SpeedLine[] =>
  [...lines].sort(
    (a, b) => (a.measured ? msOf(a.measured) : Infinity) - (b.measured ? msOf(b.measured) : Infinity),
  );
