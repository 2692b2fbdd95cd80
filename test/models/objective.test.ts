import {
  add,
  exp,
  gather,
  mean,
  mul,
  type Scalar,
  softmax,
  stack,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tile,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { labeledElbo } from '../../src/bounds/labeledElbo';
import { logLabelPrior } from '../../src/bounds/labelPrior';
import type { Augment } from '../../src/core/batch';
import { createNoise, type Noise } from '../../src/core/noise';
import { constant, linearWarmup, type ScalarOrSchedule } from '../../src/core/schedules';
import { affine } from '../../src/data/affine';
import { sampleBeta } from '../../src/distributions/beta';
import * as categorical from '../../src/distributions/categorical';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { sampleGumbelSoftmax } from '../../src/distributions/gumbelSoftmax';
import { categoricalKl } from '../../src/divergences/categoricalKl';
import { crossEntropy } from '../../src/divergences/crossEntropy';
import { gaussianKl } from '../../src/divergences/gaussianKl';
import type { M2 } from '../../src/models/m2/model';
import type { KlWeight } from '../../src/models/objectives/klWeight';
import type { Objective, Terms } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import type { RegularizedOptions } from '../../src/models/objectives/settings';
import { supervised } from '../../src/models/objectives/supervised';
import { interpolationConsistency } from '../../src/regularizers/interpolationConsistency';
import { smoothLabels } from '../../src/regularizers/labelSmoothing';
import { mixup } from '../../src/regularizers/mixup';
import { mutualInformation } from '../../src/regularizers/mutualInformation';
import { smoothedLabelKl } from '../../src/regularizers/smoothedLabelKl';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { alive, CLASSES, CONV, LATENT, tinyExamples, tinyM2 } from '../support/tiny';
import { ofValue } from '../support/tolerance';

const PRIOR = [0.5, 0.3, 0.2];
const stepNoise = (): Noise => createNoise(6);
const batch = () => {
  const { x, y } = tinyExamples(4);
  return { labeled: { x, y }, unlabeled: { x: tinyExamples(5).x } };
};
const termsOf = (objective: Objective<M2>, model: M2, step = 0) =>
  objective(model, batch(), { step, noise: stepNoise() });

/** Fails unless every term of `expected` stands in `actual` with the same numbers. */
const expectTerms = async (actual: Terms | undefined, expected: Terms): Promise<void> => {
  for (const [name, term] of Object.entries(expected)) {
    expect(Object.keys(actual ?? {})).toContain(name);
    const found = actual?.[name] as Tensor;
    expectClose(Array.from(await found.data()), Array.from(await term.data()), 10 * ofValue());
  }
};

/** L(x, y) from the primitives, at the label given, with z drawn from `eps`. */
const boundAt = (model: M2, x: Tensor, y: Tensor, eps: Tensor) => {
  const q = model.encoderSeesLabel ? model.encode(x, y) : model.encode(x);
  const z = add(q.mean, mul(exp(mul(0.5, q.logVar)), eps));
  return labeledElbo({
    logLikelihood: model.likelihood.logProb(model.decode(z, y), x),
    latentKl: gaussianKl(q),
    logLabelPrior: logLabelPrior(y, model.labelPrior),
  });
};

const oneHot = (label: number, rows: number): Tensor =>
  tensor2d(Array.from({ length: rows }, () => [0, 1, 2].map((k) => (k === label ? 1 : 0))));

/** The draws of z that an objective makes for a part, by label: one for each row that its posterior has. */
const epsilonsOf = (model: M2, part: string, rows: number, exact: boolean): Tensor[] => {
  const stream = stepNoise().split(part).split('latent');
  if (!(exact && model.encoderSeesLabel)) {
    const eps = stream.normal([rows, LATENT]);
    return [0, 1, 2].map(() => eps);
  }
  const all = stream.normal([rows * CLASSES, LATENT]);
  const rowsOf = (k: number) =>
    tensor1d(
      Array.from({ length: rows }, (_, b) => b * CLASSES + k),
      'int32',
    );
  return [0, 1, 2].map((k) => gather(all, rowsOf(k)));
};

/** log p(x|z,y), KL, log p(y) and the bound at every label in turn, [B, K] each: no folding into the batch. */
const loopOverLabels = (model: M2, x: Tensor) => {
  const rows = x.shape[0] as number;
  const eps = epsilonsOf(model, 'unlabeled', rows, true);
  const bounds = eps.map((e, k) => boundAt(model, x, oneHot(k, rows), e));
  const column = (name: 'elbo' | 'logLikelihood' | 'latentKl' | 'logLabelPrior') =>
    stack(
      bounds.map((bound) => bound[name]),
      1,
    );
  return {
    elbo: column('elbo'),
    logLikelihood: column('logLikelihood'),
    latentKl: column('latentKl'),
    logLabelPrior: column('logLabelPrior'),
  };
};

const labeledByHand = (model: M2) => {
  const { x, y } = batch().labeled;
  const bound = boundAt(model, x, y, epsilonsOf(model, 'labeled', 4, false)[0] as Tensor);
  return { ...bound, crossEntropy: crossEntropy({ labels: y, logits: model.classify(x) }) };
};

const unlabeledByHand = (model: M2) => {
  const { x } = batch().unlabeled;
  const logits = model.classify(x);
  const expectation = (values: Tensor): Tensor => sum(mul(softmax(logits), values), 1);
  const loop = loopOverLabels(model, x);
  const labelEntropy = categorical.entropy(logits);
  return {
    elbo: add(expectation(loop.elbo), labelEntropy),
    logLikelihood: expectation(loop.logLikelihood),
    latentKl: expectation(loop.latentKl),
    logLabelPrior: expectation(loop.logLabelPrior),
    labelEntropy,
  };
};

/** Gradients of a mean in every trainable variable, by name; variables without one are left out. */
const gradientsOf = async (model: M2, f: () => Tensor): Promise<Record<string, number[]>> => {
  const trainable = Object.entries(model.variables).filter(([, { trainable }]) => trainable);
  const { grads } = variableGrads(
    () => mean(f()) as Scalar,
    trainable.map(([, variable]) => variable),
  );
  const named: Record<string, number[]> = {};
  for (const [name, variable] of trainable) {
    const gradient = grads[variable.name];
    if (gradient) named[name] = await read(gradient);
  }
  return named;
};

const MODELS = [
  ['mlp, q(z|x,y)', { labelPrior: PRIOR }],
  ['mlp, q(z|x)', { labelPrior: PRIOR, encoderSeesLabel: false }],
  ['conv, q(z|x)', { nets: CONV }],
  ['mlp, a fixed variance', { likelihood: gaussianObservation({ sigma: 0.5 }) }],
  ['conv, a learned variance', { nets: CONV, likelihood: gaussianObservation({ variance: 'learned' }) }],
] as const;

describe.each(MODELS)('semiSupervised of an M2 with %s', (_, options) => {
  cleanUpAfterEach();

  it('is on labeled examples the bound and the cross-entropy of the primitives', async () => {
    const model = tinyM2(options);
    const { labeled } = termsOf(semiSupervised(), model);
    const expected = labeledByHand(model);
    await expectTerms(labeled, { ...expected, objective: expected.elbo });
  });

  it('is on unlabeled examples the sum over labels of a loop over labels', async () => {
    const model = tinyM2(options);
    const { unlabeled } = termsOf(semiSupervised(), model);
    const expected = unlabeledByHand(model);
    await expectTerms(unlabeled, { ...expected, objective: expected.elbo });
  });

  it('has the gradients of the loop over labels', async () => {
    const model = tinyM2(options);
    const actual = await gradientsOf(
      model,
      () => termsOf(semiSupervised(), model).unlabeled?.objective as Tensor,
    );
    const expected = await gradientsOf(model, () => unlabeledByHand(model).elbo);
    expect(Object.keys(actual)).toEqual(Object.keys(expected));
    for (const [name, values] of Object.entries(expected))
      expectClose(actual[name] as number[], values, 40 * ofValue());
  });
});

describe.each(['gumbel', 'straight-through'] as const)('label handling %s', (labelHandling) => {
  cleanUpAfterEach();

  it.each([true, false])('is the bound at one sampled label, encoder sees it: %s', async (seen) => {
    const model = tinyM2({ encoderSeesLabel: seen, labelPrior: PRIOR });
    const temperature = (step: number): number => 1 / (1 + step);
    const { unlabeled } = termsOf(semiSupervised({ labelHandling, temperature }), model, 3);
    const { x } = batch().unlabeled;
    const logits = model.classify(x);
    const hard = labelHandling === 'straight-through';
    const noise = stepNoise().split('unlabeled').split('label');
    const y = sampleGumbelSoftmax(logits, { temperature: 0.25, hard, noise });
    const bound = boundAt(model, x, y, epsilonsOf(model, 'unlabeled', 5, false)[0] as Tensor);
    const labelEntropy = categorical.entropy(logits);
    await expectTerms(unlabeled, { ...bound, labelEntropy, elbo: add(bound.elbo, labelEntropy) });
  });

  it('lets the classifier learn through the sampled label', async () => {
    const model = tinyM2();
    const objective = semiSupervised({ labelHandling });
    const gradients = await gradientsOf(
      model,
      () => termsOf(objective, model).unlabeled?.objective as Tensor,
    );
    expect(Math.max(...(gradients['classifier/logits/bias'] as number[]).map(Math.abs))).toBeGreaterThan(
      1e-4,
    );
  });
});

describe('regularized', () => {
  cleanUpAfterEach();

  it.each<[string, RegularizedOptions]>([
    ['the defaults', {}],
    [
      'KL(q‖p̂) and the other spread',
      { labelSmoothing: { direction: 'q||labels', spread: 'uniform', epsilon: 0.2 } },
    ],
    ['the sum over labels under p̂', { labelSmoothing: { expectation: 'enumerate', epsilon: 0.3 } }],
    [
      'other weights of information and entropy',
      { mutualInformationWeight: 0.3, entropyPenalty: (step) => 0.1 * step },
    ],
    ['other weights of the label terms', { labelPriorKlWeight: 0.2, labelSmoothing: { weight: 3 } }],
    ['a small weight of the bound', { boundWeight: 0.01 }],
  ])('is made of the primitives, with %s', async (_, options) => {
    const model = tinyM2({ encoderSeesLabel: false, labelPrior: PRIOR });
    const { epsilon = 0.001, spread, direction, expectation, weight = 1 } = options.labelSmoothing ?? {};
    const { mutualInformationWeight: gamma = 1, boundWeight = 1, labelPriorKlWeight = 1 } = options;
    const beta = options.entropyPenalty === undefined ? 0.5 : 0.2;
    const { labeled, unlabeled } = termsOf(regularized(options), model, 2);
    const { x, y } = batch().labeled;
    const logits = model.classify(x);
    const bound = labeledByHand(model);
    const labelPriorKl = categoricalKl(logits, tile(tensor2d([PRIOR.map(Math.log)]), [4, 1]));
    const labelKl = smoothedLabelKl({
      labels: y,
      logits,
      epsilon,
      ...(spread && { spread }),
      ...(direction && { direction }),
    });
    const eps = epsilonsOf(model, 'labeled', 4, false)[0] as Tensor;
    const everywhere = stack(
      [0, 1, 2].map((k) => boundAt(model, x, oneHot(k, 4), eps).elbo),
      1,
    );
    const smoothed = smoothLabels(y, epsilon, spread && { spread });
    const expected = expectation === 'enumerate' ? sum(mul(smoothed, everywhere), 1) : bound.elbo;
    await expectTerms(labeled, {
      ...bound,
      labelPriorKl,
      labelKl,
      objective: sub(
        sub(mul(expected, boundWeight as number), mul(labelPriorKl, labelPriorKlWeight as number)),
        mul(labelKl, weight as number),
      ),
    });
    const plain = unlabeledByHand(model);
    const information = mutualInformation(model.classify(batch().unlabeled.x));
    await expectTerms(unlabeled, {
      ...plain,
      mutualInformation: information,
      objective: add(
        sub(mul(plain.elbo, boundWeight as number), mul(beta, plain.labelEntropy)),
        mul(gamma as number, information),
      ),
    });
  });

  it('is the semi-supervised objective with other defaults, to the bit', async () => {
    const model = tinyM2({ labelPrior: PRIOR });
    const off = {
      mutualInformationWeight: 0,
      entropyPenalty: 0,
      labelPriorKlWeight: 0,
      labelSmoothing: { weight: 0 },
    };
    const without = termsOf(regularized(off), model);
    const plain = termsOf(semiSupervised(), model);
    for (const part of ['labeled', 'unlabeled'] as const) {
      expect(Object.keys(without[part] ?? {}).sort()).toEqual(Object.keys(plain[part] ?? {}).sort());
      for (const [name, term] of Object.entries(plain[part] ?? {}))
        expect(await read(without[part]?.[name] as Tensor), name).toEqual(await read(term));
    }
  });

  it('takes the expectation over p̂ at the true label alone where p̂ is one-hot', async () => {
    // z is one draw for all labels only where the encoder sees none.
    const model = tinyM2({ encoderSeesLabel: false });
    const at = (expectation: 'enumerate' | 'true-label') =>
      termsOf(regularized({ labelSmoothing: { epsilon: 0, expectation } }), model).labeled
        ?.objective as Tensor;
    expectClose(await read(at('enumerate')), await read(at('true-label')));
  });

  it('leaves options that are undefined at their defaults', async () => {
    const model = tinyM2({ labelPrior: PRIOR });
    const objective = semiSupervised({ klWeight: undefined, boundWeight: undefined } as object);
    const { labeled } = termsOf(objective, model);
    expect(await read(labeled?.objective as Tensor)).toEqual(await read(labeled?.elbo as Tensor));
  });
});

describe('consistency', () => {
  cleanUpAfterEach();

  const options = { labelHandling: 'gumbel' } as const;
  const consistencyByHand = (model: M2, concentration: number, augment: Augment = (x) => x) => {
    const { x } = batch().unlabeled;
    const noise = stepNoise().split('unlabeled').split('consistency');
    const changed = augment(x, noise.split('augment'));
    const share = sampleBeta(5, { a: concentration, b: concentration, noise });
    const targets = mixup(softmax(model.classify(x)), share);
    return interpolationConsistency({ logits: model.classify(mixup(changed, share)), targets });
  };

  it.each([semiSupervised, regularized])(
    'is taken off the objective of unlabeled examples, by its weight',
    async (of) => {
      const model = tinyM2();
      const weight = linearWarmup({ steps: 4 });
      const consistent = termsOf(of({ ...options, consistency: { weight } }), model, 3);
      const plain = termsOf(of(options), model, 3);
      const { objective, ...parts } = plain.unlabeled as Record<string, Tensor>;
      const consistency = consistencyByHand(model, 2);
      await expectTerms(consistent.unlabeled, {
        ...parts,
        consistency,
        objective: sub(objective as Tensor, mul(0.75, consistency)),
      });
      await expectTerms(consistent.labeled, plain.labeled as Terms);
    },
  );

  it('draws the shares of its pairs from Beta(a, a)', async () => {
    const model = tinyM2();
    const { unlabeled } = termsOf(
      semiSupervised({ ...options, consistency: { weight: 1, concentration: 4 } }),
      model,
    );
    await expectTerms(unlabeled, { consistency: consistencyByHand(model, 4) });
  });

  it('is that of changed examples with the predictions of the unchanged, where there is a change', async () => {
    const model = tinyM2();
    const augment = affine({ rotation: 0.3, shift: 1 });
    const { unlabeled } = termsOf(semiSupervised({ ...options, consistency: { weight: 1, augment } }), model);
    const expected = consistencyByHand(model, 2, augment);
    await expectTerms(unlabeled, { consistency: expected });
    const [first = 0] = await read(sub(expected, consistencyByHand(model, 2)));
    expect(Math.abs(first)).toBeGreaterThan(1e-4);
  });

  it('refuses a change that is not a function', () => {
    const consistency = { weight: 1, augment: {} as Augment };
    expect(() => semiSupervised({ consistency })).toThrowError(
      new TypeError('semiSupervised: consistency.augment is Object, needed a function'),
    );
  });

  it('is left out at weight 0: the terms are those without it, to the bit', async () => {
    const model = tinyM2();
    const off = termsOf(semiSupervised({ ...options, consistency: { weight: 0 } }), model);
    const plain = termsOf(semiSupervised(options), model);
    expect(Object.keys(off.unlabeled ?? {})).toEqual(Object.keys(plain.unlabeled ?? {}));
    for (const [name, term] of Object.entries(plain.unlabeled ?? {}))
      expect(await read(off.unlabeled?.[name] as Tensor), name).toEqual(await read(term));
  });

  it('reaches the classifier alone, and no running statistics', async () => {
    const model = tinyM2({ nets: { ...CONV, norm: 'batch', sharedTrunk: false } });
    const objective = semiSupervised({ ...options, consistency: { weight: 1 } });
    const gradients = await gradientsOf(
      model,
      () => termsOf(objective, model).unlabeled?.consistency as Tensor,
    );
    expect(Object.keys(gradients).length).toBeGreaterThan(2);
    expect(Object.keys(gradients).every((name) => name.startsWith('classifier/'))).toBe(true);
    const statistics = async (of: Objective<M2>) => {
      const fresh = tinyM2({ nets: { ...CONV, norm: 'batch' } });
      termsOf(of, fresh);
      const moving = Object.entries(fresh.variables).filter(([, { trainable }]) => !trainable);
      return Promise.all(moving.map(([, variable]) => read(variable)));
    };
    expect(await statistics(objective)).toEqual(await statistics(semiSupervised(options)));
  });

  it('is part of the spec, by which a run is resumed, where there is any', () => {
    expect(semiSupervised({ consistency: { weight: 2 } }).spec).toEqual({
      ...(semiSupervised().spec as object),
      consistency: { concentration: 2, weight: 2 },
    });
    expect(semiSupervised({ consistency: { weight: 2, augment: affine({ shift: 1 }) } }).spec).toEqual({
      ...(semiSupervised().spec as object),
      consistency: { concentration: 2, weight: 2, augment: affine({ shift: 1 }).spec },
    });
  });
});

describe('weights of terms', () => {
  cleanUpAfterEach();

  it.each([
    ['semiSupervised', semiSupervised],
    ['regularized', regularized],
  ] as const)('are refused at the first step where one is named after no divergence: %s', (name, make) => {
    const model = tinyM2();
    expect(() => termsOf(make({ klWeight: { latntKl: 0 } }), model)).toThrowError(
      new RangeError(`${name}: klWeight.latntKl is not a divergence of the model, needed latentKl`),
    );
    model.dispose();
  });

  it.each<[string, (klWeight: ScalarOrSchedule) => KlWeight]>([
    ['one weight for all divergences', (weight) => weight],
    ['a weight by name', (weight) => ({ latentKl: weight })],
  ])('are read at the step: a KL warm-up moves the objective and not the bound, with %s', async (_, of) => {
    const model = tinyM2({ labelPrior: PRIOR });
    const objective = semiSupervised({ klWeight: of(linearWarmup({ steps: 10 })) });
    for (const [step, weight] of [
      [0, 0],
      [4, 0.4],
      [20, 1],
    ] as const) {
      const terms = termsOf(objective, model, step);
      for (const part of ['labeled', 'unlabeled'] as const) {
        const { objective: objective_, elbo, latentKl: kl } = terms[part] as Record<string, Tensor>;
        const missing = mul(kl as Tensor, 1 - weight);
        expectClose(
          await read(objective_ as Tensor),
          await read(add(elbo as Tensor, missing)),
          10 * ofValue(),
        );
      }
    }
  });

  /** Options whose weights all have a value: plain numbers, or schedules of them. */
  const weighted = (
    of: (value: number) => ScalarOrSchedule,
    value: (own: number) => number,
  ): RegularizedOptions => ({
    klWeight: { latentKl: of(value(0.3)) },
    boundWeight: of(0.7),
    entropyPenalty: of(value(0.2)),
    mutualInformationWeight: of(value(1.5)),
    labelPriorKlWeight: of(value(0.4)),
    labelSmoothing: { weight: of(value(0.6)), epsilon: 0.1, expectation: 'enumerate' },
    consistency: { weight: of(value(0.8)) },
    temperature: of(0.4),
  });

  it.each(
    (['enumerate', 'gumbel', 'straight-through'] as const).flatMap((labelHandling) =>
      (
        [
          ['', (own: number) => own],
          [', each of them 1', () => 1],
          [', each of them 0', () => 0],
        ] as const
      ).map(([name, value]) => [labelHandling, name, value] as const),
    ),
  )(
    'that are schedules have the values and gradients of the same numbers: %s%s',
    async (labelHandling, _, value) => {
      const model = tinyM2({ labelPrior: PRIOR });
      const of = (kind: (value: number) => ScalarOrSchedule) =>
        regularized({ labelHandling, ...weighted(kind, value) });
      const [actual, expected] = [of((own) => constant(own)), of((own) => own)];
      for (const part of ['labeled', 'unlabeled'] as const) {
        await expectTerms(termsOf(actual, model)[part], termsOf(expected, model)[part] as Terms);
        const gradients = (objective: Objective<M2>) =>
          gradientsOf(model, () => termsOf(objective, model)[part]?.objective as Tensor);
        const [found, wanted] = [await gradients(actual), await gradients(expected)];
        for (const [name, values] of Object.entries(found))
          expectClose(values, wanted[name] ?? values.map(() => 0), 40 * ofValue());
        expect(Object.keys(found)).toEqual(expect.arrayContaining(Object.keys(wanted)));
      }
    },
  );

  it('that are schedules keep their terms in the history at steps at which they are 0', () => {
    const model = tinyM2();
    const names = (weight: ScalarOrSchedule) =>
      Object.keys(termsOf(semiSupervised({ mutualInformationWeight: weight }), model).unlabeled ?? {});
    expect(names(0)).not.toContain('mutualInformation');
    expect(names(linearWarmup({ steps: 5 }))).toContain('mutualInformation');
  });

  it('of 0 leave a part of the model without any gradient', async () => {
    const model = tinyM2({ encoderSeesLabel: false });
    const objective = semiSupervised({ boundWeight: 0, entropyPenalty: 1 });
    const gradients = await gradientsOf(
      model,
      () => termsOf(objective, model).unlabeled?.objective as Tensor,
    );
    expect(Object.keys(gradients).every((name) => name.startsWith('classifier/'))).toBe(true);
  });
});

describe('supervised', () => {
  cleanUpAfterEach();

  it('is the cross-entropy, and reaches the classifier alone', async () => {
    const model = tinyM2();
    const { labeled, unlabeled } = termsOf(supervised(), model);
    expect([Object.keys(labeled ?? {}), unlabeled]).toEqual([['crossEntropy'], undefined]);
    await expectTerms(labeled, { crossEntropy: labeledByHand(model).crossEntropy });
    const gradients = await gradientsOf(
      model,
      () => termsOf(supervised(), model).labeled?.crossEntropy as Tensor,
    );
    expect(Object.keys(gradients).every((name) => name.startsWith('classifier/'))).toBe(true);
  });
});

describe('objectives', () => {
  cleanUpAfterEach();

  it.each<[string, Objective<M2>]>([
    ['semiSupervised', semiSupervised()],
    ['semiSupervised, gumbel', semiSupervised({ labelHandling: 'gumbel' })],
    ['regularized', regularized({ labelSmoothing: { expectation: 'enumerate', direction: 'q||labels' } })],
    ['regularized, consistency', regularized({ consistency: { weight: 1 } })],
    ['supervised', supervised()],
  ])('%s leaves its terms and nothing else, also when it throws', (_, objective) => {
    const model = tinyM2();
    const { labeled, unlabeled } = batch();
    const context = { step: 0, noise: stepNoise() };
    const before = alive();
    const terms = objective(model, { labeled, unlabeled }, context);
    const made = new Set([...Object.values({ ...terms.labeled }), ...Object.values({ ...terms.unlabeled })]);
    expect(alive().tensors - before.tensors).toBe(made.size);
    for (const term of made) term.dispose();
    const failing = {
      ...model,
      likelihood: {
        ...model.likelihood,
        logProb: () => {
          throw new Error('no');
        },
      },
      classify: model.classify,
      infer: () => {
        model.classify(labeled.x);
        throw new Error('no');
      },
    };
    expect(() => objective(failing, { labeled, unlabeled }, context)).toThrow('no');
    expect(alive()).toEqual(before);
  });

  it('see a part of a batch alone where there is no other', () => {
    const model = tinyM2();
    const { labeled, unlabeled } = batch();
    const context = { step: 0, noise: stepNoise() };
    expect(Object.keys(semiSupervised()(model, { labeled }, context))).toEqual(['labeled']);
    expect(Object.keys(semiSupervised()(model, { unlabeled }, context))).toEqual(['unlabeled']);
  });

  const needed = 'needed a number in (0, 1): KL(q‖p̂) is infinite where a smoothed label is 0';
  it.each<[string, () => unknown, string]>([
    [
      'ε = 0 with KL(q‖p̂)',
      () => regularized({ labelSmoothing: { direction: 'q||labels', epsilon: 0 } }),
      `regularized: labelSmoothing.epsilon is 0, ${needed}`,
    ],
    [
      'ε beyond 1',
      () => regularized({ labelSmoothing: { epsilon: 1.5 } }),
      'regularized: labelSmoothing.epsilon is 1.5, needed a number in [0, 1]',
    ],
    [
      'an unknown label handling',
      () => semiSupervised({ labelHandling: 'sample' as 'enumerate' }),
      'semiSupervised: labelHandling is "sample", needed one of "enumerate", "gumbel", "straight-through"',
    ],
    [
      'an unknown expectation',
      () => regularized({ labelSmoothing: { expectation: 'label' as 'enumerate' } }),
      'regularized: labelSmoothing.expectation is "label", needed one of "true-label", "enumerate"',
    ],
    [
      'an unknown direction',
      () => regularized({ labelSmoothing: { direction: 'both' as 'q||labels' } }),
      'regularized: labelSmoothing.direction is "both", needed one of "labels||q", "q||labels"',
    ],
    [
      'a temperature of 0',
      () => semiSupervised({ temperature: 0 }),
      'semiSupervised: temperature is 0, needed a schedule or a finite number of at least 1e-30, so that 1 / τ stays finite',
    ],
    [
      'a negative penalty',
      () => regularized({ entropyPenalty: -1 }),
      'regularized: entropyPenalty is -1, needed a schedule or a finite number of at least 0',
    ],
    [
      'a consistency without weight',
      () => semiSupervised({ consistency: {} as { weight: number } }),
      'semiSupervised: consistency.weight is undefined, needed a schedule or a finite number of at least 0',
    ],
    [
      'a concentration that is no integer',
      () => semiSupervised({ consistency: { weight: 1, concentration: 0.5 } }),
      'semiSupervised: consistency.concentration is 0.5, needed an integer of at least 1',
    ],
    [
      'a weight that is NaN',
      () => semiSupervised({ klWeight: { latentKl: Number.NaN } }),
      'semiSupervised: klWeight.latentKl is NaN, needed a schedule or a finite number of at least 0',
    ],
    [
      'a weight of no divergence',
      () => semiSupervised({ klWeight: { logLikelihood: 1 } }),
      'semiSupervised: klWeight.logLikelihood is not a divergence, needed the name of a term such as latentKl',
    ],
    [
      'weights of nothing',
      () => semiSupervised({ klWeight: {} }),
      'semiSupervised: klWeight is empty, needed a number, a schedule, or weights by the names of terms such as latentKl',
    ],
  ])('refuse %s before any step', (_, make, message) => {
    expect(make).toThrowError(new RangeError(message));
  });
});
