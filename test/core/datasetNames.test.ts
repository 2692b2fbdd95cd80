import { describe, expect, it } from 'vitest';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import { gatherInputs } from '../../src/data/gather';
import { splitDataset } from '../../src/data/split';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { createM2 } from '../../src/models/m2/model';
import { cleanUpAfterEach } from '../support/numbers';
import { tinyBatches, tinyDataset, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const of = (more: object) => ({ ...tinyDataset(), ...more });

describe('a misspelled name in a data set', () => {
  it.each([
    ['wieght', 'weight'],
    ['Weight', 'weight'],
    ['weigths', 'weight'],
    ['byts', 'bytes'],
    ['classnames', 'classNames'],
    ['class_names', 'classNames'],
    ['alowed', 'allowed'],
    ['observd', 'observed'],
    ['covariate', 'covariates'],
  ])('is refused wherever data sets are taken: %s', async (key, meant) => {
    const end = `.${key} is not a part of a data set, needed another name: did you mean ${meant}?`;
    const misspelled = of({ [key]: [] });
    expect(() => tinyBatches({ dataset: misspelled })).toThrow(
      new RangeError(`createBatches: dataset${end}`),
    );
    expect(() => createM2({ data: misspelled })).toThrow(new RangeError(`createM2: data${end}`));
    expect(() => splitDataset(misspelled, { seed: 1 })).toThrow(
      new RangeError(`splitDataset: dataset${end}`),
    );
    expect(() => gatherInputs(misspelled, [0])).toThrow(new RangeError(`gatherInputs: dataset${end}`));
    const model = tinyM2();
    await expect(evaluateClassifier(model, misspelled)).rejects.toThrow(`evaluateClassifier: data${end}`);
    await expect(evaluateElbo(model, misspelled, { seed: 1 })).rejects.toThrow(`evaluateElbo: data${end}`);
    model.dispose();
  });

  it('is none where the right name is there too, or the word is another', () => {
    const weight = new Float32Array(30).fill(1);
    for (const more of [
      { weight, weights: 1 },
      { height: 8, width: 8, names: [], counts: [], id: 1, z: 1, rows: 1, source: 'a', class: 1, labels: [] },
      { ['k'.repeat(1e6)]: 1 },
    ])
      expect(() => tinyBatches({ dataset: of(more) })).not.toThrow();
    expect(() =>
      createBatches({
        dataset: { ...of({ names: [] }), weight: undefined } as never,
        split: { labeled: Int32Array.of(0), unlabeled: Int32Array.of(1) },
        batchSize: { labeled: 1, unlabeled: 1 },
        seed: 1,
      }),
    ).not.toThrow();
  });

  it('is refused by createDataset as any name too many', () => {
    expect(() => createDataset(of({ wieght: [] }))).toThrow(
      /^createDataset: wieght is not an option, needed name, x/,
    );
  });
});

describe('symbols', () => {
  it('are refused as names and labels in the library’s words', async () => {
    const symbol = Symbol('s') as never;
    const y = [symbol, ...Array.from(tinyDataset().y).slice(1)];
    expect(() => createDataset({ ...of({}), name: symbol })).toThrow(
      'createDataset: name is Symbol(s), needed a text',
    );
    expect(() => gatherInputs(of({ name: symbol }) as never, [99])).toThrow(
      'gatherInputs: dataset is Object, needed a data set, such as createDataset makes',
    );
    expect(() => createDataset({ ...of({}), y })).toThrow(
      'createDataset: y[0] is Symbol(s), needed an integer',
    );
    const model = tinyM2();
    await expect(evaluateClassifier(model, { x: tinyDataset().x, y })).rejects.toThrow(
      'evaluateClassifier: y[0] is Symbol(s), needed an integer',
    );
    model.dispose();
  });
});
