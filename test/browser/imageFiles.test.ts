import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageFiles } from '../../src/browser/imageFiles';
import type { Gesture } from './page/images';
import { absence, call, openSite, type Site } from './site';

/** Files of a folder, each of two gray pixels. */
const FILES: Readonly<Record<string, readonly [number, number]>> = {
  'cat/a.png': [0, 10],
  'cat/deep/b.png': [20, 30],
  'dog/c.png': [200, 255],
  'unlabeled/d.png': [90, 91],
};

describe('imageFiles by the paths of files', () => {
  beforeEach(() => {
    vi.stubGlobal('createImageBitmap', async () => ({ width: 2, height: 1, close: () => undefined }));
    const data = Uint8ClampedArray.of(0, 0, 0, 255, 9, 9, 9, 255);
    const context = { drawImage: () => undefined, getImageData: () => ({ data, width: 2, height: 1 }) };
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        getContext = () => context;
      },
    );
  });
  afterEach(() => vi.unstubAllGlobals());

  const filesOf = (...paths: readonly string[]): File[] =>
    paths.map((path) =>
      Object.assign(new File([], path.split('/').at(-1) as string), { webkitRelativePath: path }),
    );
  const read = async (paths: readonly string[], options = {}) => {
    const { y, paths: found, classNames } = await imageFiles(filesOf(...paths), options);
    return { y: Array.from(y), paths: found, classNames };
  };

  it('takes a flat folder where a model reads them, and files of no folder', async () => {
    const { input } = await imageFiles(filesOf('pets/cat/1.png', 'pets/dog/2.png'));
    const expected = { y: [255, 255], paths: ['1.png', '2.png'], classNames: undefined };
    expect(await read(['new/2.png', 'new/1.png'], { input })).toEqual(expected);
    expect(await read(['1.png', '2.png'], { input })).toEqual(expected);
    expect(await read(['pets/1.png', 'pets/dog/2.png', 'pets/cat/3.png'], { input })).toEqual({
      y: [255, 0, 1],
      paths: ['1.png', 'cat/3.png', 'dog/2.png'],
      classNames: ['cat', 'dog'],
    });
  });

  it('refuses files of no folder where no model reads them', async () => {
    await expect(read(['1.png'])).rejects.toThrow(
      'imageFiles: 1.png is in no folder of a class, needed one, or the folder unlabeled; for images to predict, input: model.input',
    );
    expect(await read(['cat/1.png', 'cat/2.png'])).toEqual({
      y: [0, 0],
      paths: ['cat/1.png', 'cat/2.png'],
      classNames: ['cat'],
    });
  });
});

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
      paths: Object.keys(FILES),
    });
    await page.close();
  });
});
