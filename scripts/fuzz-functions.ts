/**
 * Calls every public function with valid and with damaged arguments:
 * `npx tsx scripts/fuzz-functions.ts --runs 10000 [--function NAME] [--seed N] [--backend cpu]`.
 *
 * Each function is called as often as asked. Faults are told with their arguments, and end the program with status 1.
 */
import '@tensorflow/tfjs-layers';
import { parseArgs } from 'node:util';
import { selectBackend } from '../src/node/backend';
import { rooms } from '../test/support/functions';
import { type FunctionFigures, fuzzFunction } from '../test/support/functions/fuzz';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    function: { type: 'string' },
    seed: { type: 'string', default: '1' },
    backend: { type: 'string', default: 'wasm' },
  },
});

const row = (name: string, { runs, results, refused, messages, slowest }: FunctionFigures): void =>
  console.log(`| ${[name, runs, results, refused, messages, slowest.toFixed(1)].join(' | ')} |`);

await selectBackend({ backend: values.backend as 'wasm' });
console.log(
  '| functions | calls | documented results | documented errors | different errors | slowest, ms |',
);
console.log('|---|---|---|---|---|---|');
const total = { runs: 0, results: 0, refused: 0, messages: 0, slowest: 0 };
const faults: string[] = [];
for (const functions of Object.values(rooms)) {
  for (const [name, description] of Object.entries(functions)) {
    if (values.function !== undefined && values.function !== name) continue;
    try {
      const figures = await fuzzFunction(name, description, Number(values.runs), Number(values.seed));
      for (const column of ['runs', 'results', 'refused', 'messages'] as const)
        total[column] += figures[column];
      total.slowest = Math.max(total.slowest, figures.slowest);
      row(name, figures);
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
}
row('all', total);
for (const fault of faults) console.error(`\n${fault}`);
if (faults.length > 0) process.exitCode = 1;
