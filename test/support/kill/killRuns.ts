/** Runs that are killed again and again, and what is left of them. */
import { existsSync, mkdirSync, watch } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNoise, type Noise } from '../../../src/core/noise';
import { readSafetensors } from '../../../src/files/safetensors';
import type { Ending } from '../ending';
import { below } from '../mutations';
import type { RepeatingBackend } from './backends';
import { startRun } from './runProcess';

/** What came of the kills. */
export interface KillFigures {
  /** processes killed */
  readonly kills: number;
  /** kills while a checkpoint was being written, and while a step was under way */
  readonly inSaves: number;
  readonly inSteps: number;
  /** runs that were brought to their end; each was alike */
  readonly endings: number;
  /** checkpoints read after a kill, all of them whole */
  readonly read: number;
  /** files that a killed process left half-written, beside the checkpoints */
  readonly halfWritten: number;
  /** steps done twice, as the process was killed before a checkpoint had them */
  readonly repeated: number;
}

/** How a life ended. */
type Life =
  | { readonly ended: Ending }
  | { readonly ended?: undefined; readonly during: 'save' | 'step'; readonly lost: number };

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Moments at which a process is killed. */
export type Aim = 'anywhere' | 'saves';

/** Calls `then` as soon as a file half-written appears in a folder. */
const atHalfWritten = (path: string, then: () => void): (() => void) => {
  mkdirSync(path, { recursive: true });
  const watcher = watch(path, (_, name) => {
    if (name?.endsWith('.tmp') && existsSync(join(path, name))) then();
  });
  return () => watcher.close();
};

/** Lets a run live until a random moment, or to its end. */
const live = async (
  backend: RepeatingBackend,
  path: string,
  epochs: number,
  aim: Aim,
  noise?: Noise,
): Promise<Life> => {
  // Half of the kills aim at a save: the first moment of one, and a random time after it.
  const event = noise && below(noise, 2) === 0 ? 'saving' : 'step';
  let left = noise ? 1 + below(noise, 4) : Number.POSITIVE_INFINITY;
  // A save takes some 4 ms, a step and what comes behind it some 12.
  const delay = noise ? noise.next() * (event === 'saving' ? 4 : 12) : 0;
  let [began, done, saved, saving, killed] = [0, 0, 0, false, false];
  const { child, end } = startRun(backend, path, epochs, (message) => {
    if (killed) return;
    if (message.event === 'began') [began, done, saved] = [message.step, message.step, message.step];
    if (message.event === 'step') done = message.step + 1;
    if (message.event === 'saving') saving = true;
    if (message.event === 'saved') [saving, saved] = [false, done];
    if (aim === 'anywhere' && message.event === event && --left === 0)
      void wait(delay).then(() => {
        killed = child.kill('SIGKILL');
      });
  });
  const stopWatching =
    aim === 'saves' && noise
      ? atHalfWritten(path, () => {
          if (!killed && --left <= 0) killed = child.kill('SIGKILL');
        })
      : undefined;
  const { code, signal, errors, ended } = await end;
  stopWatching?.();
  if (ended) return { ended };
  if (signal === 'SIGKILL' && killed) return { during: saving ? 'save' : 'step', lost: done - saved };
  throw new Error(`the run ended with ${code ?? signal} behind step ${done} of ${began}: ${errors}`);
};

/** Reads every checkpoint of a folder; throws at the first that is not whole. */
const readAll = async (path: string): Promise<{ read: number; halfWritten: number }> => {
  const names = await readdir(path).catch(() => []);
  const checkpoints = names.filter((name) => name.endsWith('.safetensors'));
  for (const name of checkpoints) readSafetensors(new Uint8Array(await readFile(join(path, name))), name);
  return { read: checkpoints.length, halfWritten: names.filter((name) => name.endsWith('.tmp')).length };
};

/**
 * Kills runs at random moments, resuming each until it is killed again or ends.
 *
 * @param backend of the runs
 * @param kills how many
 * @param seed of the moments
 * @param epochs of each run, five steps long
 * @param aim at what: `'saves'` kills as a half-written file appears
 * @throws Error where a run does not go on, a checkpoint cannot be read, or an ending differs from that of a run never
 *   killed
 */
export async function killRuns(
  backend: RepeatingBackend,
  kills: number,
  seed: number,
  epochs: number,
  aim: Aim = 'anywhere',
): Promise<KillFigures> {
  const root = await mkdtemp(join(tmpdir(), 'ssvae-kill-'));
  const noise = createNoise(seed).split(backend);
  const figures = { kills: 0, inSaves: 0, inSteps: 0, endings: 0, read: 0, halfWritten: 0, repeated: 0 };
  try {
    const reference = JSON.stringify(await live(backend, join(root, 'whole'), epochs, aim));
    let run = 0;
    for (let lives = 0; figures.kills < kills || figures.endings === 0; lives++) {
      const path = join(root, `run${run}`);
      const moment = figures.kills < kills ? noise.split(lives) : undefined;
      const life = await live(backend, path, epochs, aim, moment);
      const { read, halfWritten } = await readAll(path);
      figures.read += read;
      if (life.ended) {
        if (JSON.stringify(life) !== reference)
          throw new Error(`${backend}, seed ${seed}: after ${figures.kills} kills the run ended otherwise`);
        figures.endings++;
        run++;
        continue;
      }
      figures.kills++;
      figures[life.during === 'save' ? 'inSaves' : 'inSteps']++;
      figures.repeated += life.lost;
      figures.halfWritten = Math.max(figures.halfWritten, halfWritten);
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  return figures;
}
