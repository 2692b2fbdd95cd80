import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the main example; `watch` sees the program and what it has written to standard error so far. */
function runMain(
  args: readonly string[],
  watch?: (child: ChildProcess, stderr: string) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'examples/main.ts', ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
    watch?.(child, stderr);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The table without its seconds. */
const results = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => /%/.test(line))
    .map((line) => line.replace(/\S+$/, ''));

describe('npm start', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-main-'));
    const damaged = join(folder, 'damaged');
    await mkdir(damaged);
    for (const part of ['train', 't10k'])
      for (const kind of ['images-idx3', 'labels-idx1'])
        await writeFile(join(damaged, `${part}-${kind}-ubyte`), new Uint8Array([0, 0, 8, 3, 0, 0]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.concurrent.each([
    ['an unknown flag', ['--layers', '3'], /--layers/],
    ['a value that looks like a flag', ['--epochs', '-3'], /--epochs/],
    ['an unknown data set', ['--dataset', 'minst'], /--dataset is "minst", needed one of digits, mnist/],
    ['a number that is none', ['--epochs', 'ten'], /--epochs is "ten", needed an integer of at least 1/],
    ['a method nobody knows', ['--objective', 'm3'], /--objective is "m3", needed one of/],
    ['more labels than examples', ['--labels', '5000', '--backend', 'cpu'], /splitDataset: labeled .*5000/],
    ['a folder for data that are drawn', ['--data', '.'], /--data is for data sets in files/],
    [
      'a folder that is not there',
      ['--dataset', 'mnist', '--data', '/no/such/folder', '--backend', 'cpu'],
      /\/no\/such\/folder/,
    ],
    [
      'a damaged file',
      ['--dataset', 'mnist', '--data', 'DAMAGED', '--backend', 'cpu'],
      /train-images-idx3-ubyte/,
    ],
  ])('answers %s with one clear line', async (_, args, message) => {
    const given = args.map((arg) => arg.replace('DAMAGED', join(folder, 'damaged')));
    const { code, stderr } = await runMain(given);
    const lines = stderr.split('\n').filter((line) => !/^=*$|TensorFlow\.js in Node/.test(line));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(message);
    expect(code).toBe(2);
  });

  it('explains itself', async () => {
    const { code, stdout } = await runMain(['--help']);
    expect(code).toBe(0);
    for (const flag of ['dataset', 'data', 'labels', 'objective', 'backend', 'epochs', 'seed', 'resume'])
      expect(stdout).toContain(`--${flag}`);
  });

  it('stops at Ctrl-C with a checkpoint, and resumed ends where a run never stopped does', async () => {
    const flags = (out: string) => [
      ...['--objective', 'm2', '--epochs', '2', '--backend', 'wasm', '--out', join(folder, out)],
    ];
    let interrupted = false;
    const stopped = await runMain(flags('stopped'), (child, stderr) => {
      if (interrupted || !stderr.includes('epoch 1/2')) return;
      // A second one would end it at once, as it should.
      interrupted = child.kill('SIGINT');
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain('Stopped; a checkpoint is written.');
    expect(stopped.stderr).toContain(`--out ${join(folder, 'stopped')} --resume`);
    const resumed = await runMain([...flags('stopped'), '--resume']);
    const whole = await runMain(flags('whole'));
    expect([resumed.code, whole.code]).toEqual([0, 0]);
    expect(resumed.stderr).toContain('goes on at step');
    expect(results(whole.stdout)).toHaveLength(1);
    expect(results(resumed.stdout)).toEqual(results(whole.stdout));

    const page = /report: (.*)/.exec(whole.stdout)?.[1] ?? '';
    expect(await readFile(page, 'utf8')).toContain('<svg');
    const written = await readdir(join(folder, 'whole'));
    expect(written.filter((name) => name.endsWith('.png')).length).toBeGreaterThan(3);
  });
});
