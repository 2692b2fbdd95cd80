import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort, outputOf, RedisServer, sourceOf, starter } from '../../bench/machines/processes';
import { type BuiltPrograms, buildPrograms } from '../support/programs';
import { pythonWith } from '../support/python';

vi.setConfig({ testTimeout: 300_000 });

const SMALL = { method: 'm2', labels: 20, examples: 200, epochs: 3, backend: 'cpu' } as const;
const GRID = JSON.stringify({
  ...Object.fromEntries(Object.entries(SMALL).map(([k, v]) => [k, [v]])),
  seed: [1, 2],
});

let folder: string;
let built: BuiltPrograms;
const start = starter((source) => built.pathOf(source));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssvae-study-'));
  built = await buildPrograms((['queue', 'run', 'search', 'work'] as const).map(sourceOf));
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

const settings = (more: object = {}): string => JSON.stringify({ ...SMALL, seed: 1, ...more });
const lastOf = (output: string): Record<string, unknown> =>
  JSON.parse(output.trim().split('\n').at(-1) ?? '');

/** Waits for a line that a program prints. */
async function lineOf(child: ChildProcess): Promise<void> {
  await once(child.stdout as NodeJS.ReadableStream, 'data');
}

describe('a run', () => {
  it('ends with 2 where its settings are wrong', async () => {
    expect(await outputOf(start('run', ['{ "metod": "m2" }']))).toEqual({
      code: 2,
      output:
        'settings.metod is unknown, needed one of method, labels, seed, epochs, alpha, examples, backend\n',
    });
    expect(await outputOf(start('run', [GRID, '--index', '2']))).toEqual({
      code: 2,
      output: '--index 2 is not in the grid, needed 0 to 1\n',
    });
  });

  it.each(['cpu', 'wasm'])(
    'on %s saves at SIGTERM and ends with 75; the same call goes on, to the bits of a run that was not ended',
    async (backend) => {
      const [ended, whole, twice] = ['ended', 'whole', 'twice'].map((name) => join(folder, name, backend));
      const run = (study?: string) => start('run', [settings({ backend }), '--study', study as string]);
      const first = run(ended);
      const over = outputOf(first);
      await lineOf(first);
      first.kill('SIGTERM');
      expect((await over).code).toBe(75);
      const checkpoints = (study?: string) => readdir(join(study as string, 'checkpoints'));
      expect(await checkpoints(ended)).toHaveLength(1);
      const { code, output } = await outputOf(run(ended));
      expect(code).toBe(0);
      expect(await checkpoints(ended)).toEqual([]);
      const alone = await outputOf(run(whole));
      expect(lastOf(output)).toEqual(lastOf(alone.output));
      expect(output.split('"epoch"').length).toBeLessThan(alone.output.split('"epoch"').length);
      expect(lastOf((await outputOf(run(twice))).output)).toEqual(lastOf(alone.output));
      // A run that is done answers at once.
      expect(await outputOf(run(whole))).toEqual({
        code: 0,
        output: `${JSON.stringify(lastOf(alone.output))}\n`,
      });
    },
  );

  it('is one of many that two workers without a queue go through', async () => {
    const study = join(folder, 'all');
    const list = async () =>
      (await outputOf(start('run', [GRID, '--list', '--study', study]))).output
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    expect((await list()).map(({ done }) => done)).toEqual([false, false]);
    const workers = [1, 2].map(() => outputOf(start('run', [GRID, '--all', '--study', study])));
    for (const worker of workers) expect(await worker).toMatchObject({ code: 0 });
    const runs = await list();
    expect(runs.map(({ done }) => done)).toEqual([true, true]);
    for (const { name, settings } of runs) {
      const line = await readFile(join(study, 'results', `${name}.json`), 'utf8');
      expect(JSON.parse(line)).toMatchObject({ name, settings });
    }
  });

  it('ends with 75 where another process has the run', async () => {
    const study = ['--study', join(folder, 'held')];
    const first = start('run', [settings({ epochs: 30 }), ...study]);
    const over = outputOf(first);
    await lineOf(first);
    const second = await outputOf(start('run', [settings({ epochs: 30 }), ...study]));
    expect(second.code).toBe(75);
    expect(second.output).toMatch(/belongs to another run|is in use|process/);
    first.kill('SIGTERM');
    expect((await over).code).toBe(75);
  });

  it('is a task of a Slurm array, put back where it was ended', async () => {
    const bin = join(folder, 'bin');
    const script = (await readFile(resolve('examples/study/slurm.sh'), 'utf8')).replace(
      /^grid=.*$/m,
      `grid='${GRID}'`,
    );
    await writeFile(join(folder, 'slurm.sh'), script);
    await mkdir(bin);
    await writeFile(join(bin, 'scontrol'), '#!/bin/sh\necho "$@"\n');
    await chmod(join(bin, 'scontrol'), 0o755);
    const study = join(folder, 'slurm');
    const task = (): ChildProcess =>
      spawn('bash', [join(folder, 'slurm.sh')], {
        env: {
          ...process.env,
          PATH: `${bin}:${process.env.PATH}`,
          TSX_TSCONFIG_PATH: resolve('tsconfig.json'),
          SLURM_ARRAY_TASK_ID: '1',
          SLURM_JOB_ID: '77',
          STUDY: study,
        },
      });
    const first = task();
    const over = outputOf(first);
    await lineOf(first);
    first.kill('SIGTERM');
    expect((await over).output).toMatch(/requeue 77\n$/);
    const { code, output } = await outputOf(task());
    expect(code).toBe(0);
    expect(lastOf(output)).toMatchObject({ settings: { ...SMALL, seed: 2 } });
  });
});

