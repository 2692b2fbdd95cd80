import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { absence, openSite, type Site } from './site';

const PATH = 'some/path';

/** The site without the pages of the interface, under a path; the root leads to the page that the query names. */
async function buildSite(folder: string): Promise<void> {
  const outDir = join(folder, PATH);
  const env = { ...process.env, BASE: `/${PATH}/`, SSVAE_SITE: 'pages' };
  const vitepress = resolve('node_modules/vitepress/bin/vitepress.js');
  await promisify(execFile)(process.execPath, [vitepress, 'build', 'docs', '--outDir', outDir], { env });
  const { build } = await import('vite');
  await build({
    configFile: 'site/vite.config.ts',
    mode: 'site',
    logLevel: 'error',
    build: { outDir: join(outDir, 'demo'), minify: false },
  });
  const script = `location.replace('${PATH}/' + (location.search.slice(1) || 'index.html'))`;
  await writeFile(join(folder, 'index.html'), `<!doctype html><script>${script}</script>`);
}

const faultsOf = async (page: Page): Promise<readonly string[]> => {
  await page.addScriptTag({ content: axe.source });
  return page.evaluate(async () => {
    type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
};

describe('the site of the documentation, under a path', () => {
  let folder = '';
  let site: Site;
  const complaints: string[] = [];

  const open = async (name: string): Promise<Page> => {
    const page = await site.open(name);
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on(
      'response',
      (response) => response.ok() || complaints.push(`${response.status()} ${response.url()}`),
    );
    await page.reload();
    return page;
  };

  beforeAll(async () => {
    if (absence !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'ssvae-docs-'));
    await buildSite(folder);
    const build = (into: string) => cp(folder, into, { recursive: true });
    site = await openSite({ build, ready: 'document.querySelector(".VPContent, plane-scene") !== null' });
  }, 400_000);

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
    complaints.length = 0;
  });

  afterAll(async () => {
    await site?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it('begins with what the library is for, its picture, and links to the demo, the start and the guide', async () => {
    const page = await open('index.html');
    expect(await page.textContent('h1')).toContain('Learn from few labels');
    expect(await page.evaluate(() => document.querySelector('img')?.naturalWidth)).toBeGreaterThan(100);
    const links = await page
      .locator('.VPHero a')
      .evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    expect(links).toEqual(['demo/index', 'start', 'guide'].map((name) => `/${PATH}/${name}.html`));
    expect(await faultsOf(page)).toEqual([]);
    await page.click('.VPHero a');
    await page.waitForFunction(() => customElements.get('plane-scene') !== undefined);
    // The footer moves while the scene trains.
    await page.dispatchEvent('footer a', 'click');
    await page.waitForSelector('.VPHero');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has formulas as pictures, and no fault that axe finds', async () => {
    const page = await open('models/m2.html');
    expect(await page.locator('mjx-container svg').count()).toBe(1);
    expect(await page.textContent('mjx-assistive-mml')).toContain('KL');
    expect(await faultsOf(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('finds a word, and leads to where it is', async () => {
    const page = await open('start.html');
    await page.click('#local-search button');
    await page.fill('.search-input', 'hypergeometric');
    await page.waitForSelector('.no-results');
    await page.fill('.search-input', 'calibrate');
    await page.locator('.results .result').first().click();
    await page.waitForFunction(() => !location.pathname.endsWith('start.html'));
    expect(await page.textContent('main')).toContain('calibrat');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('runs a snippet, shows its numbers, and runs it again', async () => {
    const page = await open('notation.html');
    for (const label of ['Run', 'Run again']) {
      await page.locator('run-snippet button').getByText(label, { exact: true }).click();
      await page.waitForFunction(
        () => document.querySelector('run-snippet')?.shadowRoot?.querySelector('pre')?.className === 'ended',
      );
      // KL, log p(y), and the mean of the bounds −100 and −110 with the entropy of a fair coin.
      const numbers = (await page.locator('run-snippet pre').textContent())?.split(' ').map(Number);
      expect(numbers).toEqual(
        [0.5, -Math.log(2), -105 + Math.log(2)].map((value) => expect.closeTo(value, 4)),
      );
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('stops a snippet that runs', async () => {
    const page = await open('recipes/table.html');
    await page.locator('run-snippet button').click();
    await page.locator('run-snippet pre').waitFor();
    await page.locator('run-snippet button').getByText('Stop').click();
    expect(await page.locator('run-snippet [role=status]').textContent()).toBe('Stopped');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('fits a phone', async () => {
    const page = await open('models/m2.html');
    await page.setViewportSize({ width: 360, height: 740 });
    for (const name of ['models/m2', 'index', 'backends', 'results']) {
      await page.goto(page.url().replace(/\/some\/path\/.*/, `/${PATH}/${name}.html`));
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(width, name).toBeLessThanOrEqual(360);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});
