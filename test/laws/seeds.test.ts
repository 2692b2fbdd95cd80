/** Every function that takes a seed: its numbers are its own, the same each time, and the table of them is complete. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise, restoreNoise } from '../../src/core/noise';
import * as ssvae from '../../src/index';
import { identityOf } from '../../src/training/checkpoint/identity';
import { runSettings } from '../../src/training/settings';
import { cleanUpAfterEach } from '../support/numbers';
import {
  tinyAae,
  tinyAdgm,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  tinyLadder,
  tinyM1,
  tinyM1M2,
  tinyM2,
  tinySdgm,
  tinyStacked,
  tinyToken,
  weightsOf,
} from '../support/tiny';

type Seed = number | Noise;

const dataset = tinyDataset();
const split = {
  labeled: Int32Array.from({ length: 6 }, (_, i) => i),
  unlabeled: Int32Array.from({ length: 24 }, (_, i) => 6 + i),
};
const training = (seed: Seed) => ({ objective: ssvae.semiSupervised(), batches: tinyBatches(), seed });

/** What comes of each function with a seed: tensors and numbers, which all of its draws take part in. */
const FUNCTIONS: Readonly<Record<string, (seed: Seed) => unknown>> = {
  bayesClassifier: (seed) =>
    ssvae
      .bayesClassifier(tinyToken(), { samples: 2, seed })
      .classify(tensor(dataset.x.slice(0, 128), [2, 8, 8, 1], 'float32')),
  binarize: (seed) => ssvae.binarize(tensor(new Float32Array(64).fill(0.5), [4, 16]), 'dynamic', seed),
  classifyDraws: (seed) => tinyAdgm().classifyDraws(tinyExamples(3).x, seed, { samples: 2 }),
  classSamples: (seed) => ssvae.figures.classSamples(tinyM2(), { seed, perClass: 2 }),
  async createBatches(seed) {
    const batchSize = { labeled: 3, unlabeled: 6 };
    const source = ssvae.createBatches({ dataset, split, batchSize, seed, binarize: 'dynamic' });
    return [source.identity, await source.at(0), await source.at(5)];
  },
  createAae: (seed) => weightsOf(tinyAae({ seed })),
  createLadderVae: (seed) => weightsOf(tinyLadder({ seed })),
  createConditionalVae: (seed) => weightsOf(tinyToken({ seed })),
  createAdgm: (seed) => weightsOf(tinyAdgm({ seed })),
  createM1M2: (seed) => weightsOf(tinyM1M2({ seed })),
  createM2: (seed) => weightsOf(tinyM2({ seed })),
  createSdgm: (seed) => weightsOf(tinySdgm({ seed })),
  createStackedM2: (seed) => weightsOf(tinyStacked({ seed }).m2),
  createVae: (seed) => weightsOf(tinyM1({ seed })),
  digits: (seed) => ssvae.digits({ count: 3, seed }).x,
  async encodedBatches(seed) {
    const batchSize = { labeled: 3, unlabeled: 6 };
    const source = await ssvae.encodedBatches({ model: tinyStacked(), dataset, split, batchSize, seed });
    return [source.identity, await source.at(0), await source.at(5)];
  },
  evaluateElbo: (seed) => ssvae.evaluateElbo(tinyM2(), dataset, { seed }),
  evaluateImportanceBound: (seed) => ssvae.evaluateImportanceBound(tinyM2(), dataset, { samples: 2, seed }),
  evaluateSamples: (seed) => ssvae.evaluateSamples(tinyM2(), { perClass: 3, seed }),
  async fit(seed) {
    const model = tinyM2();
    await ssvae.fit(model, dataset, { split, steps: 2, seed });
    return weightsOf(model);
  },
  foldsOf: (seed) => ssvae.foldsOf(dataset, { folds: 3, seed }),
  generate: (seed) => tinyM2().generate([0, 1, 2], seed),
  noveltyScore: (seed) =>
    ssvae.noveltyScore(tinyM2(), dataset, { reference: tinyDataset(5, 2), samples: 2, seed }),
  async search(seed) {
    const settings = { steps: 1, widths: [4] };
    const options = { split, trials: 1, folds: 2, refit: false, settings, seed };
    return (await ssvae.search(dataset, { latent: [2, 3] }, options)).trials;
  },
  async searchRun(seed) {
    const options = { split, folds: 2, settings: { steps: 1, widths: [4] }, seed };
    const runs: ssvae.SearchRun[] = [];
    const perform = (run: ssvae.SearchRun) => {
      runs.push(run);
      return { failed: 'asked for elsewhere' };
    };
    await ssvae
      .search(dataset, { latent: [2, 3] }, { ...options, trials: 1, perform })
      .catch(() => undefined);
    const [run = { search: '', source: 'labels alone', settings: {}, fold: 0 } as const] = runs;
    return ssvae.searchRun(dataset, run, options);
  },
  splitDataset: (seed) => ssvae.splitDataset(dataset, { labeled: 9, validation: 6, seed }),
  async streamBatches(seed) {
    const read = (block: number) => ({ x: dataset.x.subarray(block * 640, (block + 1) * 640) });
    const unlabeled = { name: 'bars', shape: dataset.shape, sizes: [10, 10, 10], read };
    const batchSize = { labeled: 3, unlabeled: 6 };
    const options = { unlabeled, labeled: dataset, batchSize, seed, binarize: 'dynamic' } as const;
    const source = ssvae.streamBatches(options);
    return [source.identity, await source.at(0), await source.at(7)];
  },
  async train(seed) {
    const model = tinyM2();
    await ssvae.train(model, { ...training(seed), epochs: 1 });
    return weightsOf(model);
  },
  async trainingSteps(seed) {
    const model = tinyM2();
    for await (const { read } of ssvae.trainingSteps(model, { ...training(seed), to: 2 })) await read();
    return weightsOf(model);
  },
  twoMoons: (seed) => ssvae.twoMoons({ count: 10, seed }).x,
};
const NAMES = Object.keys(FUNCTIONS);

