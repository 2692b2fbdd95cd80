import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { loadModel, predict } from 'ssvae';
import { file } from 'ssvae/node';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readAddress, writeAddress } from '../../site/src/address';
import type { PlaneScene } from '../../site/src/elements/planeScene';
import type { PlaneSettings } from '../../site/src/plane/settings';
import type { FirstFrame } from '../../site/vite/firstFrame';
import { buildDemo, DEMO_READY } from './demoPage';
import { absence, openSite, type Site } from './site';

const data = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(`site/data/${name}.json`, 'utf8'));
type Cell = { readonly labels: readonly number[]; readonly m2: readonly number[] };
type Bands = { readonly sets: Readonly<Record<string, Readonly<Record<string, Cell>>>> };

/** Trains the plane in the page to its end. */
const train = (page: Page, change: Partial<PlaneSettings> = {}) =>
  page.evaluate(async (changed) => {
    const plane = document.querySelector('plane-scene') as PlaneScene;
    const frames: { step: number; left: number; right: number; at: number }[] = [];
    let [tensors, longest] = [0, 0];
    const hear = Object.getPrototypeOf(plane).hear as PlaneScene['hear'];
    const began = performance.now();
    plane.hear = (answer) => {
      hear.call(plane, answer);
      if (answer.type === 'planeFrame') {
        const [left, right] = answer.sides;
        const at = (performance.now() - began) / 1000;
        frames.push({ step: answer.step, left: left.accuracy ?? -1, right: right.accuracy ?? -1, at });
      }
      if (answer.type === 'done') tensors = answer.tensors;
    };
    const note = (tasks: readonly PerformanceEntry[]): void => {
      for (const { duration } of tasks) longest = Math.max(longest, duration);
    };
    const observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'longtask' });
    plane.settings = { ...plane.settings, ...changed };
    plane.start();
    while (tensors === 0) await new Promise((wait) => setTimeout(wait, 50));
    note(observer.takeRecords());
    observer.disconnect();
    return { frames, tensors, longest };
  }, change);

const percent = (accuracy: number | undefined): string => `${(100 * (accuracy ?? -1)).toFixed(1)} %`;

describe('the address of the demo', () => {
  it('keeps the settings, and drops what cannot be', () => {
    const hash =
      '#set=moons&seed=7&labels=10&left=m2&right=optimized&changed=3.1_9.-1&digitSeed=2&backend=webgpu';
    expect(writeAddress(readAddress(hash))).toBe(hash.replaceAll(',', '%2C'));
    expect(writeAddress(readAddress('#set=squares&seed=-1&labels=4&changed=x.9&backend=abacus'))).toBe('');
    expect(readAddress('#set=own&points=100_-50_999_20').plane.own).toEqual([1, -0.5]);
  });
});

