import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../../scripts/pages';
import { fewLabels } from '../support/fewLabels';
import { absence, alias, openSite, type Site } from './site';

/** The program of the guide that reads a table in a page. */
const program = blocksOf('docs/guide.md').find(({ code }) => code.includes("fetch('/penguins.csv')"))?.code;

describe('the table of the guide, in a page', () => {
  let folder = '';
  let site: Site;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-guide-'));
    await mkdir(join(folder, 'public'));
    await symlink(resolve('node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'public/penguins.csv'), fewLabels);
    const short = program?.replace(
      "fit(columns(rows, { label: 'species' }), {",
      "fit(columns(rows, { label: 'species' }), { steps: 100,",
    );
    expect(short).not.toBe(program);
    await writeFile(join(folder, 'main.ts'), `${short}\ndocument.title = 'ready';\n`);
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><body><script type="module" src="./main.ts"></script></body>',
    );
    const { build } = await import('vite');
    await build({
      root: folder,
      configFile: false,
      logLevel: 'error',
      resolve: { alias },
      build: { minify: false, rollupOptions: { onwarn: () => {} } },
    });
    if (absence !== undefined) return;
    const dist = join(folder, 'dist');
    site = await openSite({
      build: (into) => cp(dist, into, { recursive: true }),
      ready: 'document.title === "ready"',
    });
  });

  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  it('trains in Chromium, and shows a class for each row', async (context) => {
    if (absence !== undefined) context.skip(absence);
    const page = await site.open();
    const shown = ((await page.textContent('body')) ?? '').split(', ');
    await page.close();
    const rows = fewLabels.split('\n').slice(1);
    expect(shown).toHaveLength(rows.length);
    const known = rows.flatMap((row, i) => (row.startsWith(',') ? [] : [[row.split(',')[0], shown[i]]]));
    expect(known).toHaveLength(30);
    // Every label that the table has is learned, but for a few.
    expect(known.filter(([label, answer]) => label === answer).length).toBeGreaterThan(26);
  });
});
