import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { blocksOf } from '../../scripts/pages';
import { fewLabels } from '../support/fewLabels';
import { type BuiltPrograms, buildPrograms } from '../support/programs';
import { moduleOf, PAGES, PRELUDE } from './pages';

// Beside the sources, where `ssvae` means them; what a program writes goes elsewhere.
const folder = join(process.cwd(), 'runs', `pages-${process.pid}`);

beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true }));

// Not `spawnSync`: while it waits, vitest cannot report.
const execute = promisify(execFile);

/** Writes a program that trains for one epoch; gives its path. */
function shortened(program: string, name: string): string {
  const path = join(folder, `${name}.ts`);
  const short = program
    .replace(/epochs: \d+/g, 'epochs: 1')
    .replace(/fit\((\w+), \{/g, 'fit($1, { steps: 60,');
  writeFileSync(path, short);
  return path;
}

/** Runs a built program in a folder of one table, and hands its output and that folder to `look`. */
async function run(path: string, look: (stdout: string, folder: string) => void): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'ssvae-pages-'));
  try {
    writeFileSync(join(cwd, 'penguins.csv'), fewLabels);
    const { stdout, stderr } = await execute(process.execPath, [path], { cwd });
    expect(stderr).not.toMatch(/Error/);
    look(stdout, cwd);
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

/** Species of the penguins, row by row. */
const species = readFileSync('examples/penguins.csv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',')[0] ?? '');

const blocks = PAGES.flatMap(blocksOf);
/** The only block of all pages that has a text in it. */
const blockWith = (text: string): string => {
  const found = blocks.filter(({ code }) => code.includes(text));
  expect(found.length, text).toBe(1);
  return found[0]?.code ?? '';
};

test('every TypeScript block of README and docs compiles', async () => {
  const sources = blocks.map((block, i) => [`block-${i}`, block.name, moduleOf(block)] as const);
  writeFileSync(join(folder, 'prelude.ts'), PRELUDE);
  for (const [file, , source] of sources) writeFileSync(join(folder, `${file}.ts`), source);
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', include: ['./*.ts'], exclude: ['program-*.ts'] }),
  );
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compiling = execute(process.execPath, [compiler, '-p', join(folder, 'tsconfig.json')]);
  const { stdout } = await compiling.catch((error: { readonly stdout: string }) => error);
  const named = stdout.replace(
    /\S*?(block-\d+)\.ts/g,
    (_, file) => sources.find(([name]) => name === file)?.[1] ?? '',
  );
  expect(named).toBe('');
});

/** What to look at, beside that it ends well, of the program that has a text in it. */
const LOOKS: readonly (readonly [text: string, look: (stdout: string, folder: string) => void])[] = [
  [
    'const images = model.generate([0, 1, 2]',
    (stdout) => {
      const [, accuracy] = /with unlabeled digits (\S+)$/m.exec(stdout) ?? [];
      expect(Number(accuracy)).toBeGreaterThan(0.5);
    },
  ],
  [
    "file('runs/m2-checkpoint.safetensors')",
    (_, cwd) => {
      for (const name of ['m2.safetensors', 'm2-checkpoint.safetensors'])
        expect(readFileSync(join(cwd, 'runs', name)).length).toBeGreaterThan(5000);
    },
  ],
  [
    "readFileSync('penguins.csv'",
    (stdout) => {
      const answers = stdout.trim().split('\n').slice(-species.length);
      const right = answers.filter((answer, row) => answer === species[row]).length;
      // The largest class has 44 % of the rows.
      expect(right / species.length).toBeGreaterThan(0.8);
    },
  ],
  ['await checkModel(', (stdout) => expect(stdout).toMatch(/^\d+ checks hold, describes itself/m)],
];

describe('every complete program of the pages runs', () => {
  const programs = blocks
    .filter(({ complete, notRun }) => complete && notRun === undefined)
    .map((block, i) => ({ ...block, file: `program-${i}` }));
  let built: BuiltPrograms;
  beforeAll(async () => {
    built = await buildPrograms(programs.map(({ code, file }) => shortened(code, file)));
  });
  afterAll(() => built.remove());

  it.each(programs)('$name', async ({ code, file }) => {
    const looks = LOOKS.filter(([text]) => code.includes(text));
    await run(built.pathOf(join(folder, `${file}.ts`)), (...found) => {
      for (const [, look] of looks) look(...found);
    });
  });

  it('and each look finds its program', () => {
    for (const [text] of LOOKS)
      expect(programs.filter(({ code }) => code.includes(text)).length, text).toBe(1);
  });
});

test('a drawing on a canvas reaches predict as bytes', async () => {
  const program = blockWith('getImageData');
  // What a page has and Node has not: a canvas on which white has been drawn in the upper half.
  const page = `
    import { createM2, predict } from 'ssvae';
    import { selectBackend } from 'ssvae/node';
    await selectBackend({ backend: 'cpu' });
    const model = createM2({ inputShape: [28, 28, 1], classes: 10, latent: 2, nets: { preset: 'mlp', widths: [4] } });
    const canvas = {};
    globalThis.OffscreenCanvas = class {
      getContext() {
        const data = new Uint8ClampedArray(28 * 28 * 4);
        return {
          fillRect: () => data.forEach((_, i) => { data[i] = i % 4 === 3 ? 255 : 0; }),
          drawImage: () => data.fill(255, 0, data.length / 2),
          getImageData: () => ({ data }),
        };
      }
    };`;
  const source = shortened(
    `${page}\n${program}\nconsole.log(labels.length, grey[0], grey[783]);\n`,
    'program-canvas',
  );
  const built = await buildPrograms([source]);
  await run(built.pathOf(source), (stdout) => expect(stdout).toMatch(/^1 255 0$/m));
  await built.remove();
});
