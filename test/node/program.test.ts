import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type RunContext, runProgram } from '../../src/node/index';
import { keepResult } from '../../src/node/program/results';
import { everyRun, nameOf, runsOf } from '../../src/node/program/settings';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ssvae-program-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = 0;
});

const defaults = { seed: 1, rate: 0.5 };
const called = async (run: (settings: typeof defaults) => Promise<object | undefined>, ...args: string[]) => {
  const lines: string[] = [];
  for (const stream of ['log', 'error'] as const)
    vi.spyOn(console, stream).mockImplementation((...given: unknown[]) => void lines.push(String(given[0])));
  const code = await runProgram({ defaults, run, args: [...args, '--study', folder] });
  return { code, lines };
};

describe('runProgram', () => {
  it('prints and keeps the result of settings with defaults, and does a run once', async () => {
    const run = vi.fn(async ({ seed, rate }: typeof defaults) => ({ product: seed * rate }));
    const first = await called(run, '{"seed":3}');
    const name = nameOf({ rate: 0.5, seed: 3 });
    const line = JSON.stringify({ name, settings: { seed: 3, rate: 0.5 }, product: 1.5 });
    expect(first).toEqual({ code: 0, lines: [line] });
    expect(await readFile(join(folder, 'results', `${name}.json`), 'utf8')).toBe(`${line}\n`);
    expect(await called(run, '{"rate":0.5,"seed":3}')).toEqual(first);
    expect(run).toHaveBeenCalledTimes(1);
  });

  it('ends with 75 where the run gives nothing, and keeps nothing', async () => {
    expect(await called(async () => undefined, '{"seed":4}')).toEqual({ code: 75, lines: [] });
    expect(await readdir(join(folder, 'results'))).not.toContain(`${nameOf({ ...defaults, seed: 4 })}.json`);
  });

  it.each([
    ['{"sed":1}', 'settings.sed is unknown, needed one of seed, rate'],
    ['{"toString":1}', 'settings.toString is unknown, needed one of seed, rate'],
    ['{"seed":"1"}', 'settings.seed is "1", needed a value like 1'],
    ['[1]', 'settings are an array of 1, needed a record such as {"seed":1}'],
  ])('refuses %s with 2', async (given, message) => {
    expect(await called(async () => ({}), given)).toEqual({ code: 2, lines: [message] });
  });

  it('refuses a value that is none of its choices with 2, before the run', async () => {
    const run = vi.fn(async () => ({}));
    const error = vi.spyOn(console, 'error').mockImplementation(() => {});
    const options = { defaults: { method: 'm2' }, choices: { method: ['m2', 'alone'] }, run };
    expect(await runProgram({ ...options, args: ['{"method":"m3"}', '--study', folder] })).toBe(2);
    expect(error).toHaveBeenCalledWith('settings.method is "m3", needed one of "m2", "alone"');
    expect(run).not.toHaveBeenCalled();
    await expect(runProgram({ ...options, choices: { method: 'm2' } } as never)).rejects.toThrow(
      'runProgram: choices.method is "m2", needed a list of values',
    );
  });

  it('ends with 2 where a function refuses a value before any figures, and throws after them', async () => {
    const refusal = new RangeError('train: epochs is 0, needed an integer of at least 1');
    const refuses = async (): Promise<object> => {
      throw refusal;
    };
    expect(await called(refuses, '{"seed":5}')).toEqual({ code: 2, lines: [String(refusal)] });
    const args = ['{"seed":6}', '--study', folder];
    const later = async (_: typeof defaults, { log }: RunContext): Promise<object> => {
      log({ epoch: 1 });
      throw refusal;
    };
    await expect(runProgram({ defaults, run: later, args })).rejects.toThrow(refusal);
    const fails = async (): Promise<object> => {
      throw new Error('the disk is full');
    };
    await expect(runProgram({ defaults, run: fails, args })).rejects.toThrow('the disk is full');
  });

  it.each<[unknown, string]>([
    [0.91, 'run gives 0.91'],
    [0, 'run gives 0'],
    [null, 'run gives null'],
    [[1, 2], 'run gives an array of 2'],
    [new Map([['accuracy', 1]]), 'run gives Map'],
    [{ accuracy: Number.NaN }, 'result.accuracy is NaN'],
    [{ rows: [{ count: 3n }] }, 'result.rows[0].count is 3'],
    [{ weights: Float32Array.of(1) }, 'result.weights is Float32Array'],
    [{ name: 'm2' }, 'result.name is "m2", needed another key'],
    [{ settings: 5 }, 'result.settings is 5, needed another key'],
  ])('refuses the result %o, and keeps the checkpoint', async (result, message) => {
    const args = [JSON.stringify({ seed: 8 }), '--study', folder];
    let kept = '';
    const run = async (_: typeof defaults, { name }: RunContext): Promise<object> => {
      kept = join(folder, 'checkpoints', `${name}.safetensors`);
      await mkdir(join(folder, 'checkpoints'), { recursive: true });
      await writeFile(kept, 'the state of the run');
      return result as object;
    };
    await expect(runProgram({ defaults, run, args })).rejects.toThrow(`runProgram: ${message}`);
    expect(await readFile(kept, 'utf8')).toBe('the state of the run');
  });

  it('shows figures that JSON has not as texts, and none under another name', async () => {
    const args = ['{"seed":9}', '--study', folder];
    const lines: string[] = [];
    vi.spyOn(console, 'log').mockImplementation((line) => void lines.push(line));
    const run = async (_: typeof defaults, { log }: RunContext): Promise<object> => {
      log({ loss: Number.NaN, count: 3n });
      log({ name: 'another' });
      return {};
    };
    await expect(runProgram({ defaults, run, args })).rejects.toThrow(
      'runProgram: log gets the name "another", needed another key: each line begins with the name of the run',
    );
    const name = nameOf({ rate: 0.5, seed: 9 });
    expect(lines).toEqual([`{"name":"${name}","loss":"NaN","count":"3"}`]);
  });

  it('refuses whole numbers that JSON rounds, and a result that is damaged or of another run', async () => {
    const run = vi.fn(async () => ({ accuracy: 1 }));
    expect(await called(run as never, '{"seed":12345678901234567890}')).toEqual({
      code: 2,
      lines: [
        'settings.seed has 12345678901234567000, needed whole numbers up to 2^53 - 1, which JSON keeps to the last digit',
      ],
    });
    expect(run).not.toHaveBeenCalled();
    expect((await called(run as never, '{"rate":1e300}')).code).toBe(0);
    const name = nameOf({ rate: 0.5, seed: 11 });
    const args = ['{"seed":11}', '--study', folder];
    for (const text of ['', '{"name":', '{"name":"another"}']) {
      await writeFile(join(folder, 'results', `${name}.json`), text);
      await expect(runProgram({ defaults, run, args })).rejects.toThrow(
        `needed the result of run ${name}: remove it to do the run again`,
      );
    }
  });

  it('takes a function that is not async', async () => {
    const plain = (() => ({ accuracy: 0.5 })) as unknown as () => Promise<object>;
    const { code, lines } = await called(plain, '{"seed":7}');
    expect(code).toBe(0);
    expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ accuracy: 0.5 });
  });

  it('lists the runs of a grid in the order of the grid', async () => {
    const { lines } = await called(async () => ({}), '{"rate":[1,2],"seed":[3,4]}', '--list');
    expect(lines.map((line) => JSON.parse(line).settings)).toEqual([
      { seed: 3, rate: 1 },
      { seed: 4, rate: 1 },
      { seed: 3, rate: 2 },
      { seed: 4, rate: 2 },
    ]);
    const at = async (index: string) =>
      JSON.parse(
        (await called(async () => ({ at: index }), '{"rate":[1,2],"seed":[3,4]}', '--index', index))
          .lines[0] as string,
      );
    expect((await at('1')).settings).toEqual({ seed: 4, rate: 1 });
    expect(everyRun(runsOf([{ seed: 7 }], { defaults }))).toEqual([{ seed: 7, rate: 0.5 }]);
  });

  it.each(['', '{"name":"other"}'])('does not take the damaged result %j for done', async (text) => {
    const { name } = JSON.parse((await called(async () => ({}), '{"seed":3}')).lines.at(-1) as string);
    await called(async () => ({}), '{"seed":4}');
    const path = join(folder, 'results', `${name}.json`);
    await writeFile(path, text);
    const { code, lines } = await called(async () => ({}), '{"seed":[3,4]}', '--list');
    const damage = `runProgram: ${path} begins with ${JSON.stringify(text)}, needed the result of run ${name}: remove it to do the run again`;
    const [first, second] = lines.map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(first).toMatchObject({ done: false, damage });
    expect(second).toMatchObject({ done: true });
    expect(second.damage).toBeUndefined();
    // Neither run is started: one is done, and of the other nothing is overwritten.
    expect(await called(async () => ({}), '{"seed":[3,4]}', '--all')).toEqual({ code: 1, lines: [damage] });
    await rm(path);
    const [again] = (await called(async () => ({}), '{"seed":[3,4]}', '--list')).lines;
    expect(JSON.parse(again as string)).toMatchObject({ done: false });
  });
});

