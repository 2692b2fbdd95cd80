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

type Totals = { -readonly [K in keyof FunctionFigures]: number } & { functions: number };

const none = (): Totals => ({ functions: 0, runs: 0, results: 0, refused: 0, messages: 0, slowest: 0 });

const add = (to: Totals, figures: FunctionFigures, functions = 1): void => {
  to.functions += functions;
  for (const column of ['runs', 'results', 'refused', 'messages'] as const) to[column] += figures[column];
  to.slowest = Math.max(to.slowest, figures.slowest);
};

const row = (name: string, { functions, runs, results, refused, messages, slowest }: Totals): void =>
  console.log(`| ${[name, functions, runs, results, refused, messages, slowest.toFixed(1)].join(' | ')} |`);

await selectBackend({ backend: values.backend as 'wasm' });
console.log(
  '| folder | functions | calls | documented results | documented errors | different errors | slowest, ms |',
);
console.log('|---|---|---|---|---|---|---|');
const all = none();
const faults: string[] = [];
for (const [room, functions] of Object.entries(rooms)) {
  const total = none();
  for (const [name, description] of Object.entries(functions)) {
    if (values.function !== undefined && values.function !== name) continue;
    try {
      add(total, await fuzzFunction(name, description, Number(values.runs), Number(values.seed)));
    } catch (error) {
      faults.push((error as Error).message);
    }
  }
  if (total.functions === 0) continue;
  row(room, total);
  add(all, total, total.functions);
}
row('all', all);
for (const fault of faults) console.error(`\n${fault}`);
if (faults.length > 0) process.exitCode = 1;
