import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Gesture } from './page/images';
import { absence, call, openSite, type Site } from './site';

/** Files of a folder, each of two gray pixels. */
const FILES: Readonly<Record<string, readonly [number, number]>> = {
  'cat/a.png': [0, 10],
  'cat/deep/b.png': [20, 30],
  'dog/c.png': [200, 255],
  'unlabeled/d.png': [90, 91],
};

describe('imageFiles in Chromium', () => {
  let folder = '';
  let site: Site;

  beforeAll(async () => {
    if (absence !== undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'ssvae-pets-'));
    for (const [path, pixels] of Object.entries(FILES)) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      const data = Uint8Array.from(pixels);
      await writeFile(join(folder, path), encode({ data, width: 2, height: 1, channels: 1, depth: 8 }));
    }
    await writeFile(join(folder, 'notes.txt'), 'no image');
    site = await openSite();
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(async () => {
    await site?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  const GESTURES: Readonly<Record<Gesture, (page: Page) => Promise<void>>> = {
    choose: (page) => page.setInputFiles('input', folder),
    async drop(page) {
      const session = await page.context().newCDPSession(page);
      const data = { items: [], files: [folder], dragOperationsMask: 1 };
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', { type, x: 20, y: 20, data });
    },
  };

  it.each(['choose', 'drop'] as const)('reads the folders that a user may %s as classes', async (gesture) => {
    const page = await site.open();
    const report = call(page, 'images', gesture);
    await page.waitForFunction(
      (name) => (globalThis as { ssvaeWaits?: string }).ssvaeWaits === name,
      gesture,
    );
    await GESTURES[gesture](page);
    // A canvas gives colors; three channels of a gray image are equal.
    const pixels = Object.values(FILES).flat();
    expect(await report).toEqual({
      shape: [1, 2, 3],
      classNames: ['cat', 'dog'],
      y: [0, 0, 1, 255],
      x: pixels.flatMap((gray) => [gray, gray, gray]),
    });
    await page.close();
  });
});
