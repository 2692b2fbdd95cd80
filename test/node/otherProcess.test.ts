import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { columns } from '../../src/data/columns';
import { images } from '../../src/data/images';
import type { OwnDataset } from '../../src/data/ownData';
import { text } from '../../src/data/text';
import { vectors } from '../../src/data/vectors';
import type { Inputs } from '../../src/models/openInputs';
import { predict } from '../../src/models/predict';
import { saveModel } from '../../src/models/saveModel';
import { selectBackend } from '../../src/node/backend';
import { file } from '../../src/node/file';
import { fit } from '../../src/training/fit/fit';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Reads a model's file and raw inputs, in a process that has seen neither the data nor the model. */
const PROGRAM = `
  import { readFile } from 'node:fs/promises';
  import { loadModel, predict } from 'ssvae';
  import { file, selectBackend } from 'ssvae/node';
  await selectBackend({ backend: 'wasm' });
  const { path, asked } = JSON.parse(process.argv.at(-1));
  const model = await loadModel(file(path), { kind: 'm2' });
  const bytesIn = (one) => (one?.data ? { ...one, data: Uint8Array.from(one.data) } : one);
  const answers = [];
  for (const raw of asked) {
    const inputs = Array.isArray(raw) ? raw.map(bytesIn) : raw;
    answers.push(await predict(model, inputs).then(({ classNames }) => classNames, ({ message }) => message));
  }
  console.log(JSON.stringify(answers));`;

const askOther = async (path: string, asked: readonly unknown[]): Promise<readonly unknown[]> => {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', PROGRAM, JSON.stringify({ path, asked })],
    { cwd: root },
  );
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
};

const noise = createNoise(1);
const COUNT = 60;
const kinds = ['low', 'high'] as const;
const levels = Array.from({ length: COUNT }, (_, n) => (n % 2) + 0.3 * (noise.normals(1)[0] as number));
const labels = levels.map((_, n) => (n < 20 ? (kinds[n % 2] as string) : null));

const rows = levels.map((level, n) => ({
  size: String(10 + 5 * level),
  island: n % 7 === 3 ? 'NA' : (['Dream', 'Biscoe'][n % 2] as string),
  tall: level > 0.5,
  visits: Math.max(0, Math.round(8 * level)),
  kind: labels[n],
}));
const words = levels.map((level) => (level > 0.5 ? 'large house garden' : 'small house flat'));
const pixels = levels.map((level) => ({
  data: Uint8Array.from([0, 200, 90, 30], (base) => Math.max(0, Math.min(255, base + 50 * level))),
  width: 2,
  height: 2,
}));
const points = levels.map((level) => [level, 3 - 2 * level, 7]);

/** A data set of each kind of input, and inputs that neither process has read before. */
const KINDS: readonly (readonly [string, () => OwnDataset, readonly unknown[]])[] = [
  ['rows', () => columns(rows, { label: 'kind', types: { visits: 'count' } }), rows.slice(40)],
  ['vectors', () => vectors(points, { labels }), points.slice(40)],
  ['texts', () => text(words, { labels }), [...words.slice(40), 'a small hut', 'unknown']],
  ['images', () => images(pixels, { labels }), pixels.slice(40)],
];

describe('a file of saveModel in another process', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ssvae-other-'));
    await selectBackend({ backend: 'wasm' });
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each(KINDS)('answers raw %s with the same class names', async (kind, make, raw) => {
    const { model } = await fit(make(), { steps: 40, seed: 1 });
    const { classNames } = await predict(model, raw as Inputs);
    expect(new Set(classNames)).toEqual(new Set(kinds));
    const path = join(folder, `${kind}.safetensors`);
    await saveModel(model, file(path));
    const plain = raw.map((one) =>
      one !== null && typeof one === 'object' && 'data' in one
        ? { ...one, data: Array.from(one.data as Uint8Array) }
        : one,
    );
    expect(await askOther(path, [plain])).toEqual([classNames]);
    model.dispose();
  });

  it('puts columns in their order, and names those that are missing and those that it does not know', async () => {
    const path = join(folder, 'rows.safetensors');
    expect((await readFile(path)).length).toBeGreaterThan(1000);
    const { kind: _, ...row } = rows[41] as (typeof rows)[number];
    const { size, ...others } = row;
    const turned = Object.fromEntries(Object.entries(row).reverse());
    const answers = await askOther(path, [
      [row],
      [turned],
      { ...Object.fromEntries(Object.entries(turned).map(([name, cell]) => [name, [cell]])) },
      [{ ...turned, remark: 'shy' }],
      [{ ...others, siez: size }],
      [{ ...row, island: 'Torgersen' }],
    ]);
    expect(answers).toEqual([
      ['high'],
      ['high'],
      ['high'],
      ['high'],
      'predict: data has no column "size", needed "size", "tall", "visits", "island"; its columns are "island", "tall", "visits", "siez"',
      'predict: column "island" of data[0] is "Torgersen", needed one of "Biscoe", "Dream", or nothing where the level is a new one',
    ]);
  });
});
