import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folder } from '../../src/node/folder';

const BESIDE = '.ssvae-123e4567-e89b-12d3-a456-426614174000.tmp';

describe('folder', () => {
  let path: string;
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'ssvae-folder-'));
  });
  afterEach(() => rm(path, { recursive: true, force: true }));

  it('has nothing before the first write, then its files, and not what is removed', async () => {
    const place = folder(join(path, 'runs', 'm2'));
    expect(await place.list()).toEqual([]);
    await place.file('a').write(Uint8Array.of(1));
    await place.file('b').write(Uint8Array.of(2));
    expect([...(await place.list())].sort()).toEqual(['a', 'b']);
    expect(await place.file('b').read()).toEqual(Uint8Array.of(2));
    await place.remove('b');
    await place.remove('never there');
    expect(await place.list()).toEqual(['a']);
    expect(place.name).toBe(join(path, 'runs', 'm2'));
    expect(place.file('a').name).toBe(join(path, 'runs', 'm2', 'a'));
  });

  it('lists neither folders nor files half-written', async () => {
    await mkdir(join(path, 'sub'));
    await writeFile(join(path, BESIDE), '');
    await writeFile(join(path, 'a'), '');
    expect(await folder(path).list()).toEqual(['a']);
  });

  it('lists a link to a file, which it reads, and not one to a folder or to nothing', async () => {
    await mkdir(join(path, 'sub'));
    await writeFile(join(path, 'sub', 'b'), 'b');
    await symlink(join('sub', 'b'), join(path, 'a'));
    await symlink('sub', join(path, 'c'));
    await symlink('none', join(path, 'd'));
    expect(await folder(path).list()).toEqual(['a']);
    expect(await folder(path).file('a').read()).toEqual(new TextEncoder().encode('b'));
  });

  it('takes away what a killed process left half-written, once it has lain for an hour', async () => {
    const old = new Date(Date.now() - 61 * 60 * 1000);
    for (const name of [BESIDE, 'notes.tmp']) await writeFile(join(path, name), '');
    await folder(path).file('a').write(Uint8Array.of(1));
    expect((await readdir(path)).sort()).toEqual([BESIDE, 'a', 'notes.tmp'].sort());
    for (const name of [BESIDE, 'notes.tmp']) await utimes(join(path, name), old, old);
    await folder(path).file('a').write(Uint8Array.of(1));
    expect((await readdir(path)).sort()).toEqual(['a', 'notes.tmp']);
  });

  it('reports what it cannot list', async () => {
    await writeFile(join(path, 'a'), '');
    await expect(folder(join(path, 'a')).list()).rejects.toThrow(/ENOTDIR/);
  });

  it('refuses what is not a path, and names that lead elsewhere', () => {
    for (const none of ['', undefined as never])
      expect(() => folder(none)).toThrow(/^folder: path is (""|undefined), needed the path of a folder$/);
    for (const name of ['', '.', '..', '../a', 'a/b', 'a\\b', 'a\0'])
      expect(() => folder(path).file(name)).toThrow(
        /^folder: the name of a file is .*, needed one without a path$/,
      );
  });
});