describe('a command line that asks for nothing that can be done', () => {
  const never = async () => ({ done: true });
  it.each([
    ['{"seed":2}', 'results'],
    ['{"seed":[2]}', '--list', '--all'],
    ['{"seed":[]}', '--all'],
    ['[]', '--list'],
    ['{"seed":[2]}', '--index', '1'],
    ['{"seed":[2]}', '--index', '0.5'],
    ['{"seed":[2]}', '--index', '-1'],
    ['{"seed":1e999}'],
    ['{"seed":1,"seed":2}'],
    ['{"seed":1}', '--study', 'a', '--study', 'b'],
  ])('%s %s %s ends with 2 and a line', async (...args) => {
    const { code, lines } = await called(never, ...args.filter((one) => one !== undefined));
    expect(code).toBe(2);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    if (args[1] === 'results') expect(lines[0]).toContain('--study');
  });

  it('finds a place that cannot keep results before the run', async () => {
    const path = join(folder, 'a file');
    await writeFile(path, '');
    const run = vi.fn(never);
    for (const study of [path, '', '/proc/ssvae']) {
      const lines: string[] = [];
      vi.spyOn(console, 'error').mockImplementation((line: unknown) => void lines.push(String(line)));
      expect(await runProgram({ defaults, run, args: ['{}', '--study', study] })).toBe(2);
      expect(lines.join()).toMatch(/^--study .*(cannot keep results|is empty)[^\n]*$/);
    }
    expect(run).not.toHaveBeenCalled();
  });

  it('does a run of a grid that is too large to list, at once', async () => {
    const tens = JSON.stringify(Array.from({ length: 1000 }, (_, i) => i));
    const grid = `{"seed":${tens},"rate":${tens}}`;
    const larger = async (run: object, ...args: string[]): Promise<{ code: number; line: string }> => {
      const lines: string[] = [];
      for (const stream of ['log', 'error'] as const)
        vi.spyOn(console, stream).mockImplementation(
          (...given: unknown[]) => void lines.push(String(given[0])),
        );
      const code = await runProgram({
        defaults: { ...defaults, ...run },
        run: async ({ seed }) => ({ seed }),
        args: [...args, '--study', folder],
      });
      return { code, line: lines[0] as string };
    };
    const huge = `${grid.slice(0, -1)},"more":[0,1]}`;
    const { code, line } = await larger({ more: 0 }, huge, '--index', '1234567');
    expect([code, JSON.parse(line).settings]).toEqual([0, { seed: 617, rate: 283, more: 1 }]);
    expect(await larger({ more: 0 }, huge, '--all')).toMatchObject({
      code: 2,
      line: expect.stringContaining('2000000 runs, needed at most 1000000'),
    });
  });
});

it('the first result of a run stays', async () => {
  const settings = { seed: 9 };
  const first = await keepResult(folder, { name: 'twice', settings, seconds: 1 });
  expect(await keepResult(folder, { name: 'twice', settings, seconds: 2 })).toEqual(first);
});
