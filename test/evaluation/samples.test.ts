import {
  mean,
  mul,
  reshape,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { ColumnsInput } from '../../src/core/inputs/columns';
import { columns } from '../../src/data/columns';
import type { Dataset } from '../../src/data/dataset';
import { evaluateSamples, type GeneratedExamples } from '../../src/evaluation/samples';
import { createM2 } from '../../src/models/m2/model';
import type { Classifier } from '../../src/models/model';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, tinyDataset, tinyM1, tinyM2 } from '../support/tiny';

/** A model of two values, class 1 and class 0, that draws the same four examples of a class each time. */
const fixed = (rows: readonly (readonly (readonly number[])[])[]) => {
  const model = tinyM2({ inputShape: [2], classes: 2, latent: 1 });
  return {
    ...model,
    variables: model.variables,
    generate: (labels: ArrayLike<number>) =>
      tensor(Array.from(labels, (k, i) => [...((rows[k]?.[i] ?? []) as number[])]) as number[][]),
  };
};
const OF_ZERO = [
  [1, 0],
  [0.75, 0],
  [0, 0.25],
  [1, 0.5],
];
const OF_ONE = [
  [0, 1],
  [0, 1],
  [0, 1],
  [0, 1],
];
/** Logits that are ten times the two values. */
const byValues = (x: Tensor): Tensor2D => mul(10, x) as Tensor2D;

