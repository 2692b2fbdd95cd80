/**
 * Writes the tables of the pages in docs out of the lines in docs/results: `npm run tables [-- --check]`.
 *
 * A table stands between `<!-- table: NAME -->` and `<!-- end -->`. With `--check` nothing is written, and a table that
 * is not what its lines give is an error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { backendTables } from './backends/tables';
import { domainsTables } from './family/domainsLine';
import { featuresTables } from './family/featuresLine';
import { familyTables } from './family/line';
import { unnamedTables } from './family/unnamedLine';
import { knowingTables } from './knowing/line';
import { linesOf } from './lines';
import { parityTables } from './parity/tables';
import { dataTables } from './speed/data/tables';
import { limitTables } from './speed/limitTables';
import type { SpeedLine } from './speed/line';
import { programsTables } from './speed/programsLine';
import { speedTables } from './speed/tables';
import { startTables } from './start/tables';
import type { M1Result } from './study/shared/m1Results';
import { m1Tables } from './study/shared/m1Tables';
import { studyTables } from './study/shared/tables';
import { opinionsTables } from './tabular/opinionsLine';
import { tabularTables } from './tabular/tables';

const PAGES = ['backends', 'performance', 'reliability', 'results'].map((name) => `docs/${name}.md`);

const tables: Readonly<Record<string, () => Promise<string>>> = {
  ...backendTables,
  ...studyTables,
  ...parityTables,
  ...tabularTables,
  ...opinionsTables,
  ...familyTables,
  ...featuresTables,
  ...domainsTables,
  ...unnamedTables,
  ...knowingTables,
  ...startTables,
  ...m1Tables((name) => linesOf<M1Result>(name)),
  ...speedTables(() => linesOf<SpeedLine>('performance')),
  ...limitTables,
  ...programsTables,
  ...dataTables,
};

/** A page with each of its tables made anew. */
async function renewed(path: string, page: string): Promise<string> {
  let text = page;
  for (const [, name = ''] of page.matchAll(/<!-- table: (.+?) -->/g)) {
    const table = tables[name];
    if (!table)
      throw new Error(`tables: ${path} asks for "${name}", known are ${Object.keys(tables).join(', ')}`);
    const rows = await table();
    text = text.replace(
      new RegExp(`(<!-- table: ${name} -->\n)[^]*?(<!-- end -->)`),
      (_, begin, end) => `${begin}\n${rows}\n\n${end}`,
    );
  }
  return text;
}

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const path of PAGES) {
  const page = await readFile(path, 'utf8');
  const text = await renewed(path, page);
  if (!flags.check) await writeFile(path, text);
  else if (text !== page)
    throw new Error(`tables: ${path} is not what docs/results gives, run npm run tables`);
}
