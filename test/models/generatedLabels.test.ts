import {
  clone,
  keep,
  mean,
  mul,
  type Scalar,
  type Tensor,
  tensor1d,
  tidy,
  variableGrads,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import type { M2 } from '../../src/models/m2/model';
import { generatedLabelTerm, labelsInTurn } from '../../src/models/objectives/generatedLabels';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import type { SemiSupervisedOptions } from '../../src/models/objectives/settings';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose, read, readRows } from '../support/numbers';
import {
  alive,
  CONV,
  MLP,
  tinyBatches,
  tinyExamples,
  tinyM1M2,
  tinyM2,
  tinyMarginal,
  weightsOf,
} from '../support/tiny';
import { ofValue } from '../support/tolerance';

const stepNoise = () => createNoise(6);
const batch = () => ({ labeled: tinyExamples(4), unlabeled: { x: tinyExamples(5).x } });
const PRIOR = [0.5, 0.25, 0.25];
const NORMED = { ...MLP, norm: 'batch' } as const;

/** Terms of a step and the gradients of the mean objective of unlabeled examples, by name. */
const stepOf = async (model: M2, options: SemiSupervisedOptions, step = 3) => {
  const objective = semiSupervised(options);
  const terms: Record<string, number[]> = {};
  const kept: [string, Tensor][] = [];
  const { grads } = variableGrads(() => {
    const { labeled, unlabeled } = objective(model, batch(), { step, noise: stepNoise() });
    for (const [part, named] of Object.entries({ labeled, unlabeled }))
      for (const [name, term] of Object.entries(named ?? {}))
        kept.push([`${part}.${name}`, keep(clone(term))]);
    return mean(unlabeled?.objective as Tensor) as Scalar;
  }, trainableOf(model));
  for (const [name, term] of kept) terms[name] = await read(term);
  return { terms, gradients: await gradientsOf(model, grads) };
};

const trainableOf = ({ variables }: M2) => Object.values(variables).filter(({ trainable }) => trainable);

const gradientsOf = async (
  { variables }: M2,
  grads: Readonly<Record<string, Tensor>>,
): Promise<Record<string, number[]>> => {
  const named: Record<string, number[]> = {};
  for (const [name, variable] of Object.entries(variables)) {
    const gradient = grads[variable.name];
    if (gradient) named[name] = await read(gradient);
  }
  return named;
};

/** R and its gradients alone. */
const termOf = async (model: M2, count = 6) => {
  let value: Tensor | undefined;
  const { grads } = variableGrads(() => {
    const term = generatedLabelTerm(model, count, stepNoise());
    value = keep(clone(term));
    return term;
  }, trainableOf(model));
  const [found = Number.NaN] = await read(value as Tensor);
  return { value: found, gradients: await gradientsOf(model, grads) };
};

const largest = (values: readonly number[] = []): number => Math.max(0, ...values.map(Math.abs));

describe('the labels of generated examples', () => {
  cleanUpAfterEach();
  const counted = async (prior: readonly number[], count: number, seed: number): Promise<number[]> => {
    const rows = await readRows(labelsInTurn(prior, count, createNoise(seed)));
    for (const row of rows) expect([...row].sort()).toEqual([...prior.slice(1).map(() => 0), 1]);
    return prior.map((_, k) => rows.reduce((total, row) => total + (row[k] as number), 0));
  };

  it('are each class as often, with a uniform prior', async () => {
    for (const seed of [1, 2, 3])
      expect(await counted([0.25, 0.25, 0.25, 0.25], 12, seed)).toEqual([3, 3, 3, 3]);
  });

  it('are different ones where there are fewer than classes, and every class in turn over the steps', async () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 30; seed++) {
      const counts = await counted([0.2, 0.2, 0.2, 0.2, 0.2], 2, seed);
      expect(Math.max(...counts)).toBe(1);
      for (const [k, count] of counts.entries()) if (count > 0) seen.add(k);
    }
    expect(seen.size).toBe(5);
  });

  it('are drawn from another prior: count·π, rounded up or down, and count·π in the mean', async () => {
    const prior = [0.55, 0.3, 0.15];
    const totals = [0, 0, 0];
    for (let seed = 0; seed < 200; seed++)
      for (const [k, count] of (await counted(prior, 7, seed)).entries()) {
        expect(Math.abs(count - 7 * (prior[k] as number))).toBeLessThan(1);
        totals[k] = (totals[k] as number) + count / 200;
      }
    for (const [k, probability] of prior.entries()) expect(totals[k]).toBeCloseTo(7 * probability, 1);
  });
});

