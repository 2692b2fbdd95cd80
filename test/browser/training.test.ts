import { gzipSync } from 'node:zlib';
import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectClose } from '../support/numbers';
import { type FamilyTerms, familyInPage } from './page/family';
import { absence, call, openSite, type Site } from './site';

const wasmPaths = '/wasm/';
const BACKENDS = ['webgpu', 'webgl', 'wasm'] as const;

/** Epochs of four steps: a renderer in software takes minutes for all, which SSVAE_WHOLE=1 asks for. */
const epochsOn = (backend: string, all: number, fewer: number): number =>
  backend === 'wasm' || process.env.SSVAE_WHOLE ? all : fewer;

describe('the family in Chromium', () => {
  let site: Site;
  let expected: FamilyTerms;

  beforeAll(async () => {
    if (absence !== undefined) return;
    await setBackend('cpu');
    [expected, site] = await Promise.all([familyInPage(5), openSite()]);
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(() => site?.close());

  it.each(BACKENDS)(
    'trains on %s with the terms that it has on cpu',
    { timeout: 600_000 },
    async (backend) => {
      const page = await site.open();
      await call(page, 'select', { backend, wasmPaths });
      const epochs = epochsOn(backend, 5, 2);
      const found = await call(page, 'family', epochs);
      await page.close();
      expect(Object.keys(found)).toEqual(Object.keys(expected));
      for (const [name, all] of Object.entries(expected)) {
        const terms = all.slice(0, (all.length * epochs) / 5);
        expect(found[name]?.length, name).toBe(terms.length);
        // Steps of Adam carry the rounding of the first one on.
        for (const [i, term] of terms.entries())
          expect(Math.abs((found[name]?.[i] as number) - term), `${name}[${i}]`).toBeLessThan(
            2e-3 * Math.max(1, Math.abs(term)),
          );
      }
    },
  );
});

describe('a model in Chromium', () => {
  let site: Site;

  beforeAll(async () => {
    if (absence === undefined) site = await openSite();
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(() => site?.close());

  it.each(BACKENDS)(
    'learns on %s, lets the page live, and goes on after the page was reloaded',
    async (backend) => {
      const page = await site.open();
      await call(page, 'select', { backend, wasmPaths });
      const epochs = epochsOn(backend, 6, 4);
      const whole = await call(page, 'train', { key: 'whole', epochs });
      expect(whole.stopped).toBe('finished');
      expect(whole.steps).toBe(4 * epochs);
      expect(whole.tensorsLeft).toBe(0);
      expect(whole.losses.at(-1)).toBeLessThan((whole.losses[0] ?? Number.NaN) - 1);
      expect(whole.turns).toBeGreaterThan(0);
      // The trainer rests behind the first step that ends 30 ms after the last rest.
      expect(whole.longestPause).toBeLessThan(2 * whole.longestStep + 200);

      const abortAfter = 2 * epochs - 1;
      const aborted = await call(page, 'train', { key: 'stopped', epochs, abortAfter });
      expect(aborted.stopped).toBe('aborted');
      expect(aborted.steps).toBe(abortAfter);
      expect(aborted.tensorsLeft).toBe(0);
      expect(aborted.weights).not.toEqual(whole.weights);

      await site.reload(page);
      await call(page, 'select', { backend, wasmPaths });
      const resumed = await call(page, 'train', { key: 'stopped', epochs, resume: true });
      expect(resumed.stopped).toBe('finished');
      expect(resumed.steps).toBe(4 * epochs);
      expect(resumed.tensorsLeft).toBe(0);
      if (backend === 'wasm') {
        expect(resumed.losses).toEqual(whole.losses);
        expect(resumed.weights).toEqual(whole.weights);
      } else {
        // Drivers promise no order of summation.
        expectClose(resumed.losses, whole.losses, 1e-4);
        for (const [name, weights] of Object.entries(whole.weights))
          expectClose(resumed.weights[name] ?? [], weights, 1e-3);
      }

      const { before, after, tensorsLeft } = await call(page, 'saveAndLoad', 'model');
      await page.close();
      expect(before).toHaveLength(7 * 3);
      expect(new Set(before).size).toBeGreaterThan(3);
      expect(after).toEqual(before);
      expect(tensorsLeft).toBe(0);
    },
  );

  it('goes on to the bit in a page that was reloaded in the middle of steps and saves, from the last checkpoints of a folder', async () => {
    const page = await site.open();
    const choose = () => call(page, 'select', { backend: 'wasm', wasmPaths });
    await choose();
    const whole = await call(page, 'train', { key: 'unbroken', keep: 2 });
    expect(await call(page, 'checkpoints', { key: 'unbroken' })).toEqual([
      'step-000000023.safetensors',
      'step-000000024.safetensors',
    ]);
    let gone = 0;
    for (const step of [2, 5, 9, 13, 17]) {
      // What was going on in the page is gone with it.
      const broken = call(page, 'train', { key: 'broken', keep: 2, resume: 'latest', pause: 150 }).then(
        () => 0,
        () => 1,
      );
      await page.waitForFunction(
        (least) => ((globalThis as { ssvaeStep?: number }).ssvaeStep ?? -1) >= least,
        step,
        { polling: 1 },
      );
      await site.reload(page);
      gone += await broken;
      await choose();
    }
    expect(gone).toBe(5);
    const names = await call(page, 'checkpoints', { key: 'broken', cutNewest: true });
    // A page that was reloaded between a save and the removal of the oldest has one more.
    expect([2, 3]).toContain((names as readonly string[]).length);
    const [older, newest] = names as [string, string];
    await expect(call(page, 'train', { key: 'broken', keep: 2, resume: 'latest' })).rejects.toThrow(
      `resume: indexeddb:broken/${newest}: the checksum`,
    );
    await expect(call(page, 'train', { key: 'broken', keep: 2, resume: 'latest' })).rejects.toThrow(
      `; indexeddb:broken/${older} is whole and of this run: resume: '${older}' goes on from its step ${Number(older.slice(5, 14))}`,
    );
    const ended = await call(page, 'train', { key: 'broken', keep: 2, resume: older });
    expect(ended.weights).toEqual(whole.weights);
    expect(ended.losses).toEqual(whole.losses);
    expect(ended.tensorsLeft).toBe(0);
    await page.close();
  });

  it.each([{}, { keep: 2 }])(
    'keeps the checkpoints of one tab from another until it is closed: %j',
    async (place) => {
      const first = await site.open();
      const second = await site.openBeside(first);
      for (const page of [first, second]) await call(page, 'select', { backend: 'wasm', wasmPaths });
      const training = call(first, 'train', { key: 'shared', resume: true, pause: 200, ...place }).catch(
        () => 'closed',
      );
      await first.waitForFunction(
        () => (globalThis as { ssvaeStep?: number }).ssvaeStep !== undefined,
        undefined,
        {
          polling: 1,
        },
      );
      await expect(call(second, 'train', { key: 'shared', resume: true, ...place })).rejects.toThrow(
        /train: checkpoint.storage cannot be used: indexeddb:shared\/? belongs to the run of another tab or worker/,
      );
      await first.close();
      expect(await training).toBe('closed');
      const { stopped, tensorsLeft } = await call(second, 'train', { key: 'shared', resume: true, ...place });
      expect({ stopped, tensorsLeft }).toEqual({ stopped: 'finished', tensorsLeft: 0 });
      await second.close();
    },
  );

  it('reads IDX files packed with gzip', async () => {
    const page = await site.open();
    const pixels = Array.from({ length: 2 * 3 * 2 }, (_, i) => 20 * i);
    const [images, labels] = [
      [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2, ...pixels],
      [0, 0, 8, 1, 0, 0, 0, 2, 7, 9],
    ].map((bytes) => [...gzipSync(Uint8Array.from(bytes))]) as [number[], number[]];
    expect(await call(page, 'parse', { images, labels })).toEqual({ shape: [3, 2, 1], x: pixels, y: [7, 9] });
    await expect(call(page, 'parse', { images: images.slice(0, -9), labels })).rejects.toThrow(/gunzip/);
    await page.close();
  });
});