describe('evaluateSamples', () => {
  cleanUpAfterEach();

  it('counts what the judge calls the class asked for, and how sure it is', async () => {
    const found = await evaluateSamples(fixed([OF_ZERO, OF_ONE]), { judge: byValues, perClass: 4, seed: 1 });
    // 1/(1 + e⁻⁵) = 0.9933 is above 0.9; the third example is taken for the other class.
    expect(found.byClass.map(({ fidelity, confident }) => [fidelity, confident])).toEqual([
      [0.75, 0.75],
      [1, 1],
    ]);
    expect(found).toMatchObject({ count: 8, fidelity: 0.875, confident: 0.875 });
    const stricter = await evaluateSamples(fixed([OF_ZERO, OF_ONE]), {
      judge: byValues,
      perClass: 4,
      confidence: 0.995,
      seed: 1,
    });
    expect(stricter.byClass.map(({ fidelity, confident }) => [fidelity, confident])).toEqual([
      [0.75, 0.5],
      [1, 1],
    ]);
  });

  it('has as spread the standard deviation within a class, averaged over values and classes', async () => {
    const found = await evaluateSamples(fixed([OF_ZERO, OF_ONE]), { judge: byValues, perClass: 4, seed: 1 });
    const deviation = (values: readonly number[]): number => {
      const middle = values.reduce((total, value) => total + value, 0) / values.length;
      return Math.sqrt(values.reduce((total, value) => total + (value - middle) ** 2, 0) / values.length);
    };
    const [first = 0, second = 0] = [0, 1].map((d) => deviation(OF_ZERO.map((row) => row[d] as number)));
    expect(found.byClass[0]?.spread).toBeCloseTo((first + second) / 2, 6);
    expect(found.byClass[1]?.spread).toBe(0);
    expect(found.spread).toBeCloseTo((first + second) / 4, 6);
  });

  it('tests on real examples a linear classifier that has seen the samples alone', async () => {
    const real = { x: Float32Array.of(0.9, 0.1, 0.1, 0.9, 0.2, 0.8), y: [0, 1, 0] };
    const model = fixed([
      [
        [1, 0],
        [0.8, 0.2],
      ],
      [
        [0, 1],
        [0.2, 0.8],
      ],
    ]);
    const found = await evaluateSamples(model, { judge: byValues, perClass: 2, real, seed: 1 });
    expect(found.trainedOnSamples).toBeCloseTo(2 / 3, 6);
    const without = await evaluateSamples(model, { judge: byValues, perClass: 2, seed: 1 });
    expect(without).not.toHaveProperty('trainedOnSamples');
  });

  it('hands the samples to fitClassifier, class by class, and disposes what it gives', async () => {
    const seen: GeneratedExamples[] = [];
    let disposed = 0;
    const classifier = { inputShape: [2], classes: 2, variables: {}, spec: null, classify: byValues };
    const fitClassifier = async (generated: GeneratedExamples): Promise<Classifier> => {
      seen.push(generated);
      return { ...classifier, dispose: () => void disposed++ };
    };
    const real = { x: Float32Array.of(0.9, 0.1), y: [0] };
    const model = fixed([OF_ZERO, OF_ONE]);
    const found = await evaluateSamples(model, {
      judge: byValues,
      perClass: 4,
      real,
      fitClassifier,
      seed: 1,
    });
    expect([found.trainedOnSamples, disposed]).toEqual([1, 1]);
    expect(Array.from(seen[0]?.x ?? [])).toEqual([...OF_ZERO, ...OF_ONE].flat());
    expect(Array.from(seen[0]?.y ?? [])).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(seen[0]).toMatchObject({ shape: [2], classes: 2 });
  });

  it('asks the model’s own classifier by default, and draws alike from the same seed', async () => {
    const model = tinyM2();
    const own = await evaluateSamples(model, { perClass: 5, seed: 3 });
    expect(await evaluateSamples(model, { judge: model, perClass: 5, seed: 3 })).toEqual(own);
    expect(await evaluateSamples(model, { perClass: 5, seed: 4 })).not.toEqual(own);
  });

  it('measures the temperature of generate: half of it, about half the spread', async () => {
    const model = tinyM2();
    const { spread } = await evaluateSamples(model, { perClass: 50, seed: 3 });
    const cooler = await evaluateSamples(model, { perClass: 50, temperature: 0.5, seed: 3 });
    expect(cooler.spread / spread).toBeGreaterThan(0.4);
    expect(cooler.spread / spread).toBeLessThan(0.6);
  });

  it('leaves no tensor behind, also where it fails', async () => {
    const model = tinyM2();
    const before = alive();
    await evaluateSamples(model, { perClass: 3, real: tinyDataset(6), seed: 1 });
    await expect(
      evaluateSamples(model, { perClass: 3, judge: () => tensor([[1, 2]]) as Tensor2D, seed: 1 }),
    ).rejects.toThrow('evaluateSamples: what judge gives');
    expect(alive()).toEqual(before);
  });

  it.each([
    [{ perClass: 1 }, 'evaluateSamples: perClass is 1, needed an integer of at least 2'],
    [{ perClass: 2 ** 40 }, 'evaluateSamples: '],
    [{ confidence: 2 }, 'evaluateSamples: confidence is 2, needed a number in [0, 1]'],
    [{ temperature: 0 }, 'evaluateSamples: temperature is 0, needed'],
    [{ judge: {} }, 'evaluateSamples: judge'],
    [{ judges: 1 }, 'evaluateSamples: judges is not an option'],
    [{ judge: (x: Tensor) => mul(Number.NaN, reshape(x, [3, -1])) }, 'evaluateSamples: what judge gives'],
  ])('refuses %j', async (options, message) => {
    await expect(evaluateSamples(tinyM2(), { perClass: 3, seed: 1, ...options } as never)).rejects.toThrow(
      message,
    );
  });

  it('refuses a model without classes', async () => {
    await expect(evaluateSamples(tinyM1() as never, { seed: 1 })).rejects.toThrow('evaluateSamples: model');
  });
});

