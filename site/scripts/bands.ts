/**
 * Trains the scene in the plane at 20 seeds and every number of labels, and writes the accuracies that the page shows as a
 * band: `npm run demo:bands [-- SEEDS]`. It goes on where it was stopped.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { useFixedSimd } from '../src/fixedSimd';
import { STEPS } from '../src/plane/methods';
import { planeRun } from '../src/plane/run';
import { DEFAULTS } from '../src/plane/settings';
import { startWasm } from './wasm';

/** Accuracies in percent, by seed from 1 on. */
interface Cell {
  readonly labels: (number | null)[];
  readonly m2: (number | null)[];
}
type Bands = { readonly steps: number; readonly sets: Record<string, Record<string, Cell>> };

const SETS = ['arms', 'moons', 'rings'] as const;
/** The ones that the page opens with come first. */
const NUMBERS = [3, 1, 10, 30, 5, 2, 100];
const seeds = Number(process.argv[2] ?? 20);
const path = new URL('../data/bands.json', import.meta.url);

useFixedSimd();
await startWasm();
const kept: Bands | undefined = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
const bands: Bands = kept?.steps === STEPS ? kept : { steps: STEPS, sets: {} };

const percent = (accuracy: number): number => Math.round(1000 * accuracy) / 10;

for (const perClass of NUMBERS)
  for (const set of SETS) {
    bands.sets[set] ??= {};
    bands.sets[set][perClass] ??= { labels: [], m2: [] };
    const cell = bands.sets[set][perClass] as Cell;
    for (let seed = 1; seed <= seeds; seed++) {
      if (cell.m2[seed - 1] !== undefined) continue;
      const settings = { ...DEFAULTS, set, perClass, seed };
      for await (const event of planeRun(
        settings,
        () => {},
        () => false,
      )) {
        if (event.type !== 'frame' || event.frame.step < STEPS) continue;
        const [left, right] = event.frame.sides;
        cell.labels[seed - 1] = percent(left.accuracy ?? Number.NaN);
        cell.m2[seed - 1] = percent(right.accuracy ?? Number.NaN);
      }
      writeFileSync(path, `${JSON.stringify(bands)}\n`);
      console.log(set, perClass, seed, cell.labels[seed - 1], cell.m2[seed - 1]);
    }
  }
