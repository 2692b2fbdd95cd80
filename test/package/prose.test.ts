import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const script = join(process.cwd(), 'scripts/check-prose.ts');
const loader = join(process.cwd(), 'node_modules/tsx/dist/loader.mjs');
let folder = '';

/** Runs the script on a project of these files; returns what it reports, without the advice. */
const check = (files: Readonly<Record<string, string>>) => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { status, stderr } = spawnSync(process.execPath, ['--import', loader, script], {
    cwd: folder,
    encoding: 'utf8',
  });
  return {
    status,
    faults: stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(/: use .*/, '')),
  };
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ssvae-prose-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const words = (count: number): string => Array(count).fill('word').join(' ');

describe('check-prose', () => {
  it('passes good prose, links that exist, and everything that is not prose', () => {
    const { status, faults } = check({
      'README.md': [
        '# A project: good',
        'Read [the models](docs/models.md#m2-labels), [this](#a-project-good) and [the web](https://example.org/a#b).',
        `${words(30)}. There is no default, and it is no longer slow.`,
        `| ${words(40)} |`,
        'Use `labelled`.',
        '```ts\nconst colour = 1; // whoever\n```',
        '<!-- table: a -->\n\nlabelled\n\n<!-- end -->',
      ].join('\n\n'),
      'docs/models.md':
        '# Models\n\n## M2: labels\n\n[`add`](../src/add.ts), [`tensor.add`](../src/add.ts), `src/NAME.ts`.\n',
      'src/add.ts': '/**\n * Adds.\n * @example add(colour)\n */\nexport const add = "labelled";\n',
      'examples/run.ts': "// Prints a text.\nconsole.log('whoever');\n",
    });
    expect(faults).toEqual(['']);
    expect(status).toBe(0);
  });

  it('reports each fault with its file and line', () => {
    const { status, faults } = check({
      'README.md': [
        '# A project',
        `Labelled. ${words(31)}. A list is no number.`,
        '[gone](docs/gone.md)',
        '[no heading](docs/models.md#m1)',
        'See `src/gone.ts`.',
      ].join('\n\n'),
      'docs/models.md': '# Models\n\nThe user is\ntold so.\n\n[`sub`](../src/add.ts)\n',
      'src/add.ts': '/**\n * Adds in\n * any colour, as in docs/sums.md.\n */\nexport const add = 1;\n',
      'examples/run.ts': 'run(1, 2); // for one’s own data\n',
    });
    expect(faults).toEqual([
      'README.md:3: "is no number"',
      'README.md:3: "Labelled"',
      `README.md: 31 words, at most 30: ${words(31)}.`,
      'README.md:5: docs/gone.md does not exist',
      'README.md:7: docs/models.md#m1: docs/models.md has no such heading',
      'README.md:9: src/gone.ts does not exist',
      'docs/models.md:3: "is told"',
      'docs/models.md:6: src/add.ts declares no sub',
      'src/add.ts:3: "colour"',
      'src/add.ts:3: docs/sums.md does not exist',
      'examples/run.ts:1: "one’s own"',
    ]);
    expect(status).toBe(1);
  });
});