describe('a search', () => {
  it('whose runs are processes goes on where SIGTERM ended it', async () => {
    const study = join(folder, 'search');
    const searched = () =>
      start('search', ['--study', study, '--trials', '1'], { EXAMPLES: '300', STEPS: '8' });
    const results = () => readdir(join(study, 'results')).catch(() => []);
    const first = searched();
    const over = outputOf(first);
    while ((await results()).length === 0) await setTimeout(50);
    first.kill('SIGTERM');
    expect((await over).code).toBe(75);
    const { code, output } = await outputOf(searched());
    expect(code).toBe(0);
    expect(lastOf(output)).toMatchObject({ best: { steps: 8 }, why: expect.stringContaining('fit') });
    // Three trials in three rounds, on the validation part.
    expect(await results()).toHaveLength(9);
  });
});

const { python, absence } = await pythonWith('optuna');

describe('a study by Optuna', () => {
  it.skipIf(absence !== undefined)(absence ?? 'prunes and completes trials that are runs', async () => {
    const study = join(folder, 'optuna');
    const args = [
      '--trials',
      '3',
      '--study',
      study,
      '--settings',
      settings({ epochs: 2, method: undefined }),
    ];
    const program = spawn(python, ['examples/study/optuna_study.py', ...args], {
      env: { ...process.env, TSX_TSCONFIG_PATH: resolve('tsconfig.json') },
    });
    const { code, output } = await outputOf(program);
    expect(code, output).toBe(0);
    const results = (await readdir(join(study, 'results'))).filter((name) => !name.startsWith('.'));
    expect(results.length).toBeGreaterThan(0);
    const { value } = JSON.parse(output.slice(output.lastIndexOf('{"value"')));
    const values = await Promise.all(
      results.map(
        async (name) => JSON.parse(await readFile(join(study, 'results', name), 'utf8')).validation,
      ),
    );
    expect(value).toBe(Math.max(...values));
  });
});

const wandb = await pythonWith('wandb');

