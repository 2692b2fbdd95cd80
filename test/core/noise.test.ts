import { memory } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise, restoreNoise } from '../../src/core/noise';
import goldens from '../golden/goldens.json';
import { expectWithinError, meanAndError } from '../support/monteCarlo';
import { cleanUpAfterEach, read } from '../support/numbers';

const take = (noise: Noise, count: number): number[] => Array.from({ length: count }, () => noise.next());

/** The 32 bits behind a number of `next`. */
const word = (u: number): number => u * 2 ** 32 - 0.5;

/** Largest distance between the empirical distribution and a cumulative one, times √n: above 2.2 once in 10⁴. */
const kolmogorov = (draws: readonly number[], cumulative: (x: number) => number): number => {
  const sorted = Float64Array.from(draws).sort();
  const n = sorted.length;
  let distance = 0;
  sorted.forEach((x, i) => {
    const p = cumulative(x);
    distance = Math.max(distance, Math.abs(p - i / n), Math.abs(p - (i + 1) / n));
  });
  return distance * Math.sqrt(n);
};

/** Φ, by Abramowitz & Stegun 26.2.17: absolute error below 7.5e-8. */
const normalCumulative = (x: number): number => {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
};

const correlation = (a: readonly number[], b: readonly number[]): number => {
  const [meanA, meanB] = [meanAndError(a).mean, meanAndError(b).mean];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [u, v] = [value - meanA, (b[i] as number) - meanB];
    ab += u * v;
    aa += u * u;
    bb += v * v;
  });
  return ab / Math.sqrt(aa * bb);
};

describe('the generator', () => {
  it.each(goldens.noise.streams)('is xoshiro128++ from state $start', ({ start, first, last, state }) => {
    const noise = restoreNoise({ key: [0, 0, 0, 0], words: start });
    const words = take(noise, 200).map(word);
    expect(words.slice(0, 10)).toEqual(first);
    expect(words.at(-1)).toBe(last);
    expect(noise.state.words).toEqual(state);
  });

  it("gives the numbers that the authors' code gives from state 1, 2, 3, 4", () => {
    const noise = restoreNoise({ key: [0, 0, 0, 0], words: [1, 2, 3, 4] });
    expect(take(noise, 6).map(word)).toEqual([641, 1573767, 3222811527, 3517856514, 836907274, 4247214768]);
  });

  it.each(goldens.noise.keys)('keeps its meaning of seed $seed split by $names', ({ seed, names, key }) => {
    const noise = names.reduce<Noise>((stream, name) => stream.split(name), createNoise(seed));
    expect(noise.state).toEqual({ key, words: key });
  });

  it('leaves the all-zero state, its one fixed point', () => {
    expect(new Set(take(restoreNoise({ key: [0, 0, 0, 0], words: [0, 0, 0, 0] }), 20)).size).toBeGreaterThan(
      15,
    );
  });
});

describe('createNoise', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    expect(take(createNoise(42), 50)).toEqual(take(createNoise(42), 50));
    expect(take(createNoise(42), 50)).not.toEqual(take(createNoise(43), 50));
  });

  it('takes seed 0 for a seed like any other, which tf.randomNormal does not', () => {
    expect(take(createNoise(0), 50)).toEqual(take(createNoise(0), 50));
    expect(take(createNoise(0), 50)).not.toEqual(take(createNoise(1), 50));
  });

  it('never repeats its noise from one draw to the next, as a fixed seed of tf.randomNormal does', () => {
    const noise = createNoise(1);
    expect(noise.normals(8)).not.toEqual(noise.normals(8));
  });

  it('takes every safe integer as a different seed, negative ones and those beyond 32 bits too', () => {
    const most = Number.MAX_SAFE_INTEGER;
    const seeds = [0, 1, -1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 32), most, -most];
    const first = seeds.map((seed) => createNoise(seed).next());
    expect(new Set(first).size).toBe(seeds.length);
    expect(seeds.map((seed) => createNoise(seed).next())).toEqual(first);
    expect(createNoise(-0).next()).toBe(first[0]);
  });

  it.each<[unknown, string]>([
    [1.5, '1.5'],
    ['0', '"0"'],
    [1n, '1n'],
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'true'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [new Date(0), 'Date'],
  ])('refuses seed %s, which is not an integer', (seed, named) => {
    expect(() => createNoise(seed as number)).toThrowError(
      new RangeError(`createNoise: seed is ${named}, needed a safe integer`),
    );
  });

  it.each([0.5, Number.NaN, 2 ** 53])('refuses seed %d', (seed) => {
    expect(() => createNoise(seed)).toThrowError(
      new RangeError(`createNoise: seed is ${seed}, needed a safe integer`),
    );
  });
});

