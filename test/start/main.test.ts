import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cifarBatch, writeMnist } from '../node/datasets/officialFiles';
import { type BuiltPrograms, buildPrograms } from '../support/programs';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Node; `watch` sees the program and what it has written to standard error so far. */
function runNode(
  args: readonly string[],
  watch?: (child: ChildProcess, stderr: string) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, args);
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

const MAIN = 'bench/start/main.ts';
const SEEDS = 'bench/start/seeds.ts';

let built: BuiltPrograms;
beforeAll(async () => {
  built = await buildPrograms([MAIN, SEEDS]);
});
afterAll(() => built.remove());

const runMain = (args: readonly string[], watch?: Parameters<typeof runNode>[1]): Promise<Ended> =>
  runNode([built.pathOf(MAIN), ...args], watch);

/** The table without its seconds. */
const results = (stdout: string): string[] =>
  stdout
    .split('\n')
    .filter((line) => /%/.test(line))
    .map((line) => line.replace(/\s*\S+$/, ''));

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
    ['a weight below 0', ['--alpha=-1'], /--alpha is "-1", needed a number of at least 0/],
    ['a method nobody knows', ['--objective', 'm3'], /--objective is "m3", needed one of/],
    ['a model nobody knows', ['--model', 'm3'], /--model is "m3", needed one of m2, m1m2, conditional/],
    [
      'an objective of another model',
      ['--model', 'aae', '--objective', 'm2'],
      /--objective is "m2", needed one of labels-only, adversarial, all with --model aae/,
    ],
    [
      'nets that a model does not come with',
      ['--model', 'adgm', '--nets', 'conv'],
      /--nets is "conv", needed one of mlp with --model adgm/,
    ],
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
    // As npm does.
    const { code, stdout } = await runNode(['--import', 'tsx', MAIN, '--help']);
    expect(code).toBe(0);
    for (const flag of [
      'dataset',
      'data',
      'labels',
      'model',
      'objective',
      'backend',
      'epochs',
      'seed',
      'resume',
    ])
      expect(stdout).toContain(`--${flag}`);
  });

  it('stops at SIGTERM with a checkpoint, and says how to go on', async () => {
    const out = join(folder, 'terminated');
    const flags = ['--objective', 'm2', '--epochs', '2', '--backend', 'wasm', '--out', out];
    let terminated = false;
    const stopped = await runMain(flags, (child, stderr) => {
      if (terminated || !stderr.includes('epoch 1/2')) return;
      terminated = child.kill('SIGTERM');
    });
    expect(stopped.code).toBe(143);
    expect(stopped.stderr).toContain(`Stopped; a checkpoint is written. To go on: npm start -- `);
    expect(stopped.stderr).toContain(`--out ${out} --resume`);
    expect(await readdir(out)).toEqual(['checkpoints']);
    expect(await readdir(join(out, 'checkpoints'))).toHaveLength(1);
    const resumed = await runMain([...flags, '--resume']);
    expect(resumed.code).toBe(0);
    expect(resumed.stderr).toContain('goes on at step');
  });

  it('goes on where nobody reads what it shows any longer', async () => {
    const flags = [
      '--objective',
      'm2',
      '--epochs',
      '2',
      '--backend',
      'wasm',
      '--out',
      join(folder, 'unread'),
    ];
    const { code, stdout } = await runMain(flags, (child, stderr) => {
      if (stderr.includes('epoch 1/2')) child.stderr?.destroy();
    });
    expect(code).toBe(0);
    expect(results(stdout)).toHaveLength(1);
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
    const written = await readdir(join(folder, 'whole', 'report'));
    expect(written.filter((name) => name.endsWith('.png')).length).toBeGreaterThan(3);
  });

  it('compares all methods, and says where the entropies are pushed', async () => {
    const out = join(folder, 'all');
    const { code, stdout } = await runMain(['--epochs', '1', '--backend', 'wasm', '--out', out]);
    expect(code).toBe(0);
    expect(results(stdout).map((line) => line.replace(/ {2}.*/, ''))).toEqual([
      'Labels alone',
      'M2',
      'Optimized-ELBO',
      'with generated labels',
    ]);
    expect(stdout).toMatch(/Labels alone .* – /);
    expect(stdout).toContain('on mean H(q(y|x))');
    const page = await readFile(/report: (.*)/.exec(stdout)?.[1] ?? '', 'utf8');
    for (const title of ['Labels alone', 'M2', 'Optimized-ELBO']) expect(page).toContain(title);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it.each([
    ['ladder', 'm2', 'Ladder VAE', /Ladder VAE .* -\d+\.\d /],
    ['aae', 'adversarial', 'Adversarial autoencoder', /Adversarial autoencoder .* – /],
  ])('trains %s by %s', async (model, objective, title, row) => {
    const out = join(folder, model);
    const flags = ['--model', model, '--objective', objective, '--epochs', '1', '--backend', 'wasm'];
    const { code, stdout } = await runMain([...flags, '--out', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(row);
    expect(await readdir(join(out, 'models'))).toHaveLength(1);
    expect(await readFile(join(out, 'report', 'index.html'), 'utf8')).toContain(title);
  });

  // As many examples as the recipe holds out, and some to train on.
  const TRAIN = 5400;
  const classes = (count: number) => Array.from({ length: count }, (_, i) => i % 10);

  it('trains on MNIST’s files', async () => {
    const data = join(folder, 'mnist');
    await writeMnist(data, { train: TRAIN, test: 200 });
    const flags = ['--dataset', 'mnist', '--data', data, '--objective', 'optimized-elbo', '--epochs', '1'];
    const { code, stdout } = await runMain([...flags, '--backend', 'wasm', '--out', join(folder, 'real')]);
    expect(code).toBe(0);
    expect(stdout).toContain('mnist: 100 labelled, 300 unlabelled, 5000 validation, 200 test examples');
    expect(results(stdout)).toHaveLength(1);
  });

  it('trains on CIFAR-10’s files', async () => {
    const data = join(folder, 'cifar');
    await mkdir(data);
    for (let batch = 1; batch <= 5; batch++)
      await writeFile(join(data, `data_batch_${batch}.bin`), cifarBatch(classes(TRAIN / 5)));
    await writeFile(join(data, 'test_batch.bin'), cifarBatch(classes(200)));
    const flags = [
      '--dataset',
      'cifar10',
      '--data',
      data,
      '--objective',
      'm2',
      '--epochs',
      '1',
      '--nets',
      'mlp',
    ];
    const { code, stdout } = await runMain([...flags, '--backend', 'wasm', '--out', join(folder, 'colour')]);
    expect(code).toBe(0);
    expect(stdout).toContain('cifar10: 100 labelled');
    expect(results(stdout)).toHaveLength(1);
  });
});

describe('npm run seeds', () => {
  it('runs three seeds, leaves a line for each, and repeats none when resumed', async () => {
    const out = await mkdtemp(join(tmpdir(), 'ssvae-seeds-'));
    const flags = ['--objective', 'labels-only', '--epochs', '1', '--backend', 'wasm', '--out', out];
    const seeds = (more: readonly string[] = []) => runNode([built.pathOf(SEEDS), ...flags, ...more]);
    const first = await seeds();
    const lines = await readFile(join(out, 'seeds.jsonl'), 'utf8');
    const found = lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { seed: number; accuracy: number });
    expect(found.map(({ seed }) => seed)).toEqual([1, 2, 3]);
    const mean = found.reduce((sum, { accuracy }) => sum + accuracy, 0) / 3;
    expect(first.stdout).toContain(`accuracy ${(100 * mean).toFixed(2)} ±`);
    const second = await seeds(['--resume']);
    expect(second.stderr).not.toContain('epoch');
    expect(second.stdout).toBe(first.stdout);
    expect(await readFile(join(out, 'seeds.jsonl'), 'utf8')).toBe(lines);
    await rm(out, { recursive: true });
  });
});