/** The command that the agent of W&B starts for settings, made by its own functions as its agent puts them together. */
const AGENT = `
import json, sys, yaml
from wandb.sdk.launch.sweeps.utils import create_sweep_command, create_sweep_command_args
sweep = yaml.safe_load(open("examples/study/wandb.yaml"))
found = create_sweep_command_args({"args": {name: {"value": value} for name, value in json.loads(sys.argv[1]).items()}})
found["program"] = [sweep["program"]]
print(json.dumps([part for c in create_sweep_command(sweep["command"]) for part in (found[c[2:-1]] if c.startswith("$") else [c])]))
`;

describe('a sweep of W&B', () => {
  it.skipIf(wandb.absence !== undefined)(wandb.absence ?? 'passes settings that a run takes', async () => {
    const { stdout } = spawnSync(wandb.python, ['-c', AGENT, settings({ epochs: 1 })], { encoding: 'utf8' });
    const [node, ...args] = JSON.parse(stdout).map((part: string) =>
      part === '/shared/study' ? join(folder, 'wandb') : part,
    );
    expect(node).toBe('node');
    const program = spawn(process.execPath, args, {
      env: { ...process.env, TSX_TSCONFIG_PATH: resolve('tsconfig.json') },
    });
    const { code, output } = await outputOf(program);
    expect(code, output).toBe(0);
    expect(lastOf(output)).toMatchObject({ settings: { ...SMALL, epochs: 1, seed: 1 } });
  });
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

describe('a study on a queue', () => {
  const title = hasRedis
    ? 'ends'
    : 'is skipped: redis-server is not installed (Debian: apt-get install redis-server)';

  it.skipIf(!hasRedis)(
    `${title} with the bits of one machine, though a worker is killed and Redis loses its data`,
    async () => {
      const redis = new RedisServer(await freePort(), folder);
      await redis.start();
      const study = join(folder, 'queued');
      const program = built.pathOf(sourceOf('run'));
      const place = ['--study', study, '--redis', redis.url, '--program', program];
      const queue = outputOf(start('queue', [GRID, ...place], { EVERY_MS: '1000' }));
      const worker = start('work', place, { LOCK_MS: '2000' });
      const over = outputOf(worker);
      let found: () => void = () => undefined;
      const promise = new Promise<void>((done) => {
        found = done;
      });
      const look = setInterval(async () => {
        if ((await readdir(join(study, 'checkpoints')).catch(() => [])).length > 0) found();
      }, 50);
      await promise;
      clearInterval(look);
      worker.kill('SIGKILL');
      await over;
      await redis.ask((connection) => connection.flushall());
      const second = start('work', place, { LOCK_MS: '2000' });
      const ended = outputOf(second);
      expect(await queue).toMatchObject({
        code: 0,
        output: expect.stringMatching(/2 runs: 2 done, 0 queued, 0 failed\n$/),
      });
      second.kill('SIGTERM');
      expect((await ended).code).toBe(0);
      await redis.kill();
      for (const seed of [1, 2]) {
        const alone = lastOf(
          (await outputOf(start('run', [settings({ seed }), '--study', join(folder, 'one')]))).output,
        );
        const line = await readFile(join(study, 'results', `${alone.name}.json`), 'utf8');
        expect(JSON.parse(line)).toEqual(alone);
      }
      expect((await readdir(join(study, 'results'))).filter((name) => !name.startsWith('.'))).toHaveLength(2);
    },
  );

  it.skipIf(!hasRedis)('is not begun on a Redis that forgets, and the line to set is said', async () => {
    const redis = new RedisServer(await freePort(), folder);
    await redis.start();
    await redis.ask((connection) => connection.config('SET', 'maxmemory-policy', 'allkeys-lru'));
    expect(await outputOf(start('queue', [GRID, '--redis', redis.url]))).toEqual({
      code: 2,
      output:
        'Redis has maxmemory-policy allkeys-lru, needed noeviction: redis-cli CONFIG SET maxmemory-policy noeviction\n',
    });
    await redis.kill();
  });
});
