import { readFileSync } from 'node:fs';
import { expandDims, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import type { Support } from '../../src/core/support';
import { createDataset, type Dataset } from '../../src/data/dataset';
import * as bernoulli from '../../src/distributions/bernoulli';
import type { Classifier, Model } from '../../src/models/model';
import type { Objective } from '../../src/models/objectives/objective';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import { checkModel, type ModelChecksOptions, modelChecks } from '../../src/testing';
import { constantInputs, examplesFor } from '../../src/testing/examples';
import { cleanUpAfterEach } from '../support/numbers';
import { alive } from '../support/tiny';
import { type TinyVae, tinyObjective, tinyVae } from './tinyVae';

const options = { objective: tinyObjective };

const namesOf = (create: (seed: number) => TinyVae): string[] =>
  modelChecks(create, options).map(({ name }) => name);

/** Examples of the tiny model's shape. */
const examplesOf = (count: number, { shape = [4], classes = 3 } = {}): Dataset =>
  createDataset({
    name: 'given',
    x: createNoise(1).uniforms(count * shape.reduce((product, size) => product * size, 1)),
    y: Uint8Array.from({ length: count }, (_, i) => (i < count - 1 ? 0 : classes - 1)),
    shape,
    classes,
  });

describe('modelChecks', () => {
  cleanUpAfterEach();

  it('name an async objective, and look after its rejection', async () => {
    const objective = (async () => {
      throw new Error('nobody waits for this');
    }) as never as Objective<TinyVae>;
    await expect(checkModel(tinyVae, { objective })).rejects.toThrowError(
      'checkModel: the objective gives a Promise, needed its result at once: no async function',
    );
  });

  it('are the lines of the table in docs/reliability.md, in its order', () => {
    const blocks = readFileSync('docs/reliability.md', 'utf8').split('\n\n');
    const table = blocks.find((block) => block.startsWith('| check |')) ?? '';
    const lines = [...table.matchAll(/^\| (.*?) \| .* \|$/gm)].map(([, first]) => first);
    expect(lines).toEqual(['check', ...namesOf(tinyVae)]);
  });

  it('are those that a model can be asked', () => {
    const all = namesOf(tinyVae);
    const without = (...names: (keyof TinyVae)[]) =>
      namesOf((seed) => {
        const model = { ...tinyVae(seed) };
        for (const name of names) delete model[name];
        return model;
      });
    const classifiers = without('generate');
    const any = without('classify', 'embed');
    expect(all.filter((name) => !classifiers.includes(name))).toEqual([
      'embed gives codes, [B, Z]',
      'the bound is the log-likelihood less the divergences, row by row',
      'logWeight is the bound in expectation',
      'generate gives as many examples as asked for',
      'reconstruct gives an example for each input',
      'generate draws from its seed alone',
      'the bound draws from its noise alone',
    ]);
    expect(classifiers.filter((name) => !any.includes(name))).toEqual([
      'classify gives logits, [B, K]',
      'gives an example the same values in any batch',
      'gives the same values each time',
      'evaluation leaves the variables as they are',
      'its functions leave nothing but their results',
    ]);
  });

  it('can be run alone, in any order', async () => {
    for (const { run } of [...modelChecks(tinyVae, options)].reverse()) await run();
  });

  const given = (changed: Partial<ModelChecksOptions<TinyVae>>) => () =>
    modelChecks(tinyVae, { ...options, ...changed });
  const making = (changed: object) => () =>
    modelChecks((seed) => ({ ...tinyVae(seed), ...changed }) as TinyVae, options);
  const needed = 'needed a Model: inputShape, variables, spec, dispose';
  it.each<[string, () => unknown, Error]>([
    [
      'a model instead of a function',
      () => modelChecks({} as typeof tinyVae, options),
      new TypeError('modelChecks: create is Object, needed a function of a seed that makes a model'),
    ],
    [
      'a function that makes none',
      () => modelChecks((() => undefined) as unknown as typeof tinyVae, options),
      new TypeError(`modelChecks: create gives undefined, ${needed}`),
    ],
    [
      'a shape that is none',
      making({ inputShape: [] }),
      new TypeError(`modelChecks: the model's inputShape is an array of 0, ${needed}`),
    ],
    [
      'classes that are none',
      making({ classes: 0 }),
      new TypeError(`modelChecks: the model's classes is 0, ${needed}`),
    ],
    [
      'no variables',
      making({ variables: undefined }),
      new TypeError(`modelChecks: the model's variables are undefined, ${needed}`),
    ],
    [
      'no options',
      () => modelChecks(tinyVae, undefined as unknown as typeof options),
      new TypeError('modelChecks: options is undefined, needed an object'),
    ],
    [
      'no objective',
      given({ objective: [] }),
      new TypeError(
        'modelChecks: objective is an array of 0, needed a function such as semiSupervised(), or phases',
      ),
    ],
    [
      'an objective that is not called',
      given({ objective: semiSupervised as never }),
      new TypeError(
        'modelChecks: objective is semiSupervised itself, needed what it makes: semiSupervised({ … })',
      ),
    ],
    [
      'an objective of a phase that is not called',
      given({ objective: [{ name: 'a', variables: ['encoder'], objective: semiSupervised as never }] }),
      new TypeError(
        'modelChecks: objective[0].objective is semiSupervised itself, needed what it makes: semiSupervised({ … })',
      ),
    ],
    [
      'a phase that is none',
      given({ objective: [null as never] }),
      new TypeError('modelChecks: objective[0] is null, needed an object'),
    ],
    [
      'a tolerance below 0',
      given({ tolerance: -1 }),
      new RangeError('modelChecks: tolerance is -1, needed a number of at least 0'),
    ],
    [
      'a name of no variable',
      given({ untouched: ['critic'] }),
      new RangeError(
        'modelChecks: untouched[0] is "critic", needed the beginning of a variable\'s name: classifier, encoder, decoder',
      ),
    ],
    [
      'examples of another shape',
      given({ examples: examplesOf(9, { shape: [2, 2] }) }),
      new RangeError("modelChecks: examples have the shape [2,2], needed [4], the model's inputShape"),
    ],
    [
      'examples of other classes',
      given({ examples: examplesOf(9, { classes: 2 }) }),
      new RangeError("modelChecks: examples have 2 classes, needed 3, the model's classes"),
    ],
    [
      'too few examples',
      given({ examples: examplesOf(7) }),
      new RangeError('modelChecks: examples are 7, needed at least 8'),
    ],
  ])('refuse %s', (_, call, error) => {
    expect(call).toThrowError(error);
  });
});

describe('checkModel', () => {
  cleanUpAfterEach();

  it('gives the names of the checks that hold, and leaves nothing', async () => {
    const before = alive();
    expect(await checkModel(tinyVae, options)).toEqual(namesOf(tinyVae));
    expect(alive()).toEqual(before);
  });

  it('runs all, and names every one that fails in one error', async () => {
    const create = (seed: number): TinyVae => {
      const model = tinyVae(seed);
      return {
        ...model,
        spec: { rate: Number.NaN },
        generate: ([label = 0], draws) => model.generate([label], draws),
      };
    };
    const before = alive();
    const error = await checkModel(create, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AggregateError);
    const { message, errors } = error as AggregateError;
    expect(message).toBe(
      [
        'checkModel: 3 of 35 checks fail',
        '- has a spec that is JSON: spec.rate is NaN, needed a value that JSON holds',
        '- generate gives as many examples as asked for: generate has shape [1,4], needed [5,4]',
        '- takes a shorter last batch: generate has shape [1,4], needed [5,4]',
      ].join('\n'),
    );
    expect(errors).toHaveLength(3);
    expect(alive()).toEqual(before);
  });

  it('names a term with an axis too many as training does', async () => {
    const objective: Objective<TinyVae> = (model, batch, context) => {
      const { labeled, unlabeled } = tinyObjective(model, batch, context);
      const widened = labeled && { ...labeled, elbo: expandDims(labeled.elbo as Tensor, 1) };
      return { ...(widened && { labeled: widened }), ...(unlabeled && { unlabeled }) };
    };
    await expect(checkModel(tinyVae, { objective })).rejects.toThrow(
      '- the objective gives finite terms, [B] or scalar: labeled.elbo has shape [4,1], needed [4], a value for each example, or a scalar',
    );
  });

  it('names a function that gives nothing', async () => {
    const create = (seed: number) => ({
      ...tinyVae(seed),
      reconstruct: () => undefined as unknown as Tensor,
    });
    await expect(checkModel(create, options)).rejects.toThrow(
      '- reconstruct gives an example for each input: reconstruct is undefined, needed a tensor',
    );
  });

  it('says which untouched variables move', async () => {
    await expect(checkModel(tinyVae, { ...options, untouched: ['enc'] })).rejects.toThrow(
      '1 of 35 checks fail\n- training moves every trainable variable: training moves encoder, needed them as they were: the option untouched names them',
    );
  });

  it('takes an objective that refuses a batch in so many words', async () => {
    const objective: Objective<TinyVae> = (model, batch, context) => {
      if (!batch.labeled || !batch.unlabeled) throw new RangeError('mine: needed examples of both kinds');
      return tinyObjective(model, batch, context);
    };
    await checkModel(tinyVae, { objective });
  });

  it('takes examples of which some classes are unknown, and refuses those of which all are', async () => {
    const whole = examplesOf(12);
    const some = createDataset({ ...whole, y: Array.from(whole.y, (k, i) => (i % 4 === 3 ? k : -1)) });
    await checkModel(tinyVae, { ...options, examples: some });
    const none = createDataset({ ...whole, y: Array.from(whole.y, () => -1) });
    expect(() => modelChecks(tinyVae, { ...options, examples: none })).toThrow(
      'modelChecks: examples have no known class, needed some',
    );
    const many = examplesOf(300);
    const noneOfMany = createDataset({ ...many, y: Array.from(many.y, () => -1) });
    expect(() => modelChecks(tinyVae, { ...options, examples: noneOfMany })).toThrow('have no known class');
  });

  it('takes your own examples, some classes missing', async () => {
    await checkModel(tinyVae, { ...options, examples: examplesOf(8) });
  });

  it('passes on what making a model throws', async () => {
    const create = (): TinyVae => {
      throw new Error('no weights');
    };
    await expect(checkModel(create, options)).rejects.toThrowError(new Error('no weights'));
  });

  it('takes a model that is no more than a model or a classifier', async () => {
    const plain = (seed: number): Model & Pick<TinyVae, 'weights' | 'labelPrior'> => {
      const { inputShape, classes, variables, spec, dispose, weights, labelPrior } = tinyVae(seed);
      return { inputShape, classes, variables, spec, dispose, weights, labelPrior };
    };
    const objective = tinyObjective as Objective<ReturnType<typeof plain>>;
    expect(await checkModel(plain, { objective })).toHaveLength(23);
    const classifier = (seed: number): Classifier & ReturnType<typeof plain> => {
      const { inputShape, classes, variables, spec, dispose, weights, labelPrior, classify } = tinyVae(seed);
      return { inputShape, classes, variables, spec, dispose, weights, labelPrior, classify };
    };
    expect(await checkModel(classifier, { objective })).toHaveLength(28);
  });
});

describe('examples to check on', () => {
  cleanUpAfterEach();

  const modelOf = (support?: Support): TinyVae => ({
    ...tinyVae(1),
    likelihood: { ...bernoulli, ...(support ? { support } : { support: { min: 0, max: 1 } }) },
  });
  const open = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  it.each<[string, Support]>([
    ['an interval', { min: 0.3, max: 0.7 }],
    ['what is above a bound', { ...open, min: 0.1 }],
    ['what is below a bound', { ...open, max: -2 }],
    ['every number', open],
  ])('lie in %s, where the likelihood does', (_, support) => {
    const model = modelOf(support);
    const { dataset } = examplesFor(model, options);
    for (const values of [dataset.x, constantInputs(model, 0, 2), constantInputs(model, 1, 2)]) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(support.min);
      expect(Math.max(...values)).toBeLessThanOrEqual(support.max);
    }
    expect(new Set(dataset.x).size).toBeGreaterThan(10);
  });

  it('hold each class among the labeled, where there are examples of it', () => {
    const { dataset, labeled, unlabeled } = examplesFor(tinyVae(1), {
      ...options,
      examples: examplesOf(100),
    });
    expect([labeled, unlabeled, dataset.count]).toEqual([4, 5, 9]);
    expect(Array.from(dataset.y.subarray(0, labeled))).toEqual([0, 2, 0, 0]);
  });
});