describe('the demo in Chromium', () => {
  let site: Site;
  let folder: string;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-demo-'));
    await buildDemo(folder);
    if (absence !== undefined) return;
    await setBackend('cpu');
    const build = (into: string) => cp(folder, into, { recursive: true });
    site = await openSite({ build, ready: DEMO_READY });
    page = await site.open();
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(async () => {
    await site?.close();
    await rm(folder, { recursive: true });
  });

  it('shows the recorded run before any script, and starts by itself', async () => {
    const first = await data<FirstFrame>('first');
    const html = await readFile(join(folder, 'some/path/index.html'), 'utf8');
    for (const { accuracy } of first.sides) expect(html).toContain(`>${accuracy.toFixed(1)} %<`);
    await page.waitForFunction(
      () => (document.querySelector<PlaneScene>('plane-scene')?.frame?.step ?? 0) > 0,
    );
    expect(await page.locator('#first-frame').count()).toBe(0);
  });

  it('reaches the accuracies that it quotes, to the digit, shows a gain early, and stops by itself', async () => {
    const first = await data<FirstFrame>('first');
    const { frames, longest } = await train(page);
    const gain = frames.find(({ left, right }) => right >= left + 0.03);
    console.log(
      `first gain at step ${gain?.step}, after ${gain?.at.toFixed(1)} s; longest task of the page ${longest} ms`,
    );
    expect(gain?.step).toBe(first.gainStep);
    expect(frames.at(-1)?.step).toBe(first.steps);
    expect([percent(frames.at(-1)?.left), percent(frames.at(-1)?.right)]).toEqual(
      first.sides.map(({ accuracy }) => `${accuracy.toFixed(1)} %`),
    );
    await page.waitForFunction(() => document.querySelector<PlaneScene>('plane-scene')?.running === false);
    expect(await page.textContent('[data-side=right]')).toBe(percent(frames.at(-1)?.right));
  });

  it('reaches the recorded accuracies of two other sets, and holds as many tensors after broken runs as before', async () => {
    const { sets } = await data<Bands>('bands');
    const reached = ({ frames }: Awaited<ReturnType<typeof train>>) => [
      percent(frames.at(-1)?.left),
      percent(frames.at(-1)?.right),
    ];
    const recorded = (set: string) =>
      (['labels', 'm2'] as const).map((method) => `${sets[set]?.[3]?.[method][0]?.toFixed(1)} %`);
    const rings = await train(page, { set: 'rings', seed: 1, perClass: 3 });
    expect(reached(rings)).toEqual(recorded('rings'));
    await page.evaluate(async () => {
      const plane = document.querySelector('plane-scene') as PlaneScene;
      for (let i = 0; i < 5; i++) {
        plane.start();
        await new Promise((wait) => setTimeout(wait, 300));
      }
    });
    const moons = await train(page, { set: 'moons', seed: 1, perClass: 3 });
    expect(reached(moons)).toEqual(recorded('moons'));
    expect(moons.tensors).toBe(rings.tensors);
  });

  it('labels a point by keyboard, and says so in the address', async () => {
    await page.locator('plane-panel canvas').first().focus();
    for (const key of ['ArrowRight', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
    await page.locator('.menu button').nth(1).click();
    await page.waitForFunction(() => /changed=\d+\.1/.test(location.hash));
    expect(await page.textContent('.lead')).toContain('The same');
  });

  it('makes digits as accurate as it quotes, and reads one', async () => {
    await page.click('digits-scene button.main');
    await page.waitForFunction(() => document.querySelector('digits-scene .choices.small button'));
    await page.locator('digits-scene .choices.small button').nth(4).click();
    await page.waitForFunction(() => {
      const scene = document.querySelector('digits-scene');
      return scene?.frame?.step === scene?.frame?.steps && scene?.reading !== undefined;
    });
    const { accuracy } = await data<{ accuracy: number }>('digits');
    expect(await page.textContent('.digits-accuracy strong')).toBe(`${accuracy.toFixed(1)} %`);
    expect(await page.textContent('.reads strong')).toBe('4');
  });

  it('saves a model that Node opens, opens it again, and says what is wrong with another file', async () => {
    const path = join(folder, 'model.safetensors');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByText('Save the model').click(),
    ]);
    await download.saveAs(path);
    const model = await loadModel(file(path), { kind: 'm2' });
    const pixels = await page.evaluate(() =>
      Array.from(document.querySelector('digits-scene')?.examples ?? []),
    );
    const { labels } = await predict(model, Uint8Array.from(pixels));
    expect(labels[4]).toBe(4);
    model.dispose();

    const before = await page.textContent('.digits-accuracy strong');
    await page.setInputFiles('page-tools input[type=file]', path);
    await page.waitForFunction(() =>
      document.querySelector('page-tools .note')?.textContent?.startsWith('Opened'),
    );
    expect(await page.textContent('.digits-accuracy strong')).toBe(before);
    await page.setInputFiles('page-tools input[type=file]', 'package.json');
    await page.waitForFunction(
      () => !document.querySelector('page-tools .note')?.textContent?.startsWith('Opened'),
    );
    expect(await page.textContent('page-tools .note')).toMatch(/loadModel: .*file/);
  });

  it('has no fault that axe finds, and fits a phone', async () => {
    await page.addScriptTag({ content: axe.source });
    const faults = await page.evaluate(async () => {
      type Axe = { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run();
      return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    expect(faults).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  });

  it.each([
    ['workers', () => Reflect.deleteProperty(globalThis, 'Worker'), /runs no module workers/],
    ['the .wasm file', undefined, /WebAssembly does not start/],
  ])('says what is missing without %s, and keeps the recorded run', async (_, script, message) => {
    const other = await page.context().newPage();
    if (script) await other.addInitScript(script);
    else await other.route('**/*.wasm', (route) => route.abort());
    await other.goto(page.url().replace(/#.*/, ''));
    expect(await other.textContent('plane-scene .problem')).toMatch(message);
    expect(await other.locator('#first-frame .panels').count()).toBe(1);
    await other.close();
  });

  it('says that memory ran out where WebAssembly gets no more, and goes on when the reader starts again', async () => {
    const other = await page.context().newPage();
    // A machine whose memory is taken: nothing grows at first.
    const scarce = `if (typeof WorkerGlobalScope === 'function' && !globalThis.scarce) {
      globalThis.scarce = true;
      const { grow } = WebAssembly.Memory.prototype;
      let asked = 0;
      WebAssembly.Memory.prototype.grow = function (pages) {
        if (asked++ < 3) throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
        return grow.call(this, pages);
      };
    }
    `;
    await other.route('**/assets/*.js', async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: scarce + (await response.text()) });
    });
    await other.emulateMedia({ reducedMotion: 'reduce' });
    await other.goto(page.url().replace(/#.*/, ''));
    await other.click('digits-scene button.main');
    await other.waitForSelector('digits-scene .problem');
    expect(await other.textContent('digits-scene .problem')).toMatch(
      /The browser ran out of memory. Close other pages, then start again. \(wasm: memory for \d+ bytes/,
    );
    await other.click('digits-scene button.main');
    await other.waitForFunction(() => (document.querySelector('digits-scene')?.frame?.step ?? 0) > 0);
    await other.close();
  });

  it('rests where the reader wants little motion, until the button is pressed', async () => {
    const other = await page.context().newPage();
    await other.emulateMedia({ reducedMotion: 'reduce' });
    await other.goto(page.url().replace(/#.*/, ''));
    await other.waitForTimeout(500);
    expect(await other.evaluate(() => document.querySelector('plane-scene')?.running)).toBe(false);
    expect(await other.locator('#first-frame .panels').count()).toBe(1);
    await other.click('plane-scene button.main');
    await other.waitForFunction(() => (document.querySelector('plane-scene')?.frame?.step ?? 0) > 0);
    await other.close();
  });

  it('computes on WebGPU where the reader asks for it, and counts its steps', async () => {
    const other = await page.context().newPage();
    await other.goto(`${page.url().replace(/#.*/, '')}#set=moons&backend=webgpu`);
    await other.waitForFunction(
      () => Number(document.querySelector<HTMLElement>('page-tools .step')?.dataset.rate) > 0,
      undefined,
      { timeout: 170_000 },
    );
    expect(await other.textContent('page-tools .step')).toMatch(/^WebGPU on .*: \d+ steps a second/);
    await other.close();
  });
});
