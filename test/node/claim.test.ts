import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Claim, Storage, StorageFolder } from '../../src/files/storage';
import { loadModel } from '../../src/models/loadModel';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { saveModel } from '../../src/models/saveModel';
import { lockIn } from '../../src/node/claim';
import { csvLog } from '../../src/node/csvLog';
import { file } from '../../src/node/file';
import { folder } from '../../src/node/folder';
import { tensorBoard } from '../../src/node/tensorBoard';
import type { Callbacks } from '../../src/training/callbacks';
import { train } from '../../src/training/train';
import { tinyBatches, tinyM2, weightsOf } from '../support/tiny';

const claim = (place: Storage | StorageFolder) => {
  if (place.claim === undefined) throw new Error('the place has no claim');
  return place.claim();
};

/** Another process that holds a folder. */
const holderOf = (path: string): Promise<ChildProcess> =>
  new Promise((resolve, reject) => {
    const program = fileURLToPath(new URL('../support/claim/holder.ts', import.meta.url));
    const child = fork(program, [path], { execArgv: ['--import', 'tsx'], stdio: 'pipe' });
    child.once('message', () => resolve(child));
    child.once('close', (code) => reject(new Error(`the holder ended with ${code}`)));
  });

const killed = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('close', () => resolve());
    child.kill('SIGKILL');
  });

