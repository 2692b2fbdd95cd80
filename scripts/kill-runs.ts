/**
 * Kills training runs at random moments and resumes them: `npx tsx scripts/kill-runs.ts [--kills 60] [--seed 1]`.
 *
 * Prints a table; ends with an error where a checkpoint cannot be read, or a run ends otherwise than one never killed.
 */
import { parseArgs } from 'node:util';
import { killRuns } from '../test/support/kill/killRuns';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '60' }, seed: { type: 'string', default: '1' } },
});

console.log(
  '| backend | kills | in a save | in a step | checkpoints read, all whole | left half-written beside them | steps done twice | runs ended, all alike to the bit |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const backend of ['cpu', 'wasm'] as const) {
  const { kills, inSaves, inSteps, read, halfWritten, repeated, endings } = await killRuns(
    backend,
    Number(values.kills),
    Number(values.seed),
    40,
  );
  console.log(`| ${[backend, kills, inSaves, inSteps, read, halfWritten, repeated, endings].join(' | ')} |`);
}