describe('split', () => {
  it.each([undefined, Number.NaN, { step: 1 }, null])(
    'refuses %j for a name: all such would be one stream',
    (name) => {
      expect(() => createNoise(3).split(name as never)).toThrow(
        /^noise: the name of a split is .*, needed a text or a number$/,
      );
    },
  );

  it('neither reads nor moves the parent', () => {
    const [split, whole] = [createNoise(3), createNoise(3)];
    const before = split.state;
    split.split('child').normals(100);
    expect(split.state).toEqual(before);
    expect(take(split, 10)).toEqual(take(whole, 10));
  });

  it('gives the same stream for the same name, at any state of the parent', () => {
    const parent = createNoise(3);
    const early = take(parent.split('weights'), 10);
    parent.normals(1000);
    expect(take(parent.split('weights'), 10)).toEqual(early);
  });

  it('tells names, and the number 1 from the text "1", and one level from two', () => {
    const streams = [
      createNoise(3),
      createNoise(3).split('a'),
      createNoise(3).split('b'),
      createNoise(3).split('1'),
      createNoise(3).split(1),
      createNoise(3).split('a').split('b'),
      createNoise(3).split('ab'),
      createNoise(3).split(''),
    ];
    expect(new Set(streams.map((stream) => stream.next())).size).toBe(streams.length);
  });

  it('gives streams without correlation, in step or shifted by one', () => {
    const count = 20_000;
    const parent = createNoise(3);
    const draws = [parent.split(0), parent.split(1), parent.split('weights'), createNoise(4), parent].map(
      (noise) => take(noise, count),
    );
    for (const [i, a] of draws.entries()) {
      for (const b of draws.slice(i + 1)) {
        expect(Math.abs(correlation(a, b))).toBeLessThan(5 / Math.sqrt(count));
        expect(Math.abs(correlation(a.slice(1), b.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(count));
      }
    }
  });

  it('has no two equal keys among 100,000 names', () => {
    const parent = createNoise(0);
    const keys = new Set<string>();
    for (let i = 0; i < 50_000; i++) {
      keys.add(parent.split(i).state.key.join());
      keys.add(parent.split(`layer ${i}`).state.key.join());
    }
    expect(keys.size).toBe(100_000);
  });

  it('spreads the first numbers of consecutive names evenly', () => {
    const parent = createNoise(0);
    const firsts = Array.from({ length: 10_000 }, (_, i) => parent.split(i).next());
    expect(kolmogorov(firsts, (x) => x)).toBeLessThan(2.2);
  });
});

describe('the distributions of a stream', () => {
  const count = 20_000;

  it('are those of the uniform', () => {
    const draws = Array.from(createNoise(5).uniforms(count));
    expect(kolmogorov(draws, (x) => x)).toBeLessThan(2.2);
    expectWithinError(draws, 0.5);
    expectWithinError(
      draws.map((u) => (u - 0.5) ** 2),
      1 / 12,
    );
    expect(Math.abs(correlation(draws.slice(1), draws.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(count));
  });

  it('are those of the standard normal, up to its fourth moment', () => {
    const draws = Array.from(createNoise(5).normals(count));
    expect(kolmogorov(draws, normalCumulative)).toBeLessThan(2.2);
    [0, 1, 0, 3].forEach((moment, i) => {
      expectWithinError(
        draws.map((x) => x ** (i + 1)),
        moment,
      );
    });
    expect(Math.abs(correlation(draws.slice(1), draws.slice(0, -1)))).toBeLessThan(5 / Math.sqrt(count));
  });

  it('are those of the standard Gumbel, with mean γ and variance π²/6', async () => {
    const draws = await read(createNoise(5).gumbel([count]));
    const euler = 0.5772156649;
    expect(kolmogorov(draws, (x) => Math.exp(-Math.exp(-x)))).toBeLessThan(2.2);
    expectWithinError(draws, euler);
    expectWithinError(
      draws.map((x) => (x - euler) ** 2),
      Math.PI ** 2 / 6,
    );
  });

  it('put every element at every place of a permutation equally often', () => {
    const noise = createNoise(5);
    const [size, trials] = [5, 6000];
    const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
    const orders = new Map<string, number>();
    for (let trial = 0; trial < trials; trial++) {
      const order = noise.permutation(size);
      order.forEach((element, place) => {
        (counts[place] as number[])[element] = ((counts[place] as number[])[element] as number) + 1;
      });
      orders.set(order.join(), (orders.get(order.join()) ?? 0) + 1);
    }
    const error = Math.sqrt(trials * 0.2 * 0.8);
    for (const row of counts)
      for (const n of row) expect(Math.abs(n - trials / size)).toBeLessThan(5 * error);
    // All 120 orders come; χ² with 119 degrees of freedom has mean 119 and standard deviation 15.4.
    const each = trials / 120;
    const chiSquared = [...orders.values()].reduce((total, n) => total + (n - each) ** 2 / each, 0);
    expect(orders.size).toBe(120);
    expect(chiSquared).toBeLessThan(119 + 5 * 15.4);
  });

  it('permute nothing and one', () => {
    expect([...createNoise(0).permutation(0)]).toEqual([]);
    expect([...createNoise(0).permutation(1)]).toEqual([0]);
  });
});

describe('the extremes of a stream', () => {
  cleanUpAfterEach();

  // The next word is rotl(s0 + s3, 7) + s0: all zeros, or all ones.
  const extremes: readonly (readonly [string, number[]])[] = [
    ['smallest', [0, 1, 1, 0]],
    ['largest', [0, 1, 1, 0xffffffff]],
  ];
  const from = (words: number[]): Noise => restoreNoise({ key: [0, 0, 0, 0], words });

  it.each(extremes)('stay inside the open interval in float32: the %s', async (_, words) => {
    for (const u of [
      from(words).next(),
      from(words).uniforms(1)[0] as number,
      (await read(from(words).uniform([1])))[0] as number,
    ]) {
      expect(u).toBeGreaterThan(0);
      expect(u).toBeLessThan(1);
    }
  });

  it('reach within one float32 step of 0 and 1, where tf.randomUniform can return 1', () => {
    expect(from([0, 1, 1, 0]).uniforms(1)[0]).toBe(2 ** -24);
    expect(from([0, 1, 1, 0xffffffff]).uniforms(1)[0]).toBe(1 - 2 ** -24);
  });

  it.each(extremes)('give finite normal and Gumbel numbers: the %s', async (_, words) => {
    expect(Number.isFinite(from(words).normals(1)[0])).toBe(true);
    expect(Number.isFinite((await read(from(words).gumbel([1])))[0])).toBe(true);
  });
});

describe('the tensors of a stream', () => {
  cleanUpAfterEach();

  it('have the shape asked for, and the numbers drawn on the host', async () => {
    const tensor = createNoise(8).normal([2, 3]);
    expect([tensor.shape, tensor.dtype]).toEqual([[2, 3], 'float32']);
    expect(await read(tensor)).toEqual(Array.from(createNoise(8).normals(6)));
    expect(await read(createNoise(8).uniform([2, 2]))).toEqual(Array.from(createNoise(8).uniforms(4)));
    expect((await read(createNoise(8).gumbel([]))).length).toBe(1);
  });

  it('are one each', () => {
    const noise = createNoise(8);
    const before = memory().numTensors;
    noise.normal([2, 3]);
    noise.uniform([2, 3]);
    noise.gumbel([2, 3]);
    expect(memory().numTensors - before).toBe(3);
  });
});

describe('restoreNoise', () => {
  it('continues bit for bit from JSON, mid-stream, with the same children', () => {
    const noise = createNoise(11).split('step');
    noise.normals(7);
    noise.permutation(13);
    noise.uniforms(3);
    const copy = restoreNoise(JSON.parse(JSON.stringify(noise.state)));
    expect(copy.state).toEqual(noise.state);
    expect(take(copy.split('x'), 10)).toEqual(take(noise.split('x'), 10));
    expect(copy.normals(9)).toEqual(noise.normals(9));
    expect(copy.permutation(9)).toEqual(noise.permutation(9));
  });

  it('does not move with the stream it was recorded from', () => {
    const noise = createNoise(11);
    const state = noise.state;
    const rest = take(noise, 5);
    expect(take(restoreNoise(state), 5)).toEqual(rest);
    expect(take(restoreNoise(state), 5)).toEqual(rest);
  });

  const words = [1, 2, 3, 4];
  it.each([
    ['no key', { words }, 'state.key is undefined, needed four unsigned 32-bit words'],
    [
      'three words',
      { key: words, words: [1, 2, 3] },
      'state.words is an array of 3, needed four unsigned 32-bit words',
    ],
    [
      'a negative word',
      { key: [1, 2, 3, -4], words },
      'a word of state.key is -4, needed an unsigned 32-bit integer',
    ],
    [
      'a fraction',
      { key: words, words: [1, 2, 3, 0.5] },
      'a word of state.words is 0.5, needed an unsigned 32-bit integer',
    ],
    [
      'a word of 33 bits',
      { key: words, words: [1, 2, 3, 2 ** 32] },
      'a word of state.words is 4294967296, needed an unsigned 32-bit integer',
    ],
  ])('refuses %s', (_, state, message) => {
    expect(() => restoreNoise(state as Parameters<typeof restoreNoise>[0])).toThrowError(
      new RangeError(`restoreNoise: ${message}`),
    );
  });
});
