/**
 * Mutates files and reads them: `npx tsx scripts/fuzz-parsers.ts --runs 100000 [--parser NAME] [--seed N] [--first N]`.
 *
 * Runs are shared out among the parsers. A fault ends the program and names parser, seed and run; that run alone is
 * repeated by `--parser NAME --seed N --first RUN --runs 1`.
 */
import { parseArgs } from 'node:util';
import { selectBackend } from '../src/node/backend';
import { fuzzParser, type ParserName, parsers } from '../test/support/parserFuzz';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100000' },
    parser: { type: 'string' },
    seed: { type: 'string', default: '1' },
    first: { type: 'string', default: '0' },
  },
});

const all = Object.keys(parsers) as ParserName[];
const names = all.filter((name) => values.parser === undefined || name === values.parser);
if (names.length === 0)
  throw new RangeError(`--parser is "${values.parser}", needed one of ${all.join(', ')}`);

await selectBackend({ backend: 'cpu' });
console.log('| files | mutated | read | refused | different refusals | slowest, ms | largest growth, MiB |');
console.log('|---|---|---|---|---|---|---|');
let total = 0;
for (const name of names) {
  const { runs, read, refused, messages, slowest, growth } = await fuzzParser(
    name,
    Math.ceil(Number(values.runs) / names.length),
    Number(values.seed),
    Number(values.first),
  );
  total += runs;
  const figures = [runs, read, refused, messages, slowest.toFixed(1), (growth / 2 ** 20).toFixed(1)];
  console.log(`| ${[name, ...figures].join(' | ')} |`);
}
const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
console.log(`\n${total} files, no fault; ${peak} MiB of memory at the most, the engine included`);
