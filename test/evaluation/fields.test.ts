import { describe, expect, it } from 'vitest';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { evaluateSamples } from '../../src/evaluation/samples';
import type { M2 } from '../../src/models/m2/model';
import { cleanUpAfterEach } from '../support/numbers';
import { alive, tinyDataset, tinyM1, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const { x, y } = tinyDataset(6);

const EVALUATIONS: readonly (readonly [string, (model: M2, data: never) => Promise<unknown>])[] = [
  ['evaluateClassifier', (model, data) => evaluateClassifier(model, data)],
  ['evaluateElbo', (model, data) => evaluateElbo(model, data, { seed: 1 })],
  ['evaluateImportanceBound', (model, data) => evaluateImportanceBound(model, data, { samples: 2, seed: 1 })],
  ['evaluateSamples', (model, real) => evaluateSamples(model, { real, perClass: 2, seed: 1 })],
];

/** Fields that are not what a data set has. */
const FIELDS: readonly (readonly [string, unknown])[] = [
  ...[null, 'ab', ['a'], 0, Number.NaN, [1, 2, 3], ['a', 'a', 'b']].map(
    (value) => ['classNames', value] as const,
  ),
  ...['abc', 3, null, [], [8, 8], [8, 'x', 1]].map((value) => ['shape', value] as const),
  ...['3', null, 0, Number.NaN, 2.5].map((value) => ['classes', value] as const),
  ...['pixels', null, 0].map((value) => ['bytes', value] as const),
  ...[null, 0, 'a'].map((value) => ['input', value] as const),
  ...[null, 0, Number.NaN, '', false].map((value) => ['observed', value] as const),
  ...[null, 0, Number.NaN, '', false].map((value) => ['covariates', value] as const),
];

describe.each(EVALUATIONS)('%s', (name, evaluate) => {
  it.each(FIELDS)('refuses data whose %s is %j, by name', async (field, value) => {
    const model = tinyM2();
    const before = alive();
    const words: Readonly<Record<string, string>> = { shape: 'shape|inputs', input: 'input|specification' };
    await expect(evaluate(model, { x, y, [field]: value } as never)).rejects.toThrow(
      new RegExp(`^${name}: .*(${words[field] ?? field})`),
    );
    expect(alive()).toEqual(before);
    model.dispose();
  });
});

it.each([null, 0, ''])(
  'evaluateElbo takes y for left out where it is undefined, and not where it is %j',
  async (given) => {
    const model = tinyM2();
    await expect(evaluateElbo(model, { x, y: given as never }, { seed: 1 })).rejects.toThrow(
      /^evaluateElbo: y/,
    );
    model.dispose();
  },
);

describe('a model for a data set', () => {
  const data = tinyDataset(6);

  it.each([null, 'abc', 0, Number.NaN, false, ['a'], [1, 2, 3]])(
    'is refused class names that are %j',
    (classNames) => {
      const given = { classNames: classNames as never };
      const message = /^createM2: (data\.)?classNames (is|has) /;
      expect(() => tinyM2({ data: { ...data, ...given } })).toThrow(message);
      expect(() => tinyM2({ data, ...given })).toThrow(message);
      expect(() => tinyM2(given)).toThrow(message);
    },
  );

  it.each([null, 0, '', Number.NaN])('is refused other options that are %j', (value) => {
    for (const name of ['inputShape', 'classes', 'input', 'likelihood'])
      expect(() => tinyM2({ data, [name]: value })).toThrow(new RegExp(`^createM2: .*${name}`, 'i'));
    for (const name of ['inputShape', 'input', 'likelihood'])
      expect(() => tinyM1({ data, [name]: value })).toThrow(new RegExp(`^createVae: .*${name}`, 'i'));
  });
});

describe('classes that are called by numbers', () => {
  const model = () => tinyM2({ classNames: ['1', '2', '3'] });

  it('are not taken for indices where they are in an array without a type', async () => {
    const named = model();
    const numbers = Array.from(y, (k) => k + 1);
    await expect(evaluateClassifier(named, { x, y: numbers })).rejects.toThrow(
      'evaluateClassifier: y holds numbers in an array, and classes are called 1, 2, 3, needed names as texts: y.map(String)',
    );
    const byName = await evaluateClassifier(named, { x, y: numbers.map(String) });
    expect(byName).toEqual(await evaluateClassifier(named, { x, y: Int32Array.from(y) }));
    named.dispose();
    const plain = tinyM2({ classNames: ['0', '1', '2'] });
    expect((await evaluateClassifier(plain, { x, y: [...y] })).count).toBe(6);
    plain.dispose();
  });

  it('are not evaluated on inputs alone', async () => {
    const named = model();
    for (const inputs of [x, [...x], Float32Array.from(x)])
      await expect(evaluateClassifier(named, inputs as never)).rejects.toThrow(
        /^evaluateClassifier: data is .*, needed \{ x, y \}, such as a data set/,
      );
    named.dispose();
  });
});