/** A result as plain numbers and texts. */
const plain = async (value: unknown): Promise<unknown> => {
  if (value instanceof Tensor) return Array.from(await value.data());
  if (ArrayBuffer.isView(value)) return Array.from(value as Uint8Array);
  if (Array.isArray(value)) return Promise.all(value.map(plain));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(async ([name, entry]) => [name, await plain(entry)] as const);
  return Object.fromEntries(await Promise.all(entries));
};
const resultOf = async (name: string, seed: Seed): Promise<unknown> => plain(await FUNCTIONS[name]?.(seed));

/** A stream that a function drew from: the names that led to it, and its key. */
interface Drawn {
  readonly path: readonly (string | number)[];
  readonly key: readonly number[];
}

/** A stream like another, which notes what is drawn from. */
const noting = (noise: Noise, drawn: Drawn[], path: readonly (string | number)[] = []): Noise => {
  const noted =
    <A extends readonly unknown[], R>(draw: (...given: A) => R) =>
    (...given: A): R => {
      drawn.push({ path, key: noise.state.key });
      return draw(...given);
    };
  return {
    split: (name) => noting(noise.split(name), drawn, [...path, name]),
    uniform: noted((shape: readonly number[]) => noise.uniform(shape)),
    normal: noted((shape: readonly number[]) => noise.normal(shape)),
    gumbel: noted((shape: readonly number[]) => noise.gumbel(shape)),
    next: noted(() => noise.next()),
    normals: noted((count: number) => noise.normals(count)),
    uniforms: noted((count: number) => noise.uniforms(count)),
    permutation: noted((count: number) => noise.permutation(count)),
    get state() {
      return noise.state;
    },
  };
};

/** Streams that a function draws from, given the seed 1. */
const drawnBy = async (name: string): Promise<readonly Drawn[]> => {
  const drawn: Drawn[] = [];
  await FUNCTIONS[name]?.(noting(createNoise(1), drawn));
  return drawn;
};

