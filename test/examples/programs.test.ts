import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Dataset } from '../../src/data/dataset';
import { digits } from '../../src/data/digits';
import { type BuiltPrograms, buildPrograms, runProgram, startServer } from '../support/programs';

const programs = (await readdir('examples', { recursive: true })).filter((name) => name.endsWith('.ts'));
const pathOf = (name: string): string => resolve('examples', name);

// The programs train to their end, also on a machine that has other work.
vi.setConfig({ testTimeout: 600_000 });

let cwd: string;
let built: BuiltPrograms;

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'ssvae-examples-'));
  built = await buildPrograms(programs.filter((name) => /^(onnx\/)?[\w-]+\.ts$/.test(name)).map(pathOf));
  await cp(pathOf('penguins.csv'), join(built.folder, 'examples/penguins.csv'));
});
afterAll(async () => {
  await built.remove();
  await rm(cwd, { recursive: true });
});

const builtOf = (name: string): string => built.pathOf(pathOf(name));
const run = (name: string, ...args: string[]) => runProgram(builtOf(name), args, { cwd });

/** The percentages that a program prints as accuracies. */
const accuraciesIn = (output: string): readonly number[] =>
  [...output.matchAll(/accuracy (\S+) %/g)].map(([, percent]) => Number(percent));

it('these are the examples', () => {
  const expected = [
    'conditional.ts',
    'custom-model.ts',
    'digits.ts',
    'domain.ts',
    'features.ts',
    'ladder.ts',
    'mnist.ts',
    'onnx/export.ts',
    'onnx/main.ts',
    'onnx/serve.ts',
    'own-data.ts',
    'page/main.ts',
    'pages/csp/main.ts',
    'pages/csp/vite.config.ts',
    'pages/vite-worker/main.ts',
    'pages/vite-worker/vite.config.ts',
    'pages/vite-worker/worker.ts',
    'serve.ts',
    'study/checksum.ts',
    'study/connection.ts',
    'study/gather.ts',
    'study/listed.ts',
    'study/processes.ts',
    'study/queue.ts',
    'study/run.ts',
    'study/search.ts',
    'study/work.ts',
    'swiss-roll.ts',
  ];
  expect([...programs].sort()).toEqual(expected);
});

/** Programs for those who have the file of a model, and not this library. */
const isRuntimeAlone = (name: string): boolean => ['onnx/main.ts', 'onnx/serve.ts'].includes(name);

