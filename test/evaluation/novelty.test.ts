import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { noveltyScore } from '../../src/evaluation/novelty';
import { predict } from '../../src/models/predict';
import { alive, tinyDataset, tinyM1, tinyM2 } from '../support/tiny';
import { linearGaussian } from './linearGaussian';

const settings = { slopes: [1, -0.5], offsets: [-1, 0.5], sigma: 0.7, labelPrior: [0.6, 0.4] };
const reference = Float32Array.from({ length: 99 }, (_, i) => -3 + (6 * i) / 98);

describe('noveltyScore', () => {
  it('ranks bounds among those of the reference, ties included', async () => {
    const { model, logEvidence } = linearGaussian(settings);
    const x = Float32Array.of(-1, 40, 2.5, reference[50] as number);
    const { pValues, bounds, referenceBounds } = await noveltyScore(
      model,
      { x },
      { reference: { x: reference }, samples: 1, seed: 1 },
    );
    const known = Array.from(reference, logEvidence);
    for (const [i, value] of x.entries()) {
      expect(bounds[i]).toBeCloseTo(logEvidence(value), 2);
      if (i === 3) continue;
      const below = known.filter((bound) => bound <= logEvidence(value)).length;
      expect(pValues[i]).toBe((1 + below) / 100);
    }
    expect(pValues[1]).toBe(1 / 100);
    const again = await noveltyScore(model, { x }, { reference: Array.from(bounds), samples: 1, seed: 1 });
    const rising = Array.from(bounds).sort((a, b) => a - b);
    expect(again.pValues).toEqual(bounds.map((bound) => (2 + rising.indexOf(bound)) / 5));
    expect(referenceBounds.length).toBe(99);
  });

  it('is below a for no more than the share a of examples like the reference', async () => {
    const { model } = linearGaussian(settings);
    // Draws of the model itself, as the reference and as the data.
    const draws = (seed: number): Float32Array => {
      const noise = createNoise(seed);
      const [labels, codes, errors] = ['y', 'z', 'e'].map((name) => noise.split(name));
      const u = labels?.uniforms(1000) as Float32Array;
      const z = codes?.normal([1000]).dataSync() as Float32Array;
      const e = errors?.normal([1000]).dataSync() as Float32Array;
      return u.map((share, i) => {
        const k = share < 0.6 ? 0 : 1;
        const [slope = 0, offset = 0] = [settings.slopes[k], settings.offsets[k]];
        return slope * (z[i] as number) + offset + 0.7 * (e[i] as number);
      });
    };
    const { pValues } = await noveltyScore(
      model,
      { x: draws(1) },
      { reference: { x: draws(2) }, samples: 1, seed: 3 },
    );
    for (const a of [0.05, 0.2, 0.5])
      expect(Math.abs(pValues.filter((p) => p <= a).length / 1000 - a)).toBeLessThan(0.05);
  });

  it('gives the bounds of evaluateImportanceBound, and the confidence of predict', async () => {
    const model = tinyM2();
    const data = tinyDataset(9);
    const scores = await noveltyScore(model, data, { reference: tinyDataset(5, 2), samples: 200, seed: 1 });
    const { bound } = await evaluateImportanceBound(model, data, { samples: 200, seed: 2 });
    const mean = scores.bounds.reduce((sum, value) => sum + value / 9, 0);
    // Two estimates by 200 draws each.
    expect(Math.abs(mean - bound)).toBeLessThan(0.3);
    const { probabilities } = await predict(model, data.x);
    for (let i = 0; i < 9; i++) {
      const row = Array.from(probabilities.subarray(3 * i, 3 * i + 3));
      expect(scores.confidences?.[i]).toBeCloseTo(Math.max(...row), 5);
      expect(scores.entropies?.[i]).toBeCloseTo(-row.reduce((sum, p) => sum + p * Math.log(p), 0), 4);
    }
    model.dispose();
  });

  it('looks at the reference before it computes a bound', async () => {
    const model = tinyM2({});
    const data = { x: new Float32Array(128) };
    let bounds = 0;
    const counted = {
      ...model,
      variables: model.variables,
      infer: (...asked: Parameters<typeof model.infer>) => {
        bounds++;
        return model.infer(...asked);
      },
    };
    for (const [reference, message] of [
      [null, 'noveltyScore, of the reference: reference is null'],
      [{ x: [Number.NaN] }, 'noveltyScore, of the reference: x'],
      [[Number.NaN], 'noveltyScore: reference[0] is NaN'],
    ] as const)
      await expect(noveltyScore(counted, data, { seed: 1, reference: reference as never })).rejects.toThrow(
        message,
      );
    expect(bounds).toBe(0);
    model.dispose();
  });

  it('works without labels, and leaves no tensor behind', async () => {
    for (const model of [tinyM1(), tinyM2()]) {
      const before = alive();
      const scores = await noveltyScore(model, tinyDataset(4), {
        reference: tinyDataset(6, 2),
        samples: 2,
        seed: 1,
        batchSize: 3,
      });
      expect(scores.pValues.every((p) => p > 0 && p <= 1)).toBe(true);
      expect('confidences' in scores).toBe('classify' in model);
      expect(alive()).toEqual(before);
      model.dispose();
    }
  });

  it('refuses a reference that is empty, and says which data do not fit', async () => {
    const model = tinyM1();
    const data = tinyDataset(2);
    const score = (reference: never) => noveltyScore(model, data, { reference, samples: 1, seed: 1 });
    await expect(score([] as never)).rejects.toThrow('noveltyScore: reference holds no bound');
    await expect(score([1, Number.NaN] as never)).rejects.toThrow('noveltyScore: reference[1] is NaN');
    await expect(score({ x: new Float32Array(0) } as never)).rejects.toThrow(
      'noveltyScore, of the reference: x holds no example',
    );
    await expect(score(undefined as never)).rejects.toThrow(
      'noveltyScore, of the reference: reference is undefined',
    );
    model.dispose();
  });

  it('refuses inputs as bare numbers, and takes the bounds of an earlier call back, from JSON too', async () => {
    const model = tinyM2({});
    const data = tinyDataset(6);
    const score = (reference: unknown) =>
      noveltyScore(model, data, { reference: reference as never, samples: 1, seed: 1 });
    const needed = 'needed examples, { x }, or the referenceBounds of an earlier call';
    const float = Float32Array.from(data.x, (value) => value / 3);
    for (const [reference, what] of [
      [Uint8Array.of(0, 255), 'Uint8Array'],
      [Int32Array.of(1, 2), 'Int32Array'],
      [float, 'Float32Array'],
      [Array.from(data.x), 'the x of data'],
      [Float64Array.from(data.x), 'the x of data'],
      [[0, 1, 1, 0], '4 whole numbers'],
    ] as const)
      await expect(score(reference)).rejects.toThrow(
        new TypeError(`noveltyScore: reference is ${what}, ${needed}`),
      );
    const { referenceBounds } = await score(tinyDataset(5, 2));
    const again = await score(referenceBounds);
    expect((await score(JSON.parse(JSON.stringify(Array.from(referenceBounds))))).pValues).toEqual(
      again.pValues,
    );
    model.dispose();
  });
});