/** Pearson's r. */
const correlation = (a: Float32Array, b: Float32Array): number => {
  const mean = (values: Float32Array): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const covariance = (p: Float32Array, q: Float32Array): number => {
    const [meanP, meanQ] = [mean(p), mean(q)];
    return p.reduce((sum, v, i) => sum + (v - meanP) * ((q[i] as number) - meanQ), 0);
  };
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
};

/** A run of a search draws what the search would draw for it. */
const drawerOf = (name: string): string => (name === 'searchRun' ? 'search' : name);

describe('a function with a seed', () => {
  cleanUpAfterEach();

  it.each(NAMES)('%s draws from splits by its own name alone', async (name) => {
    const drawn = await drawnBy(name);
    expect(drawn.length).toBeGreaterThan(0);
    for (const { path } of drawn) expect(path[0]).toBe(drawerOf(name));
  });

  it('never draws what another one draws from the same seed', async () => {
    const owner = new Map<string, string>();
    const draws: [string, Float32Array][] = [];
    for (const name of NAMES.filter((one) => drawerOf(one) === one)) {
      const keys = (await drawnBy(name)).map(({ key }) => key);
      for (const key of keys) {
        expect(owner.get(key.join()) ?? name).toBe(name);
        owner.set(key.join(), name);
      }
      const [key = []] = keys;
      draws.push([name, restoreNoise({ key, words: key }).uniforms(1000)]);
    }
    for (const [i, [name, numbers]] of draws.entries())
      for (const [other, others] of draws.slice(0, i)) {
        expect(numbers[0], `${name} and ${other}`).not.toBe(others[0]);
        // The standard error of r is 0.032; five of them.
        expect(Math.abs(correlation(numbers, others)), `${name} and ${other}`).toBeLessThan(0.16);
      }
  });

  it.each(NAMES)('%s repeats itself, and takes n for createNoise(n)', async (name) => {
    const first = await resultOf(name, 7);
    expect(await resultOf(name, 7)).toEqual(first);
    expect(await resultOf(name, createNoise(7))).toEqual(first);
    expect(await resultOf(name, 8)).not.toEqual(first);
  });

  it.each(NAMES)(
    '%s does not depend on the position of a stream, and leaves it where it is',
    async (name) => {
      const [moved, fresh] = [createNoise(7), createNoise(7)];
      moved.next();
      const before = moved.state;
      expect(await resultOf(name, moved)).toEqual(await resultOf(name, fresh));
      expect(moved.state).toEqual(before);
    },
  );

  it.each<[string, unknown, string]>([
    ['nothing', null, 'TypeError: null'],
    ['NaN', Number.NaN, 'RangeError: NaN'],
    ['a fraction', 1.5, 'RangeError: 1.5'],
    ['a number that float64 cannot tell from its neighbors', 2 ** 53, 'RangeError: 9007199254740992'],
    ['a text', '1', 'TypeError: "1"'],
    ['a 64-bit integer', 1n, 'TypeError: 1n'],
    ['a record', { seed: 1 }, 'TypeError: Object'],
  ])('refuses %s', async (_, seed, message) => {
    const [kind, given] = message.split(': ');
    for (const name of NAMES) {
      const call = async () => FUNCTIONS[name]?.(seed as Seed);
      const needed = `${kind}: ${name}: seed is ${given}, needed a safe integer or a stream of createNoise`;
      expect(String(await call().catch((error) => error))).toBe(needed);
    }
  });

  it('refuses a promise and a function in words of their own', async () => {
    for (const name of NAMES) {
      const call = async (seed: unknown) => FUNCTIONS[name]?.(seed as Seed);
      await expect(call(Promise.resolve(1))).rejects.toThrow(
        `${name}: seed is Promise, needed a safe integer`,
      );
      await expect(call(Promise.resolve(1))).rejects.toThrow(/: await it$/);
      await expect(call(createNoise)).rejects.toThrow(
        `${name}: seed is createNoise itself, needed what it makes: createNoise(…)`,
      );
    }
  });

  it('is 0 by default in createM2, createVae and createLadderVae', async () => {
    expect(await weightsOf(tinyLadder({ seed: undefined }))).toEqual(
      await weightsOf(tinyLadder({ seed: 0 })),
    );
    expect(await weightsOf(tinyM2({ seed: undefined }))).toEqual(await weightsOf(tinyM2({ seed: 0 })));
    expect(await weightsOf(tinyM1({ seed: undefined }))).toEqual(await weightsOf(tinyM1({ seed: 0 })));
  });

  it('is the same run to a checkpoint, as a number and as a stream', () => {
    const model = tinyM2();
    const identity = (seed: Seed) => identityOf(runSettings(model, { ...training(seed), epochs: 1 }), {});
    expect(identity(3)).toEqual(identity(createNoise(3)));
    expect(identity(3).noise).not.toEqual(identity(4).noise);
  });
});

