import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absence, alias, openSite, type Site } from './site';

/** Bundles the page of the examples, as its users do. */
async function bundle(outDir: string): Promise<void> {
  const { build } = await import('vite');
  const rollupOptions = { onwarn: () => {} };
  await build({
    root: 'examples/page',
    configFile: false,
    logLevel: 'error',
    resolve: { alias },
    build: { outDir, emptyOutDir: false, minify: false, rollupOptions },
  });
}

describe('the page of the examples', () => {
  let folder: string;
  let site: Site;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-example-'));
    await bundle(folder);
    if (absence !== undefined) return;
    const build = (into: string) => cp(folder, into, { recursive: true });
    site = await openSite({ build, ready: 'document.title === "trained"' });
  });

  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  it('is bundled by Vite', async () => {
    const names = await readdir(folder, { recursive: true });
    expect(names).toContain('index.html');
    expect(names.some((name) => name.endsWith('.js'))).toBe(true);
  });

  it('trains in Chromium, shows its accuracy, and draws a row of samples for each class', async (context) => {
    if (absence !== undefined) context.skip(absence);
    const page = await site.open('backend=wasm&epochs=2');
    const status = (await page.textContent('#status')) ?? '';
    expect(status).toMatch(/^WebAssembly .*: as asked\. Epoch 2: accuracy [\d.]+ %$/);
    // Chance is 10.
    expect(Number(/accuracy (\S+) %/.exec(status)?.[1])).toBeGreaterThan(40);
    const [width, height, shades] = await page.evaluate<number[]>(`(() => {
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      return [canvas.width, canvas.height, new Set(data).size];
    })()`);
    expect([width, height]).toEqual([10 * 29 - 1, 10 * 29 - 1]);
    expect(shades).toBeGreaterThan(100);
    await page.close();
  });
});
