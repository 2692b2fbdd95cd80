import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readLines } from '../../bench/lines';
import { outputOf } from '../../bench/machines/processes';
import type { Result } from '../../bench/study/shared/results';
import { writeMnist } from '../node/datasets/officialFiles';
import { type BuiltPrograms, buildPrograms } from '../support/programs';

vi.setConfig({ testTimeout: 300_000 });

const CELL = 'bench/study/cell.ts';

let folder: string;
let built: BuiltPrograms;
beforeAll(async () => {
  built = await buildPrograms([CELL]);
  folder = await mkdtemp(join(tmpdir(), 'ssvae-cell-'));
  // As many examples as the study holds out, and some to train on.
  await writeMnist(join(folder, 'mnist'), { train: 5400, test: 1000 });
});
afterAll(async () => {
  await built.remove();
  await rm(folder, { recursive: true });
});

const node = (...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, args, {
    env: { ...process.env, STUDY_DATA: join(folder, 'mnist') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const study = (...args: readonly string[]): ChildProcess =>
  node(
    ...['--import', 'tsx', 'bench/study/run.ts'],
    ...['--data', join(folder, 'mnist'), '--case', 'm2-mlp-gumbel', '--epochs', '2', '--backend', 'wasm'],
    ...['--study', join(folder, 'study')],
    ...args,
  );

const lastOf = (output: string): { readonly line: Result } =>
  JSON.parse(output.trim().split('\n').at(-1) as string);

/** A line but for its times. */
const timeless = ({ seconds, load, ...line }: Result): Omit<Result, 'seconds' | 'load'> => line;

describe('a cell of the study', () => {
  it('saves at SIGTERM and ends with 75; gone on with, it leaves the line of a run that was not ended', async () => {
    const [settings] = JSON.parse((await outputOf(study('--cells'))).output);
    const cell = (where: string): ChildProcess =>
      node(built.pathOf(CELL), JSON.stringify(settings), '--study', join(folder, where));
    const first = cell('ended');
    const over = outputOf(first);
    await once(first.stdout as NodeJS.ReadableStream, 'data');
    first.kill('SIGTERM');
    expect((await over).code).toBe(75);
    expect(await readdir(join(folder, 'ended', 'checkpoints'))).toHaveLength(1);
    const { code, output } = await outputOf(cell('ended'));
    expect(code).toBe(0);
    expect(output.match(/"epoch"/g)).toHaveLength(1);
    const whole = await outputOf(cell('whole'));
    expect(timeless(lastOf(output).line)).toEqual(timeless(lastOf(whole.output).line));
    const modelOf = async (where: string): Promise<Buffer> => {
      const [name] = await readdir(join(folder, where, 'models'));
      return readFile(join(folder, where, 'models', name as string));
    };
    expect((await modelOf('ended')).equals(await modelOf('whole'))).toBe(true);
  });
});

describe('a command of the study', () => {
  it('appends a line for each cell, and repeats none', async () => {
    const out = join(folder, 'lines.jsonl');
    const first = await outputOf(study('--out', out, '--epochs', '1'));
    expect(first).toMatchObject({
      code: 0,
      output: expect.stringMatching(/ {2}epoch 1: validation \d\.\d{4}/),
    });
    const lines = await readLines<Result>(out);
    expect(lines.map(({ case: name, seed, epochs }) => [name, seed, epochs])).toEqual([
      ['m2-mlp-gumbel', 1, 1],
    ]);
    expect((await outputOf(study('--out', out, '--epochs', '1'))).output).toContain('already');
    expect(await readLines(out)).toEqual(lines);
  });
});