const SOURCES = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join('src', path), 'utf8'));

const ENTRIES = ['src/index.ts', 'src/figures/index.ts', 'src/testing/index.ts'];

/** Interfaces of the sources: their names, what they extend, and their bodies. */
const INTERFACES = SOURCES.flatMap((source) =>
  Array.from(
    source.matchAll(/^export interface (\w+)([^{]*)\{(.*?)^\}/gms),
    ([, name = '', head = '', body = '']) => ({
      name,
      head,
      body,
    }),
  ),
);

/** Names that an entry exports, types among them. */
const EXPORTED = new Set(
  ENTRIES.flatMap((entry) =>
    Array.from(
      readFileSync(entry, 'utf8').matchAll(/^export .*?;$/gms),
      ([names]) => names.match(/\w+/g) ?? [],
    ).flat(),
  ),
);

/** Interfaces with a member, and those that extend one of them. */
const withMember = (member: RegExp): readonly string[] => {
  const found = new Set(INTERFACES.filter(({ body }) => member.test(body)).map(({ name }) => name));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { name, head } of INTERFACES)
      if ([...found].some((parent) => new RegExp(`\\b${parent}\\b`).test(head.replace(/^<.*?>/, ''))))
        found.add(name);
  }
  return [...found];
};

describe('the table of functions with a seed', () => {
  it('has every function whose options or arguments have one', () => {
    const options = withMember(/readonly seed\??: number \| Noise;/);
    const byOptions = SOURCES.flatMap((source) =>
      Array.from(
        source.matchAll(/^export (?:async )?function\*? (\w+)(?:(?!^export ).)*?\boptions\??: (\w+)/gms),
        ([, name = '', type = '']) => (options.includes(type) && EXPORTED.has(name) ? [name] : []),
      ).flat(),
    );
    const byArgument = SOURCES.flatMap((source) =>
      Array.from(source.matchAll(/(\w+)\([^()]*\bseed\??: number \| Noise\b/g), ([, name = '']) => name),
    );
    // They read the seed of another function.
    const helpers = ['streamOf', 'generated'];
    const found = [...new Set([...byOptions, ...byArgument])].filter((name) => !helpers.includes(name));
    expect(found.sort()).toEqual([...NAMES].sort());
  });

  it('has a function for every place that splits a seed', () => {
    const splitting = SOURCES.flatMap((source) =>
      Array.from(
        source.matchAll(/streamOf\('(\w+)',|readOptions\('(\w+)',(?=[^;]*seedStream\(\))/g),
        (match) => match.slice(1).filter((name) => name !== undefined),
      ).flat(),
    );
    expect(splitting.length).toBeGreaterThan(5);
    for (const name of splitting) expect(NAMES).toContain(name);
  });

  it('leaves streams to what draws within a computation', () => {
    const taking = withMember(/readonly noise\??: Noise;/).filter((name) => EXPORTED.has(name));
    expect(taking.sort()).toEqual([
      'BetaOptions',
      'BoundContext',
      'DropLabelsOptions',
      'GumbelSoftmaxOptions',
      'LabelBoundOptions',
      'MonteCarloKlOptions',
      'ObjectiveContext',
      'Pass',
    ]);
  });
});

it('streamOf refuses a seed without the name of a function', () => {
  expect(() => ssvae.streamOf(1 as never, undefined as never)).toThrow(
    new TypeError('streamOf: where is 1, needed the name of a function'),
  );
});
