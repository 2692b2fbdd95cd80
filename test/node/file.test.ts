import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { file } from '../../src/node/file';

describe('file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-file-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('refuses what is no path', () => {
    expect(() => file(undefined as never)).toThrow('file: path is undefined, needed the path of a file');
  });

  it('tells of a folder in its place', async () => {
    await expect(file(folder).read()).rejects.toThrow(/^file: .*ssvae-file-.* cannot be read \(EISDIR/);
  });

  it('has nothing before the first write, and then what was written last', async () => {
    const storage = file(join(folder, 'a.safetensors'));
    expect(await storage.read()).toBeUndefined();
    await storage.write(Uint8Array.of(1, 2, 3));
    await storage.write(Uint8Array.of(4));
    expect(await storage.read()).toEqual(Uint8Array.of(4));
  });

  it('makes the folders on the way, leaves nothing beside it, and is called by its path', async () => {
    const path = join(folder, 'runs', 'today', 'a.safetensors');
    const storage = file(path);
    await storage.write(new Uint8Array(1000));
    expect(storage.name).toBe(path);
    expect(await readdir(join(folder, 'runs', 'today'))).toEqual(['a.safetensors']);
  });

  it('keeps what stood there when a write fails, and says why', async () => {
    const path = join(folder, 'a.safetensors');
    await file(path).write(Uint8Array.of(1));
    const broken = { byteLength: 1 } as Uint8Array;
    await expect(file(path).write(broken)).rejects.toThrow(/must be|iterable/);
    expect([...(await readFile(path))]).toEqual([1]);
    expect(await readdir(folder)).toEqual(['a.safetensors']);
  });

  it('reports what it cannot read, and does not take it for a missing file', async () => {
    await expect(file(folder).read()).rejects.toThrow(/EISDIR/);
    await writeFile(join(folder, 'b'), '');
    await expect(file(join(folder, 'b', 'c')).read()).rejects.toThrow(/ENOTDIR/);
  });

  it('holds one of two contents written at once, and nothing beside it', async () => {
    const path = join(folder, 'a');
    const contents = [1, 2, 3, 4].map((value) => new Uint8Array(300_000).fill(value));
    await Promise.all(contents.map((bytes) => file(path).write(bytes)));
    const [first, ...rest] = await readFile(path);
    expect(rest.every((value) => value === first)).toBe(true);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('reads whole contents while they are written over and over', async () => {
    const storage = file(join(folder, 'a'));
    const versions = [1, 2, 3, 4, 5].map((value) => new Uint8Array(200_000).fill(value));
    await storage.write(versions[0] as Uint8Array);
    const writing = (async () => {
      for (const version of versions) await storage.write(version);
    })();
    for (let i = 0; i < 20; i++) {
      const seen = (await storage.read()) ?? new Uint8Array();
      expect(seen.length).toBe(200_000);
      expect(seen.every((value) => value === seen[0])).toBe(true);
    }
    await writing;
  });
});
