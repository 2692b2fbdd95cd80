/**
 * Kills training runs and resumes them, then disturbs others: `npx tsx scripts/kill-runs.ts [--kills 60] [--faults 10] [--seed 1]`.
 *
 * Prints tables; ends with an error where a checkpoint cannot be read, or a run ends otherwise than one left alone.
 */
import { parseArgs } from 'node:util';
import { REPEATING } from '../test/support/kill/backends';
import { killRuns } from '../test/support/kill/killRuns';
import { disturbRuns } from '../test/support/kill/otherFaults';
import { removeRun } from '../test/support/kill/runProcess';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '60' },
    faults: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
  },
});
const [kills, faults, seed] = [values.kills, values.faults, values.seed].map(Number) as [
  number,
  number,
  number,
];
const row = (...cells: readonly (string | number)[]): void => console.log(`| ${cells.join(' | ')} |`);

row(
  'backend',
  'killed',
  'kills',
  'in a save',
  'in a step',
  'checkpoints read, all whole',
  'half-written files left',
  'steps done twice',
  'runs ended, all alike to the bit',
);
console.log('|---|---|---|---|---|---|---|---|---|');
for (const backend of REPEATING)
  for (const aim of ['anywhere', 'saves'] as const) {
    const figures = await killRuns(backend, kills, seed, 40, aim);
    const { inSaves, inSteps, read, halfWritten, repeated, endings } = figures;
    const moment = aim === 'saves' ? 'as a half-written file appears' : 'at random';
    row(backend, moment, figures.kills, inSaves, inSteps, read, halfWritten, repeated, endings);
  }

console.log();
row(
  'backend',
  'second runs',
  'refused before a step',
  'suspended in a save',
  'ended alike',
  'output unread',
  'ended alike',
);
console.log('|---|---|---|---|---|---|---|');
for (const backend of REPEATING) {
  const { second, refused, suspended, suspendedEnded, unread, unreadEnded } = await disturbRuns(
    backend,
    faults,
    seed,
    6,
  );
  row(backend, second, refused, suspended, suspendedEnded, unread, unreadEnded);
}
await removeRun();
