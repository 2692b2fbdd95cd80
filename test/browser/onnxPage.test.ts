import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs-backend-cpu';
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createM2 } from '../../src/models/m2/model';
import { exportOnnx } from '../../src/onnx';
import { absence, openSite, type Site } from './site';

/** The file of a classifier, and the page beside it. */
async function bundle(outDir: string): Promise<void> {
  await setBackend('cpu');
  const publicDir = join(outDir, 'public');
  await mkdir(publicDir);
  const model = createM2({ inputShape: [28, 28, 1], classes: 10, nets: { preset: 'mlp', widths: [8] } });
  await writeFile(join(publicDir, 'classifier.onnx'), await exportOnnx(model, { part: 'classifier' }));
  model.dispose();
  const { build } = await import('vite');
  await build({
    root: 'examples/onnx',
    configFile: false,
    logLevel: 'error',
    publicDir,
    build: { outDir: join(outDir, 'site'), target: 'es2022', rollupOptions: { onwarn: () => {} } },
  });
}

describe('the page of ONNX Runtime', () => {
  let folder: string;
  let site: Site;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-onnx-page-'));
    await bundle(folder);
    if (absence !== undefined) return;
    const build = (into: string) => cp(join(folder, 'site'), into, { recursive: true });
    site = await openSite({ build, ready: 'document.title === "ready"' });
  });

  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  it('is bundled without this library and without TensorFlow.js', async () => {
    const names = await readdir(join(folder, 'site'), { recursive: true });
    const scripts = names.filter((name) => /\.m?js$/.test(name));
    expect(scripts.length).toBeGreaterThan(0);
    expect(names.some((name) => name.endsWith('.wasm'))).toBe(true);
    for (const name of scripts) {
      const script = await readFile(join(folder, 'site', name), 'utf8');
      expect(script).not.toMatch(/ssvae|tensorflow/i);
    }
  });

  it('classifies a drawing in Chromium', async (context) => {
    if (absence !== undefined) context.skip(absence);
    const page = await site.open();
    const { x = 0, y = 0 } = (await page.locator('canvas').boundingBox()) ?? {};
    await page.mouse.move(x + 140, y + 40);
    await page.mouse.down();
    await page.mouse.move(x + 140, y + 240, { steps: 10 });
    await page.mouse.up();
    await page.waitForFunction('document.querySelector("#bars").textContent !== ""');
    expect(await page.textContent('#status')).toMatch(/^It is a \d: \d+ %$/);
    expect((await page.textContent('#bars'))?.trim().split('\n')).toHaveLength(10);
    await page.close();
  });
});