it.each(programs)(
  '%s has fewer than 60 lines, and imports the package, TensorFlow.js and Node alone, or what it is about',
  async (name) => {
    const text = await readFile(pathOf(name), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThan(60);
    const modules = [...text.matchAll(/from '(.*?)';/g)].map(([, module]) => module);
    // That page only starts the worker beside it.
    if (name !== 'pages/vite-worker/main.ts') expect(modules.length).toBeGreaterThan(0);
    const known = name.startsWith('study/')
      ? /^(ssvae(\/node)?|bullmq|ioredis|node:\w+(\/promises)?|\.\/(checksum|connection|listed|processes))$/
      : isRuntimeAlone(name)
        ? /^(onnxruntime-web(\/wasm)?|node:\w+(\/promises)?)$/
        : name.endsWith('/vite.config.ts')
          ? /^vite$/
          : /^(ssvae(\/(node|browser|onnx|recorded))?|@tensorflow\/tfjs-\w+|node:\w+(\/promises)?)$/;
    for (const module of modules) expect(module).toMatch(known);
  },
);

it('digits.ts gains more than 3 points over labels alone in half of its epochs, and draws samples', async () => {
  const [alone = 0, both = 0] = accuraciesIn((await run('digits.ts', '--epochs', '4')).stdout);
  expect(alone).toBeGreaterThan(70);
  expect(both).toBeGreaterThan(alone + 3);
  const image = await readFile(join(cwd, 'digits.pgm'));
  const header = 'P5 289 289 255\n';
  expect(image.subarray(0, header.length).toString()).toBe(header);
  expect(image.length).toBe(header.length + 289 * 289);
});

it('conditional.ts generates the class asked for in half of its epochs, as a judge with all labels sees it, and draws samples', async () => {
  const { stdout } = await run('conditional.ts', '--epochs', '7');
  const [judge = 0, byBayes = 0] = accuraciesIn(stdout);
  expect(judge).toBeGreaterThan(90);
  expect(byBayes).toBeGreaterThan(75);
  expect(Number(/fidelity (\S+) %/.exec(stdout)?.[1])).toBeGreaterThan(90);
  const image = await readFile(join(cwd, 'conditional.pgm'));
  expect(image.length).toBe('P5 289 289 255\n'.length + 289 * 289);
});

it('own-data.ts gains more than a point over labels alone, and classifies new rows by the saved model', async () => {
  const { stdout } = await run('own-data.ts');
  const [alone = 0, both = 0] = accuraciesIn(stdout);
  expect(alone).toBeGreaterThan(70);
  expect(both).toBeGreaterThan(alone + 1);
  expect(stdout).toMatch(/^new rows: Adelie, Gentoo$/m);
});

it('custom-model.ts gains more than 5 points over labels alone', async () => {
  const [alone = 0, both = 0] = accuraciesIn((await run('custom-model.ts')).stdout);
  expect(alone).toBeGreaterThan(75);
  expect(both).toBeGreaterThan(alone + 5);
});

it('ladder.ts shows less of a digit from each layer further up, and draws it', async () => {
  const { stdout } = await run('ladder.ts', '--epochs', '4');
  expect(accuraciesIn(stdout)[0]).toBeGreaterThan(55);
  const layers = [...stdout.matchAll(/^layer \d: (\S+) nats, (\d+) of \d+ units active, shows (\S+) %/gm)];
  const [first = [], second = [], third = []] = layers.map((found) => found.slice(1).map(Number));
  for (const [nats = 0, active = 0] of [first, second, third]) {
    expect(nats).toBeGreaterThan(0);
    expect(active).toBeGreaterThan(3);
  }
  const shown = [first, second, third].map(([, , share = 0]) => share) as [number, number, number];
  expect(shown[0]).toBeGreaterThan(shown[1] + 10);
  expect(shown[1]).toBeGreaterThan(shown[2]);
  const image = await readFile(join(cwd, 'ladder.pgm'));
  const header = 'P5 115 289 255\n';
  expect(image.subarray(0, header.length).toString()).toBe(header);
  expect(image.length).toBe(header.length + 115 * 289);
});

it('domain.ts gains more than 10 points in a domain without labels in half of its epochs', async () => {
  const [alone = 0, both = 0] = accuraciesIn((await run('domain.ts', '--epochs', '10')).stdout);
  expect(alone).toBeGreaterThan(55);
  expect(both).toBeGreaterThan(alone + 10);
});

it('features.ts gains over pixels by either classifier in two thirds of its epochs, and writes the codes', async () => {
  const [pixelsNearest = 0, pixels = 0, codesNearest = 0, codes = 0] = accuraciesIn(
    (await run('features.ts', '--epochs', '28')).stdout,
  );
  expect(pixelsNearest).toBeGreaterThan(50);
  expect(codesNearest).toBeGreaterThan(pixelsNearest + 1);
  expect(codes).toBeGreaterThan(pixels + 3);
  const rows = (await readFile(join(cwd, 'features.csv'), 'utf8')).trimEnd().split('\n');
  expect(rows).toHaveLength(3000);
  for (const row of rows) expect(row).toMatch(/^\d(,-?\d+(\.\d+)?(e-\d+)?){6}$/);
});

it('swiss-roll.ts puts more than 75 % of held-out codes on the part of their species in half of its steps, and draws them', async () => {
  const [share = 0] = accuraciesIn((await run('swiss-roll.ts', '--steps', '800')).stdout);
  expect(share).toBeGreaterThan(75);
  const chart = JSON.parse(await readFile(join(cwd, 'swiss-roll.json'), 'utf8'));
  expect(chart.data.values).toHaveLength(60);
  for (const { species, z1, z2 } of chart.data.values) {
    expect(['Adelie', 'Chinstrap', 'Gentoo']).toContain(species);
    expect(Math.hypot(z1, z2)).toBeLessThan(6);
  }
});

/** Writes the two files of one part of MNIST. */
async function writeIdx(dir: string, part: string, { x, y, count }: Dataset): Promise<void> {
  const idx = (magic: number, sizes: readonly number[], bytes: Uint8Array): Buffer =>
    Buffer.concat([Buffer.from(Uint32Array.from([magic, ...sizes]).buffer).swap32(), bytes]);
  await writeFile(join(dir, `${part}-images-idx3-ubyte`), idx(0x803, [count, 28, 28], x as Uint8Array));
  await writeFile(join(dir, `${part}-labels-idx1-ubyte`), idx(0x801, [count], y));
}

it('mnist.ts trains on a folder of files, and a second run continues from the checkpoint', async () => {
  const dir = join(cwd, 'mnist');
  await mkdir(dir);
  await writeIdx(dir, 'train', digits({ count: 720, seed: 1 }));
  await writeIdx(dir, 't10k', digits({ count: 100, seed: 2 }));
  const args = ['--data', dir, '--epochs', '1'];
  const first = await run('mnist.ts', ...args);
  expect(first.stdout).toMatch(/^epoch 1: test accuracy \d+\.\d\d %\n$/);
  const second = await run('mnist.ts', ...args);
  expect(second.stderr).toMatch(/is finished: step 5\/5 of runs\/mnist-checkpoint\.safetensors/);
  expect(second.stdout).toBe(first.stdout);
});

describe('serve.ts', () => {
  const start = () => startServer(builtOf('serve.ts'), { cwd });
  const rows = '[[0, 1], [1, -0.5]]';

  it('answers rows with classes and probabilities, wrong input with 400, and ends on SIGTERM', async () => {
    const server = await start();
    const { status, text } = await server.post(rows);
    expect(status).toBe(200);
    const [upper, lower] = JSON.parse(text);
    expect([upper.class, lower.class]).toEqual(['upper moon', 'lower moon']);
    expect(upper.probabilities[0]).toBeGreaterThan(0.9);
    expect(lower.probabilities[0] + lower.probabilities[1]).toBeCloseTo(1, 5);

    const needed = 'expected rows of 2 numbers, such as [[0, 1]]';
    for (const wrong of ['[[1], [2, 3, 4]]', '[["a", 1]]', '{}', '[[1e999, 0]]'])
      expect(await server.post(wrong)).toEqual({ status: 400, text: needed });
    const { status: unread, text: reason } = await server.post('no JSON');
    expect(unread).toBe(400);
    expect(reason).toMatch(/JSON/);
    expect(await server.stop()).toBe(0);

    const again = await start();
    expect((await again.post(rows)).text).toBe(text);
    expect(await again.stop()).toBe(0);
  });
});

describe('onnx', () => {
  it('export.ts writes a classifier of more than 75 %, and serve.ts answers by it without the library', async () => {
    const { stdout } = await run('onnx/export.ts', '--epochs', '2');
    const [accuracy = 0] = accuraciesIn(stdout);
    expect(accuracy).toBeGreaterThan(75);
    expect(stdout).toMatch(/^public\/classifier\.onnx: 0\.6\d MB$/m);

    const server = await startServer(builtOf('onnx/serve.ts'), { cwd });
    const test = digits({ count: 200, seed: 2 });
    const rows = Array.from({ length: test.count }, (_, n) =>
      Array.from(test.x.subarray(784 * n, 784 * (n + 1)), (byte) => byte / 255),
    );
    const { status, text } = await server.post(JSON.stringify(rows));
    expect(status).toBe(200);
    const answers: readonly { readonly class: number; readonly probabilities: readonly number[] }[] =
      JSON.parse(text);
    const hits = answers.filter((found, n) => found.class === test.y?.[n]).length;
    expect(Math.abs((100 * hits) / test.count - accuracy)).toBeLessThan(8);
    expect(answers[0]?.probabilities).toHaveLength(10);
    for (const wrong of ['[[1]]', '{}', '[]'])
      expect(await server.post(wrong)).toEqual({ status: 400, text: 'expected rows of 784 numbers' });
    expect(await server.stop()).toBe(0);
  });
});
