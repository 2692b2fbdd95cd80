import { execFileSync } from 'node:child_process';
import fs, {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadModel } from '../../src/models/loadModel';
import { csvLog } from '../../src/node/csvLog';
import { downloadDataset } from '../../src/node/datasets/downloadDataset';
import { file } from '../../src/node/file';
import { folder as directory } from '../../src/node/folder';
import { tensorBoard } from '../../src/node/tensorBoard';

describe('file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-file-'));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    await rm(folder, { recursive: true, force: true });
  });

  it('refuses what is not a path', () => {
    expect(() => file(undefined as never)).toThrow('file: path is undefined, needed the path of a file');
  });

  it('names a folder in its place', async () => {
    await expect(file(folder).read()).rejects.toThrow(
      /^file: .*ssvae-file-.* cannot be read \(it is a folder, needed the path of a file\)$/,
    );
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe that nobody writes to', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    for (const work of [() => file(path).read(), () => loadModel(file(path))])
      await expect(work()).rejects.toThrow(
        `file: ${path} cannot be read (it is not a regular file, needed the path of a file)`,
      );
  });

  it('names a place of any length and content in one line', async () => {
    for (const path of ['x'.repeat(1e6), 'a\u0000b', `${'y'.repeat(300)}\u001b[2J`]) {
      const storage = file(path);
      for (const work of [() => storage.read(), () => storage.write(new Uint8Array(1))]) {
        const message = await Promise.resolve(work()).then(
          () => '',
          (error: Error) => error.message,
        );
        expect(message).toMatch(/^file: \P{Cc}+ cannot be (read|written) \(\P{Cc}+\)$/u);
        expect(message.length).toBeLessThan(700);
      }
    }
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
    await expect(file(folder).read()).rejects.toThrow('it is a folder');
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

  it.each(['there', 'not there yet'])(
    'replaces what a link leads to, and leaves the link: %s',
    async (state) => {
      await mkdir(join(folder, 'elsewhere'));
      const [target, link] = [join(folder, 'elsewhere', 'real'), join(folder, 'link')];
      if (state === 'there') await writeFile(target, 'former');
      await symlink(join('elsewhere', 'real'), link);
      await file(link).write(Uint8Array.of(1));
      expect((await lstat(link)).isSymbolicLink()).toBe(true);
      expect([...(await readFile(target))]).toEqual([1]);
      expect((await readdir(folder)).sort()).toEqual(['elsewhere', 'link']);
    },
  );

  it.skipIf(process.platform === 'win32')('keeps the mode of the file that it replaces', async () => {
    const path = join(folder, 'a');
    for (const mode of [0o600, 0o664]) {
      await writeFile(path, '');
      await chmod(path, mode);
      await file(path).write(Uint8Array.of(1));
      expect((await stat(path)).mode & 0o777).toBe(mode);
    }
  });

  it("leaves other programs' files alone, however old and like its own", async () => {
    const names = [
      'thesis.docx.123e4567-e89b-12d3-a456-426614174000.tmp',
      '.tmp',
      'a.tmp',
      '.ssvae-notes.txt',
    ];
    for (const name of names) {
      await writeFile(join(folder, name), 'precious');
      await utimes(join(folder, name), 1, 1);
    }
    await file(join(folder, 'a')).write(Uint8Array.of(1));
    expect((await readdir(folder)).sort()).toEqual([...names, 'a'].sort());
  });

  it('removes what a killed process left half-written, though its clock was ahead', async () => {
    const beside = join(folder, '.ssvae-123e4567-e89b-12d3-a456-426614174000.tmp');
    await writeFile(beside, '');
    const ahead = new Date(Date.now() + 2 * 60 * 60 * 1000);
    await utimes(beside, ahead, ahead);
    await file(join(folder, 'a')).write(Uint8Array.of(1));
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('is whole though its half-written file was removed, as of a process that was suspended', async () => {
    const rename = vi.spyOn(fs, 'rename');
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    rename.mockRejectedValueOnce(missing);
    syncBuiltinESMExports();
    await file(join(folder, 'a')).write(Uint8Array.of(1));
    expect(rename).toHaveBeenCalledTimes(2);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it.each(['EINVAL', 'ENOTSUP', 'EACCES'])(
    'is written where a folder cannot be flushed: %s',
    async (code) => {
      const open = fs.open;
      vi.spyOn(fs, 'open').mockImplementation(async (path, flags, mode) => {
        const handle = await open(path, flags, mode);
        if (flags === 'r') handle.sync = () => Promise.reject(Object.assign(new Error(code), { code }));
        return handle;
      });
      syncBuiltinESMExports();
      await file(join(folder, 'a')).write(Uint8Array.of(1));
      expect([...(await readFile(join(folder, 'a')))]).toEqual([1]);
    },
  );

  it('names the first fault, not of the cleaning up, and names the place', async () => {
    vi.spyOn(fs, 'rename').mockRejectedValue(
      Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' }),
    );
    vi.spyOn(fs, 'rm').mockRejectedValue(new Error('EIO: i/o error'));
    syncBuiltinESMExports();
    const path = join(folder, 'a');
    await expect(file(path).write(Uint8Array.of(1))).rejects.toThrow(
      `file: ${path} cannot be written (ENOSPC: no space left on device)`,
    );
  });

  it('stays where it was when the working folder changes', async () => {
    const here = process.cwd();
    try {
      process.chdir(folder);
      const [storage, place] = [file('a'), directory('runs')];
      process.chdir(here);
      await storage.write(Uint8Array.of(1));
      await place.file('b').write(Uint8Array.of(2));
    } finally {
      process.chdir(here);
    }
    expect((await readdir(folder)).sort()).toEqual(['a', 'runs']);
    expect(await readdir(join(folder, 'runs'))).toEqual(['b']);
  });

  it('is named where the working folder is removed', async () => {
    const here = process.cwd();
    const gone = join(folder, 'gone');
    await mkdir(gone);
    process.chdir(gone);
    try {
      await rm(gone, { recursive: true });
      const why =
        /: runs.* starts from a working directory that cannot be found \(ENOENT.*\), needed one that exists, or a path from the root$/;
      for (const place of [file, directory, tensorBoard, csvLog]) expect(() => place('runs')).toThrow(why);
      await expect(downloadDataset('mnist', { cacheDir: 'runs' })).rejects.toThrow(why);
      expect(file('/runs').name).toBe('/runs');
    } finally {
      process.chdir(here);
    }
  });
});