describe('a place on disk', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ssvae-claim-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it.each([
    ['file', (name: string) => file(name)],
    ['folder', (name: string) => folder(name)],
  ])('belongs to one run of this process: %s', async (_, placeOf) => {
    const path = join(root, 'runs', 'a');
    const first = await claim(placeOf(path));
    await expect(claim(placeOf(path))).rejects.toThrow(
      `${path} belongs to another run of this process, needed the end of that run, or another place`,
    );
    await claim(placeOf(join(root, 'runs', 'b'))).then((other) => other.release());
    await first.confirm();
    await first.release();
    await claim(placeOf(path)).then((second) => second.release());
  });

  describe('has one owner, whatever path leads to it', () => {
    const inUse = 'belongs to another run of this process';
    beforeEach(async () => {
      await mkdir(join(root, 'disk'));
      for (const link of ['runs', 'other']) await symlink('disk', join(root, link));
      await symlink('new', join(root, 'dangling'));
    });

    it.each([
      ['a linked folder', 'runs/a', 'disk/a'],
      ['two links', 'runs/a', 'other/a'],
      ['a linked folder around one that is not made yet', 'runs/b/c/a', 'disk/b/c/a'],
      ['a link to a folder that is not made yet', 'dangling/a', 'new/a'],
    ])('%s', async (_, first, second) => {
      for (const [taken, tried] of [
        [first, second],
        [second, first],
      ] as const) {
        const own = await claim(file(join(root, taken)));
        await expect(claim(file(join(root, tried)))).rejects.toThrow(inUse);
        await expect(file(join(root, tried)).assertFree?.()).rejects.toThrow(inUse);
        await own.confirm();
        await file(join(root, tried)).write(Uint8Array.of(1));
        await expect(claim(file(join(root, tried)))).rejects.toThrow(inUse);
        await own.release();
        await rm(join(root, first));
      }
    });

    it('a link to a folder, and a file in that folder', async () => {
      const own = await claim(folder(join(root, 'disk')));
      await expect(claim(folder(join(root, 'runs')))).rejects.toThrow(inUse);
      await expect(claim(file(join(root, 'runs', 'a')))).rejects.toThrow(inUse);
      await own.release();
      const inside = await claim(file(join(root, 'runs', 'a')));
      await expect(claim(folder(join(root, 'other')))).rejects.toThrow(inUse);
      await inside.release();
    });

    it('a folder mounted at a second place', async () => {
      await mkdir(join(root, 'mount'));
      const program = `Promise.all(process.argv.slice(1, 3).map((source) => import(source))).then(async ([{ file }, { folder }]) => {
        const [disk, mount] = process.argv.slice(3);
        const tell = (place) => place.claim().then(() => console.log('claimed'), (error) => console.log(error.message));
        const own = await file(disk + '/a').claim();
        await tell(file(mount + '/a'));
        await tell(folder(mount));
        await own.confirm();
        await own.release();
        await folder(mount).claim();
        await tell(file(disk + '/a'));
      })`;
      const sources = ['file', 'folder'].map((name) =>
        fileURLToPath(new URL(`../../src/node/${name}.ts`, import.meta.url)),
      );
      const places = [join(root, 'disk'), join(root, 'mount')];
      const node = [process.execPath, '--import', 'tsx', '-e', program, ...sources, ...places];
      const mounted = spawnSync(
        'unshare',
        ['-rm', 'sh', '-c', 'mount --bind "$0" "$1" && shift && exec "$@"', ...places, ...node],
        { encoding: 'utf8' },
      );
      if (mounted.status !== 0) return console.warn('skipped: this machine lets nobody mount a folder');
      expect(mounted.stdout.trim().split('\n')).toEqual(Array(3).fill(expect.stringContaining(inUse)));
    });
  });

  it('is refused where its file may be written and not replaced: mounted by itself, say', async () => {
    const [path, other] = [join(root, 'a'), join(root, 'b')];
    await writeFile(path, 'former');
    await writeFile(other, 'other');
    const program = `import(process.argv[1]).then(({ file }) => file(process.argv[2]).claim()).then(() => console.log('claimed'), (error) => console.log(error.message))`;
    const source = fileURLToPath(new URL('../../src/node/file.ts', import.meta.url));
    const node = [process.execPath, '--import', 'tsx', '-e', program, source, path];
    const mounted = spawnSync(
      'unshare',
      ['-rm', 'sh', '-c', 'mount --bind "$0" "$1" && shift && exec "$@"', other, path, ...node],
      {
        encoding: 'utf8',
      },
    );
    if (mounted.status !== 0) return console.warn('skipped: this machine lets nobody mount a file');
    expect(mounted.stdout).toMatch(/a cannot be written \(it is mounted by itself/);
    expect(await readdir(root)).toEqual(['a', 'b']);
  });

  it('belongs to a run of another process while that lives, suspended or not, and is free once it is killed', async () => {
    const child = await holderOf(root);
    const refused = new RegExp(
      `belongs to the run of process ${child.pid} on ${hostname()} since 20.*, last seen \\d+ s ago`,
    );
    await expect(claim(folder(root))).rejects.toThrow(refused);
    child.kill('SIGSTOP');
    await expect(claim(folder(root))).rejects.toThrow(refused);
    await killed(child);
    const own = await claim(folder(root));
    await own.release();
    expect(await readdir(root)).toEqual([]);
  });

  /** What this process writes, and the same changed. */
  const ownerNow = async (): Promise<Record<string, unknown>> => {
    const own = await claim(folder(root));
    const owner = JSON.parse(await readFile(lockIn(root), 'utf8'));
    await own.release();
    return owner;
  };
  const left = async (content: unknown, minutesAgo = 0): Promise<void> => {
    await writeFile(lockIn(root), typeof content === 'string' ? content : JSON.stringify(content));
    const then = new Date(Date.now() - 60_000 * minutesAgo);
    await utimes(lockIn(root), then, then);
  };

  it.each<[string, object | string, number, boolean]>([
    ['this very thread, which has forgotten it', { run: 'other' }, 0, true],
    ['a process that had the number of this one', { run: 'other', began: '1' }, 0, true],
    ['a number that no process has', { run: 'other', process: 2 ** 22 + 1 }, 0, true],
    ['another thread of this process', { run: 'other', thread: 99 }, 0, false],
    ['another thread of this process, long silent', { run: 'other', thread: 99 }, 3, true],
    ['another machine', { run: 'other', machine: 'elsewhere 1 2' }, 0, false],
    ['another machine, long silent', { run: 'other', machine: 'elsewhere 1 2' }, 3, true],
    ['a file that is being written', '', 0, false],
    ['a file that was never finished', '{"run":', 3, true],
  ])('left by %s', async (_, changes, minutesAgo, isFree) => {
    const owner = await ownerNow();
    await left(typeof changes === 'string' ? changes : { ...owner, ...changes }, minutesAgo);
    if (!isFree) {
      await expect(claim(folder(root))).rejects.toThrow(`if no such run is left, remove ${lockIn(root)}`);
      return;
    }
    const own = await claim(folder(root));
    expect(JSON.parse(await readFile(lockIn(root), 'utf8')).run).not.toBe('other');
    await own.release();
    expect(await readdir(root)).toEqual([]);
  });

  it('is found to be lost before the next write, and is not given away by the one who lost it', async () => {
    const owner = await ownerNow();
    const own = await claim(folder(root));
    await own.confirm();
    await left({ ...owner, run: 'other', machine: 'elsewhere 1 2' });
    await expect(own.confirm()).rejects.toThrow('belongs to the run of process');
    await own.release();
    expect(JSON.parse(await readFile(lockIn(root), 'utf8')).run).toBe('other');
  });

  it('is taken again where its file, or the whole folder, was removed by hand', async () => {
    const path = join(root, 'run');
    const own = await claim(folder(path));
    await rm(path, { recursive: true });
    await own.confirm();
    await expect(claim(folder(path))).rejects.toThrow('belongs to another run');
    await own.release();
  });

  it('is taken by one of many who find a dead run there', async () => {
    const owner = await ownerNow();
    await left({ ...owner, run: 'other', began: '1' });
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map(() => claim(folder(root))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is refused where nothing can be written', async () => {
    await mkdir(join(root, 'taken'));
    await writeFile(join(root, 'plain'), '');
    for (const [place, reason] of [
      [
        file(join(root, 'taken')),
        /^file: .*taken cannot be written \(it is a folder, needed the path of a file\)$/,
      ],
      [file(join(root, 'plain', 'a')), /cannot be written \(ENOTDIR/],
      [folder(join(root, 'plain')), /plain cannot be written \(E(EXIST|NOTDIR)/],
      [file(join(root, 'n'.repeat(300))), /cannot be written \(ENAMETOOLONG/],
    ] as const)
      await expect(claim(place)).rejects.toThrow(reason);
  });

  it('is refused on a read-only mount in the words of the system', async () => {
    await mkdir(join(root, 'disk'));
    const program = `Promise.all(process.argv.slice(1, 3).map((source) => import(source))).then(async ([{ file }, { folder }]) => {
      const [disk] = process.argv.slice(3);
      for (const place of [folder(disk), folder(disk + '/new'), folder(disk + '/new/deep'), file(disk + '/new/a')])
        await place.claim().catch((error) => console.log(error.message));
      await file(disk + '/new/a').write(new Uint8Array(1)).catch((error) => console.log(error.message));
    })`;
    const sources = ['file', 'folder'].map((name) =>
      fileURLToPath(new URL(`../../src/node/${name}.ts`, import.meta.url)),
    );
    const node = [process.execPath, '--import', 'tsx', '-e', program, ...sources, join(root, 'disk')];
    const mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
    const mounted = spawnSync('unshare', ['-rm', 'sh', '-c', mount, join(root, 'disk'), ...node], {
      encoding: 'utf8',
    });
    if (mounted.status !== 0) return console.warn('skipped: this machine lets nobody mount a folder');
    expect(mounted.stdout.trim().split('\n')).toEqual(
      Array(5).fill(expect.stringMatching(/ cannot be written \(EROFS: read-only file system/)),
    );
  });

  it('can have the longest name there is', async () => {
    const storage = file(join(root, 'n'.repeat(255)));
    const own = await claim(storage);
    await storage.write(Uint8Array.of(1));
    await own.release();
    expect(await storage.read()).toEqual(Uint8Array.of(1));
  });

  it('is not inside a folder that a run holds, nor around a file that one holds', async () => {
    const inside = file(join(root, 'runs', 'a.safetensors'));
    const around = await claim(folder(join(root, 'runs')));
    await expect(claim(inside)).rejects.toThrow('belongs to another run of this process');
    await around.release();
    const own = await claim(inside);
    await expect(claim(folder(join(root, 'runs')))).rejects.toThrow('belongs to another run of this process');
    await own.release();
    expect(await readdir(join(root, 'runs'))).toEqual([]);
  });

  describe('as a file', () => {
    const run = async (checkpoint: Storage | StorageFolder, callbacks?: Callbacks): Promise<number> => {
      let steps = 0;
      const counted = { onBatchEnd: () => void steps++ };
      const model = tinyM2();
      try {
        await train(model, {
          objective: semiSupervised(),
          batches: tinyBatches({ stepsPerEpoch: 1 }),
          epochs: 1,
          seed: 1,
          checkpoint: { storage: checkpoint },
          callbacks: callbacks ? [counted, callbacks] : counted,
        });
      } catch (error) {
        expect(steps).toBe(0);
        throw error;
      } finally {
        model.dispose();
      }
      return steps;
    };
    const NAMED =
      /cannot be used: .*m2.* needs a folder where a run of this process keeps the file .*m2, needed another path for one of them/;

    it.each<[string, (path: string) => Callbacks]>([
      ['the events below it', (path) => tensorBoard(join(path, 'events'))],
      ['the events in its place', (path) => tensorBoard(path)],
      ['the table below it', (path) => csvLog(join(path, 'log.csv'))],
    ])('is refused before the first step beside %s, whether it is there or not', async (_, callbacksOf) => {
      const path = join(root, 'runs', 'm2');
      for (let tries = 0; tries < 2; tries++) {
        await expect(run(file(path), callbacksOf(path))).rejects.toThrow(NAMED);
        await run(file(path));
      }
      expect(await readdir(join(root, 'runs'))).toEqual(['m2']);
      // A path that only begins alike is another one.
      await run(file(path), tensorBoard(`${path}-events`));
    });

    it('is refused in either order, by every path that leads there, and is free afterwards', async () => {
      await mkdir(join(root, 'real'));
      await symlink(join(root, 'real'), join(root, 'link'));
      const path = join(root, 'real', 'm2');
      const linked = `${root}/./link/m2`;
      const inside: readonly (() => Promise<Claim>)[] = [
        () => claim(folder(linked)),
        () => claim(folder(join(linked, 'deep'))),
        () => claim(file(join(linked, 'a'))),
        () => file(join(linked, 'log.csv')).claimTable?.() as Promise<Claim>,
      ];
      for (const take of inside) {
        const first = await claim(file(path));
        await expect(take()).rejects.toThrow(NAMED);
        await expect(file(join(linked, 'model')).assertFree?.()).rejects.toThrow(NAMED);
        await first.release();
        const other = await take();
        await expect(claim(file(path))).rejects.toThrow(NAMED);
        await other.release();
        await rm(path, { recursive: true, force: true });
      }
    });
  });

  it('has the name of a checkpoint, in a folder that a run holds: no model or table is written there', async () => {
    const inUse = 'belongs to another run of this process';
    const own = await claim(folder(root));
    const name = 'step-000000006.safetensors';
    for (const place of [file(join(root, name)), folder(root).file(name)]) {
      await expect(place.assertFree?.()).rejects.toThrow(inUse);
      await expect(place.claimTable?.()).rejects.toThrow(inUse);
    }
    await expect(saveModel(tinyM2(), file(join(root, name)))).rejects.toThrow(inUse);
    const table = await file(join(root, 'table.csv')).claimTable?.();
    await table?.release();
    await file(join(root, 'best.safetensors')).assertFree?.();
    await own.release();
    await file(join(root, name)).assertFree?.();
    expect(await readdir(root)).toEqual([]);
  });

  it("holds strangers' models and tables too, and they change nothing of the run", async () => {
    const options = (seed = 1) => ({
      objective: semiSupervised(),
      batches: tinyBatches({ stepsPerEpoch: 2 }),
      epochs: 3,
      seed,
    });
    const [whole, model, other, resumed] = [tinyM2(), tinyM2(), tinyM2({ seed: 9 }), tinyM2({ seed: 8 })];
    await train(whole, options());
    const names = ['best.safetensors', 'step-6.safetensors', 'step-000000006.safetensors.bak', 'latest'];
    const strangers = async (): Promise<void> => {
      for (const name of names) await saveModel(other, file(join(root, name)));
      await train(other, { ...options(7), callbacks: csvLog(join(root, 'table.csv')) });
    };
    const checkpoint = { storage: folder(root), every: 1, keep: 1 };
    await train(model, { ...options(), epochs: 2, checkpoint, callbacks: { onEpochEnd: strangers } });
    expect((await readdir(root)).sort()).toEqual(
      [...names, 'step-000000004.safetensors', 'table.csv'].sort(),
    );
    await train(resumed, { ...options(), checkpoint, resume: 'latest' });
    expect(await weightsOf(resumed)).toEqual(await weightsOf(whole));
    for (const name of names) (await loadModel(file(join(root, name)))).dispose();
    for (const one of [whole, model, other, resumed]) one.dispose();
  });

  it.runIf(existsSync('/dev/shm'))('may be in shared memory', async () => {
    const inMemory = await mkdtemp('/dev/shm/ssvae-claim-');
    try {
      const own = await claim(folder(join(inMemory, 'runs')));
      await folder(join(inMemory, 'runs')).file('a').write(Uint8Array.of(1));
      await own.release();
      expect(await readdir(join(inMemory, 'runs'))).toEqual(['a']);
    } finally {
      await rm(inMemory, { recursive: true, force: true });
    }
  });

  it('says when it had to be taken again', async () => {
    const own = await claim(folder(join(root, 'run')));
    expect(await own.confirm()).toBe(true);
    await rm(join(root, 'run'), { recursive: true });
    expect(await own.confirm()).toBe(false);
    expect(await own.confirm()).toBe(true);
    await own.release();
  });

  it('names what is in its way, and waits for nothing', async () => {
    await symlink(join(root, 'nowhere'), lockIn(root));
    await expect(claim(folder(root))).rejects.toThrow(`${lockIn(root)} is in the way, needed to be removed`);
    await rm(lockIn(root));
    await mkdir(lockIn(root));
    await expect(claim(folder(root))).rejects.toThrow(`${lockIn(root)} is in the way, needed to be removed`);
  });

  it('is not a device, pipe or file of the system', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')]);
    await symlink('/dev/null', join(root, 'link'));
    for (const path of [join(root, 'pipe'), join(root, 'link'), '/dev/stdout', '/proc/nowhere/x']) {
      const reason = /cannot be written \(it is (not a regular file|a file of the system), needed/;
      await expect(claim(file(path)), path).rejects.toThrow(reason);
      await expect(file(path).write(Uint8Array.of(1)), path).rejects.toThrow(reason);
    }
    expect((await lstat(join(root, 'pipe'))).isFIFO()).toBe(true);
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('is kept from writers that are not runs', async () => {
    const storage = file(join(root, 'a'));
    await storage.assertFree?.();
    const own = await claim(file(join(root, 'a')));
    await expect(storage.assertFree?.()).rejects.toThrow('belongs to another run of this process');
    await own.release();
    await storage.assertFree?.();
  });
});
