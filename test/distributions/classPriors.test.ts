import { exp, memory, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { ClassPrior } from '../../src/distributions/classPrior';
import { parseClassPrior } from '../../src/distributions/classPriors';
import { gaussianRing } from '../../src/distributions/gaussianRing';
import { swissRoll } from '../../src/distributions/swissRoll';
import { cleanUpAfterEach, expectClose, readRows } from '../support/numbers';

const K = 5;

const PRIORS: readonly (readonly [string, ClassPrior])[] = [
  ['gaussianRing', gaussianRing({ classes: K })],
  ['swissRoll', swissRoll({ classes: K })],
];

const WIDE: Readonly<Record<string, object>> = {
  gaussianRing: { tangentialSd: 0.4 },
  swissRoll: { sd: 0.4 },
};

/** Labels in turn, one-hot. */
const inTurn = (rows: number, classes = K): Tensor =>
  tensor(
    Array.from({ length: rows * classes }, (_, i) =>
      Math.floor(i / classes) % classes === i % classes ? 1 : 0,
    ),
    [rows, classes],
  );

describe.each(PRIORS)('%s', (name, prior) => {
  cleanUpAfterEach();

  it('draws codes that are likeliest under their own class', async () => {
    const rows = 500;
    const z = prior.sample(inTurn(rows), createNoise(1));
    expect(z.shape).toEqual([rows, 2]);
    const densities = await readRows(prior.logProb(z));
    const right = densities.filter((row, i) => row.indexOf(Math.max(...row)) === i % K).length;
    expect(right / rows).toBeGreaterThan(0.97);
  });

  it('has a density that integrates to 1 for each class', async () => {
    // Wide, so that a coarse grid will do.
    const wide = parseClassPrior('test', { ...(prior.spec as object), classes: 3, ...WIDE[name] });
    const [reach, count] = [6, 60];
    const side = Array.from({ length: count }, (_, i) => ((i + 0.5) / count) * 2 * reach - reach);
    const grid = side.flatMap((a) => side.map((b) => [a, b]));
    const rows = await readRows(tidy(() => exp(wide.logProb(tensor(grid.flat(), [grid.length, 2])))));
    const area = ((2 * reach) / count) ** 2;
    const totals = [0, 1, 2].map((k) => rows.reduce((total, row) => total + (row[k] as number) * area, 0));
    expectClose(totals, [1, 1, 1], 0.01);
  });

  it('gives the same draws from the same stream, and others from another', async () => {
    const draw = (seed: number) => readRows(prior.sample(inTurn(6), createNoise(seed)));
    expect(await draw(1)).toEqual(await draw(1));
    expect(await draw(1)).not.toEqual(await draw(2));
  });

  it('has its density in each pair of a wider code', async () => {
    const [a, b] = [prior.sample(inTurn(4), createNoise(1)), prior.sample(inTurn(4), createNoise(2))];
    const [rowsA, rowsB] = [await readRows(a.clone()), await readRows(b.clone())];
    const wide = tensor(
      rowsA.flatMap((row, i) => [...row, ...(rowsB[i] as number[])]),
      [4, 4],
    );
    const [first, second] = [await readRows(prior.logProb(a)), await readRows(prior.logProb(b))];
    const sums = first.map((row, i) => row.map((value, k) => value + (second[i]?.[k] as number)));
    const joint = await readRows(prior.logProb(wide));
    expectClose(joint.flat(), sums.flat(), 1e-4);
    expect(prior.sample(inTurn(4), createNoise(1), 6).shape).toEqual([4, 6]);
  });

  it('is rebuilt from its spec', async () => {
    const again = parseClassPrior('loadModel', JSON.parse(JSON.stringify(prior.spec)));
    expect(again.spec).toEqual(prior.spec);
    const z = prior.sample(inTurn(3), createNoise(4));
    expect(await readRows(again.logProb(z))).toEqual(await readRows(prior.logProb(z)));
  });

  it('leaves its results alone behind', () => {
    const [y, z] = [inTurn(3), tensor([0, 1], [1, 2])];
    const before = memory().numTensors;
    prior.sample(y, createNoise(1));
    prior.logProb(z);
    expect(memory().numTensors - before).toBe(2);
  });

  it('names what came and what was needed', () => {
    expect(() => prior.logProb(tensor([0, 1, 2], [1, 3]))).toThrowError(
      'classPrior.logProb: the width of z is 3, needed an even integer of at least 2',
    );
    expect(() => prior.sample(inTurn(3), createNoise(1), 1)).toThrowError('classPrior.sample: latent is 1');
    expect(() => prior.sample(inTurn(3, 4), createNoise(1))).toThrowError(
      'classPrior.sample: y has shape [3,4]',
    );
    const make = (options: object) => parseClassPrior('loadModel', { kind: name, classes: K, ...options });
    expect(() => make({ radius: 0 })).toThrowError(
      'loadModel: spec.classPrior.radius is 0, needed a finite number above 0',
    );
    expect(() => make({ wide: 0 })).toThrowError('loadModel: spec.classPrior.wide is not an option');
  });
});

describe('gaussianRing', () => {
  cleanUpAfterEach();

  it('has the closed form of its means and axes', async () => {
    const prior = gaussianRing({ classes: 4, radius: 2, radialSd: 0.5, tangentialSd: 0.1 });
    const peak = -Math.log(0.05) - Math.log(2 * Math.PI);
    // The mean of class 1 is (0, 2); a step of one deviation along either axis costs ½ nat.
    const z = tensor([0, 2, 0, 2.5, 0.1, 2], [3, 2]);
    const ofClass1 = (await readRows(prior.logProb(z))).map((row) => row[1] as number);
    expectClose(ofClass1, [peak, peak - 0.5, peak - 0.5], 1e-4);
  });
});

describe('swissRoll', () => {
  cleanUpAfterEach();

  it('puts each class on its part of the spiral, from the center outward', async () => {
    const prior = swissRoll({ classes: K, radius: 3, turns: 2, sd: 1e-4 });
    const rows = await readRows(prior.sample(inTurn(200), createNoise(3)));
    for (const [i, [a = 0, b = 0]] of rows.entries()) {
      const r = Math.hypot(a, b);
      const u = (r / 3) ** 2;
      expect(Math.floor(u * K * (1 - 1e-3) + 5e-4)).toBe(i % K);
      const angle = 4 * Math.PI * Math.sqrt(u);
      expectClose([a, b], [r * Math.cos(angle), r * Math.sin(angle)], 5e-3);
    }
  });

  // The density of class k at (a, b), by 20,000 points of its line.
  const fineLogProb = (classes: number, k: number, [a, b]: readonly number[]): number => {
    const exponents = Array.from({ length: 20_000 }, (_, i) => {
      const root = Math.sqrt((k + (i + 0.5) / 20_000) / classes);
      const angle = 4 * Math.PI * root;
      const [left, up] = [
        (a as number) - 3 * root * Math.cos(angle),
        (b as number) - 3 * root * Math.sin(angle),
      ];
      return (-0.5 * (left ** 2 + up ** 2)) / 0.05 ** 2;
    });
    const largest = Math.max(...exponents.slice(0, 10_000), ...exponents.slice(10_000));
    const total = exponents.reduce((sum, exponent) => sum + Math.exp(exponent - largest), 0);
    return largest + Math.log(total / 20_000) - Math.log(2 * Math.PI * 0.05 ** 2);
  };

  it.each([1, 2, 3, 10])('has the density of its line, however few the classes: %i', async (classes) => {
    const prior = swissRoll({ classes });
    const z = prior.sample(inTurn(60, classes), createNoise(3));
    const draws = await readRows(z.clone());
    const errors = (await readRows(prior.logProb(z))).map((row, i) =>
      Math.abs((row[i % classes] as number) - fineLogProb(classes, i % classes, draws[i] as number[])),
    );
    // Next to the center the points lie apart.
    expect(Math.max(...errors)).toBeLessThan(0.2);
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.005);
  });

  it('refuses a line too thin to be integrated', () => {
    expect(() => swissRoll({ classes: 2, sd: 1e-6 })).toThrowError(
      new RangeError('swissRoll: sd is 0.000001, needed at least 0.00006, radius · turns / 100,000'),
    );
  });
});

it('a class prior of a kind that is none is refused', () => {
  expect(() => parseClassPrior('loadModel', { kind: 'star' })).toThrowError(
    new RangeError('loadModel: spec.classPrior is of the kind "star", needed gaussianRing or swissRoll'),
  );
  expect(() => parseClassPrior('loadModel', 3)).toThrowError('spec.classPrior is of the kind 3');
});