describe('the generated-label term', () => {
  cleanUpAfterEach();

  it.each([
    ['mlp', { nets: MLP }],
    ['mlp with batch norm', { nets: NORMED }],
    ['conv on a shared trunk', { nets: { ...CONV, norm: 'batch' } }],
    ['a Gaussian of learned variance', { likelihood: gaussianObservation({ variance: 'learned' }) }],
  ] as const)('has no gradient but in the decoder: %s', async (_, options) => {
    const model = tinyM2(options);
    const { gradients } = await termOf(model);
    for (const [name, values] of Object.entries(gradients))
      if (!name.startsWith('decoder/')) expect(largest(values), name).toBe(0);
    expect(largest(gradients['decoder/hidden/labelKernel'])).toBeGreaterThan(1e-6);
  });

  it.each([
    ['the conditional VAE, learned priors', tinyMarginal, { classPrior: true }, /^(decoder|prior)\//],
    ['one-stage M1+M2', tinyM1M2, {}, /^(decoder|featurePrior)\//],
  ] as const)('has no gradient but in the generative model: %s', async (_, create, options, generative) => {
    const model = create(options);
    const { gradients } = await termOf(model as never);
    for (const [name, values] of Object.entries(gradients))
      if (!generative.test(name)) expect(largest(values), name).toBe(0);
    for (const part of ['decoder', 'rior'])
      expect(
        Object.entries(gradients).some(([name, values]) => name.includes(part) && largest(values) > 1e-9),
        part,
      ).toBe(true);
    model.dispose();
  });

  it('has the value and the decoder’s gradient of the cross-entropy of what is generated', async () => {
    const model = tinyM2({ labelPrior: PRIOR });
    const found = await termOf(model);
    let value: Tensor | undefined;
    const { grads } = variableGrads(() => {
      const y = labelsInTurn(PRIOR, 6, stepNoise().split('label'));
      const x = model.sampleMean(y, { noise: stepNoise() });
      const term = mul(-1, mean(crossEntropy({ labels: y, logits: model.classify(x) }))) as Scalar;
      value = keep(clone(term));
      return term;
    }, trainableOf(model));
    expectClose([found.value], await read(value as Tensor), ofValue());
    const expected = await gradientsOf(model, grads);
    expect(largest(expected['classifier/logits/kernel'])).toBeGreaterThan(1e-6);
    for (const [name, values] of Object.entries(expected))
      if (name.startsWith('decoder/')) expectClose(found.gradients[name] ?? [], values, 10 * ofValue());
  });

  it.each([
    ['−log K for a uniform classifier', [1 / 3, 1 / 3, 1 / 3], [0, 0, 0]],
    ['Σ π log q̄ for a constant one', PRIOR, [1, -0.5, 0.25]],
  ])('is %s', async (_, labelPrior, bias) => {
    const model = tinyM2({ labelPrior });
    const { 'classifier/logits/kernel': kernel, 'classifier/logits/bias': offset } = model.variables;
    tidy(() => kernel?.assign(zerosLike(kernel)));
    tidy(() => offset?.assign(tensor1d(bias)));
    const { value, gradients } = await termOf(model, 12);
    const mass = bias.reduce((total, logit) => total + Math.exp(logit), 0);
    const expected = labelPrior.reduce(
      (total, p, k) => total + p * ((bias[k] as number) - Math.log(mass)),
      0,
    );
    expectClose([value], [expected], ofValue());
    for (const values of Object.values(gradients)) expect(largest(values)).toBe(0);
  });

  it.each([
    ['nothing', undefined],
    ['the weight 0', { weight: 0, count: 7 }],
  ] as const)('is left out, to the last bit, with %s', async (_, generatedLabels) => {
    const plain = await stepOf(tinyM2({ nets: NORMED }), {});
    const found = await stepOf(tinyM2({ nets: NORMED }), generatedLabels ? { generatedLabels } : {});
    expect(found).toEqual(plain);
  });

  it('stands once in a step, with its weight times √D', async () => {
    const [model, plain] = [tinyM2({ nets: NORMED }), tinyM2({ nets: NORMED })];
    const before = await stepOf(plain, {});
    const { terms } = await stepOf(model, {
      generatedLabels: { weight: linearWarmup({ to: 12, steps: 6 }), count: 6 },
    });
    expect(Object.keys(terms).filter((name) => name.includes('generated'))).toEqual([
      'unlabeled.generatedLabels',
    ]);
    const [term = Number.NaN] = terms['unlabeled.generatedLabels'] ?? [];
    expect(term).toBeLessThan(0);
    const expected = (before.terms['unlabeled.objective'] ?? []).map(
      (value) => value + 6 * Math.sqrt(64) * term,
    );
    expectClose(terms['unlabeled.objective'] ?? [], expected, 10 * ofValue());
    expect(terms['labeled.objective']).toEqual(before.terms['labeled.objective']);
    // Batch norm of the decoder has seen the same examples, and no generated ones.
    expect(await weightsOf(model)).toEqual(await weightsOf(plain));
  });

  it('is in the labeled part where no example is unlabeled', async () => {
    const objective = semiSupervised({ generatedLabels: { weight: 1 } });
    const terms = objective(tinyM2(), { labeled: batch().labeled }, { step: 0, noise: stepNoise() });
    expect(terms.labeled?.generatedLabels?.shape).toEqual([]);
  });

  it('rises in training, leaves no tensor behind, and is in the history', async () => {
    const model = tinyM2({ nets: NORMED });
    const optimizer = createAdam({ learningRate: 0.02 });
    const options = { batches: tinyBatches(), optimizer, seed: createNoise(4) };
    const objective = regularized({ generatedLabels: { weight: 20, count: 9 } });
    await train(model, { ...options, objective, epochs: 1 });
    const before = alive();
    const { history } = await train(model, { ...options, objective, epochs: 6, seed: createNoise(5) });
    expect(alive()).toEqual(before);
    const curve = history.map((row) => row['unlabeled.generatedLabels'] ?? Number.NaN);
    expect(curve.at(-1)).toBeGreaterThan(curve[0] as number);
    optimizer.dispose();
  });

  it('asks for a model that has sampleMean, before the first step', async () => {
    const { sampleMean: _, ...model } = tinyM2();
    const run = (weight: number) =>
      train(model as M2, {
        objective: semiSupervised({ generatedLabels: { weight } }),
        batches: tinyBatches(),
        epochs: 1,
        seed: 1,
      });
    await expect(run(1)).rejects.toThrow(
      new TypeError('train: the model has no sampleMean(), needed by semiSupervised({ generatedLabels })'),
    );
    await expect(run(0)).resolves.toBeDefined();
  });

  it.each([
    [{ weight: -1 }, 'generatedLabels.weight is -1'],
    [{ weight: 1, count: 0 }, 'generatedLabels.count is 0'],
    [{}, 'generatedLabels.weight is undefined'],
    [{ weight: 1, codes: 3 }, 'generatedLabels.codes is not an option'],
  ])('refuses %j', (generatedLabels, message) => {
    expect(() => semiSupervised({ generatedLabels } as SemiSupervisedOptions)).toThrow(
      `semiSupervised: ${message}`,
    );
  });
});
