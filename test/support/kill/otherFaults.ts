/** What befalls a run from outside but a kill: a second run, a suspension, a reader of its output that is gone. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNoise } from '../../../src/core/noise';
import type { RepeatingBackend } from './backends';
import { type RunEnd, type RunProcess, startRun } from './runProcess';

/** What came of the faults; each run that is counted as ended was alike to one that was left alone. */
export interface FaultFigures {
  /** runs that were started on a place that another run had, and how many of them were refused before their first step */
  readonly second: number;
  readonly refused: number;
  /** runs that were suspended while they wrote a checkpoint, and how many ended */
  readonly suspended: number;
  readonly suspendedEnded: number;
  /** runs whose progress nobody could read any more, and how many ended */
  readonly unread: number;
  readonly unreadEnded: number;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Whether a run was refused because of another, without a step. */
const wasRefused = ({ ended, errors }: RunEnd, steps: number): boolean =>
  ended === undefined && steps === 0 && /belongs to the run of process \d+/.test(errors);

/**
 * Puts runs through faults of their surroundings.
 *
 * @param backend of the runs
 * @param times how often each fault happens
 * @param seed of the moments
 * @param epochs of each run, five steps long
 * @throws Error where a run ends otherwise than one that is left alone
 */
export async function disturbRuns(
  backend: RepeatingBackend,
  times: number,
  seed: number,
  epochs: number,
): Promise<FaultFigures> {
  const root = await mkdtemp(join(tmpdir(), 'ssvae-disturb-'));
  const noise = createNoise(seed).split(backend);
  const figures = { second: 0, refused: 0, suspended: 0, suspendedEnded: 0, unread: 0, unreadEnded: 0 };
  try {
    const reference = JSON.stringify((await startRun(backend, join(root, 'whole'), epochs).end).ended);
    const assertAlike = ({ ended, code, errors }: RunEnd, what: string): void => {
      if (JSON.stringify(ended) !== reference)
        throw new Error(
          `${backend}, seed ${seed}: ${what} ended ${ended ? 'otherwise' : `with ${code}: ${errors}`}`,
        );
    };
    /** A second run, to its end; counts whether it was refused. */
    const tryAsSecond = async (path: string): Promise<void> => {
      let steps = 0;
      const { end } = startRun(backend, path, epochs, ({ event }) => {
        if (event === 'step') steps++;
      });
      figures.second++;
      if (wasRefused(await end, steps)) figures.refused++;
    };
    for (let i = 0; i < times; i++) {
      const draws = noise.split(i);
      // Two that begin together: one of them trains.
      const path = join(root, `pair${i}`);
      const steps = [0, 0];
      const begin = (which: number): RunProcess =>
        startRun(backend, path, epochs, ({ event }) => {
          if (event === 'step') steps[which] = (steps[which] as number) + 1;
        });
      const first = begin(0);
      await wait(draws.next() * 30);
      const ends = await Promise.all([first.end, begin(1).end]);
      figures.second++;
      const refused = ends.findIndex((end, which) => wasRefused(end, steps[which] as number));
      if (refused >= 0) figures.refused++;
      assertAlike(ends[refused === 0 ? 1 : 0] as RunEnd, 'the first of two runs');

      // One that is suspended in a save; meanwhile another tries.
      let saves = 1 + Math.floor(draws.next() * 4);
      const held = join(root, `held${i}`);
      let suspend = (): void => {};
      const stopped = new Promise<void>((resolve) => {
        suspend = resolve;
      });
      const run = startRun(backend, held, epochs, ({ event }, child) => {
        if (event !== 'saving' || --saves !== 0) return;
        child.kill('SIGSTOP');
        suspend();
      });
      figures.suspended++;
      await stopped;
      await tryAsSecond(held);
      run.child.kill('SIGCONT');
      assertAlike(await run.end, 'a run that was suspended');
      figures.suspendedEnded++;

      // One whose standard error nobody reads any more, a bar being written to it.
      const unread = startRun(backend, join(root, `unread${i}`), epochs, ({ event }, child) => {
        if (event === 'began') child.stderr?.destroy();
      });
      figures.unread++;
      assertAlike(await unread.end, 'a run whose output nobody reads');
      figures.unreadEnded++;
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return figures;
}