describe('generate at a temperature', () => {
  cleanUpAfterEach();

  it('decodes the same codes, times the temperature', async () => {
    const model = tinyM2();
    const plain = model.generate([0, 1, 2], 5);
    expect(await model.generate([0, 1, 2], 5, { temperature: 1 }).data()).toEqual(await plain.data());
    const colder = model.generate([0, 0], 5, { temperature: 1e-6 });
    const apart = sum(sub(slice(colder, 0, 1), slice(colder, 1, 1)));
    expect(Math.abs((await apart.data())[0] as number)).toBeLessThan(1e-3);
    const vae = tinyM1();
    expect(await vae.generate(2, 5, { temperature: 1 }).data()).toEqual(await vae.generate(2, 5).data());
    expect(await vae.generate(2, 5, { temperature: 0.5 }).data()).not.toEqual(
      await vae.generate(2, 5).data(),
    );
  });

  it('is refused at 0, and other than 1 with a prior of your own', () => {
    const message = 'generate: temperature is 0, needed a finite number above 0';
    expect(() => tinyM2().generate([0], 1, { temperature: 0 })).toThrow(message);
    expect(() => tinyM1().generate(1, 1, { temperature: 0 })).toThrow(message);
    const prior = {
      logProb: (z: Tensor) => mean(z, 1) as never,
      sample: (count: number) => zeros([count, 3]) as never,
    };
    expect(() => tinyM2({ prior }).generate([0], 1, { temperature: 0.5 })).toThrow(
      'generate: temperature is 0.5, needed 1 with a prior of your own',
    );
  });

  it('refuses a judge that reads rows in another way, or calls classes otherwise', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => ({
      a: i % 5,
      b: 7 - (i % 3),
      kind: 'xy'[i % 2] as string,
    }));
    const make = (data: Dataset) =>
      createM2({ data, latent: 1, nets: { preset: 'mlp', widths: [3] }, seed: 1 });
    const data = columns(rows, { label: 'kind' });
    const model = make(data);
    const swapped = make(
      columns(
        rows.map(({ a, b, kind }) => ({ b, a, kind })),
        { label: 'kind' },
      ),
    );
    await expect(evaluateSamples(model, { judge: swapped, seed: 1 })).rejects.toThrowError(
      new RangeError(
        'evaluateSamples: judge reads columns in another way than the model, by another order, other means or levels; needed a judge of data that were read with input: model.input',
      ),
    );
    const renamed = make(columns(rows, { label: 'kind', classNames: ['y', 'x'] }));
    await expect(evaluateSamples(model, { judge: renamed, seed: 1 })).rejects.toThrow(
      'evaluateSamples: class 0 is "y" in the judge and "x" in the model, needed the same name',
    );
    const same = make(columns(rows, { label: 'kind', input: model.input as ColumnsInput }));
    expect((await evaluateSamples(model, { judge: same, seed: 1, perClass: 2 })).count).toBe(4);
    for (const one of [model, swapped, renamed, same]) one.dispose();
  });

  it('refuses a judge that gives no logits, or classifies something else, before it generates', async () => {
    const model = tinyM2({ inputShape: [2], classes: 2, latent: 1 });
    for (const [judge, message] of [
      [() => undefined, 'evaluateSamples: what judge gives is undefined'],
      [() => 3, 'evaluateSamples: what judge gives is 3'],
      [tinyM2({ classes: 4 }), 'evaluateSamples: judge classifies [8,8,1] into 4, needed [2] into 2'],
    ] as const)
      await expect(evaluateSamples(model, { seed: 1, perClass: 3, judge: judge as never })).rejects.toThrow(
        message,
      );
    model.dispose();
  });

  it('refuses a judge that gives probabilities, and a fitClassifier of no use', async () => {
    const model = tinyM2({ inputShape: [2], classes: 2, latent: 1 });
    const real = { x: Float32Array.of(0, 1, 1, 0), y: [0, 1] };
    const given = { perClass: 3, seed: 1 };
    const judge = (x: Tensor) => softmax(model.classify(x));
    await expect(evaluateSamples(model, { ...given, judge })).rejects.toThrow(
      'evaluateSamples: judge gives probabilities, rows of at least 0 that sum to 1, needed logits',
    );
    for (const [made, message] of [
      [undefined, 'evaluateSamples: what fitClassifier gives is undefined'],
      [{}, 'evaluateSamples: what fitClassifier gives'],
      [tinyM2({ classes: 4 }), 'evaluateSamples: fitClassifier gives a classifier of 4 classes, needed 2'],
    ] as const)
      await expect(
        evaluateSamples(model, { ...given, real, fitClassifier: () => made as never }),
      ).rejects.toThrow(message);
    await expect(evaluateSamples(model, { ...given, fitClassifier: () => model })).rejects.toThrow(
      'evaluateSamples: fitClassifier is given without real, needed real examples',
    );
    model.dispose();
  });
});
