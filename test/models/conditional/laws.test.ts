/** Laws of conditional VAEs: what they reduce to, and what changes nothing. */
import {
  add,
  exp,
  fill,
  gather,
  mul,
  reshape,
  slice,
  type Tensor,
  tensor,
  tile,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../../src/bounds/everyLabel';
import { createNoise } from '../../../src/core/noise';
import type { Gaussian } from '../../../src/distributions/gaussian';
import { bayesClassifier } from '../../../src/models/bayesClassifier';
import type { MarginalConditionalVae } from '../../../src/models/conditional/model';
import { type Model, partsOf } from '../../../src/models/model';
import { regularized, semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { dropLabels } from '../../../src/regularizers/dropLabels';
import { cleanUpAfterEach, expectClose, read } from '../../support/numbers';
import { CLASSES, LATENT, tinyExamples, tinyM1, tinyM2, tinyMarginal, tinyToken } from '../../support/tiny';
import { withDrawnPrior } from './drawnPrior';

cleanUpAfterEach();

const noise = createNoise(5);

/** Labels [B, K] with a column for the token. */
const withToken = (y: Tensor): Tensor => dropLabels(y, { rate: 0, noise });

/** Gives a model the variables of another, each as a function changes it. */
const copy = (from: Model, to: Model, change = (_: string, value: Tensor): Tensor => value): void => {
  for (const [name, variable] of Object.entries(to.variables))
    variable.assign(change(name, from.variables[name] as Tensor) as never);
};

const rowsOf = async (terms: Readonly<Record<string, Tensor | undefined>>) =>
  Object.fromEntries(
    await Promise.all(
      Object.entries(terms).map(
        async ([name, term]) => [name, await read((term as Tensor).clone())] as const,
      ),
    ),
  );

describe('a conditional VAE that sums over missing labels', () => {
  it('is an M2 where the prior of the code is N(0, I): the same terms at the same draws', async () => {
    const { x, y } = tinyExamples(4);
    const [ours, m2] = [tinyMarginal({ classPrior: false }), tinyM2()];
    copy(m2, ours);
    for (const objective of [semiSupervised(), semiSupervised({ labelHandling: 'gumbel' }), regularized()]) {
      const terms = objective(ours, { labeled: { x, y: y as never }, unlabeled: { x } }, { step: 0, noise });
      const expected = objective(m2, { labeled: { x, y: y as never }, unlabeled: { x } }, { step: 0, noise });
      for (const part of ['labeled', 'unlabeled'] as const)
        expect(await rowsOf(terms[part] ?? {})).toEqual(await rowsOf(expected[part] ?? {}));
    }
  });

  it.each([true, false])(
    'is an M2 at its first step, as its table is 0 (q(z|x,y): %s)',
    async (encoderSeesLabel) => {
      const { x } = tinyExamples(3);
      const [ours, m2] = [tinyMarginal({ encoderSeesLabel }), tinyM2({ encoderSeesLabel })];
      copy(m2, ours, (name, value) => value ?? zeros((ours.variables[name] as Tensor).shape));
      const at = (model: MarginalConditionalVae | typeof m2) =>
        rowsOf(model.infer(x, { noise, logWeight: true }).bound(everyLabel(3, CLASSES)));
      const [found, expected] = [await at(ours), await at(m2)];
      for (const [name, values] of Object.entries(expected)) expectClose(found[name] as number[], values);
    },
  );

  it('has a divergence of exactly 0 where q(z|x,y) is p(z|y)', async () => {
    const { x, y } = tinyExamples(CLASSES);
    const model = withDrawnPrior(tinyMarginal());
    // The head's kernel is 0, so q is its bias: one class at a time.
    for (const head of ['mean', 'logVar']) {
      const kernel = model.variables[`encoder/${head}/kernel`];
      kernel?.assign(zeros(kernel.shape));
    }
    for (let k = 0; k < CLASSES; k++) {
      const one = gather(everyLabel(1, CLASSES), [k, k, k]);
      const { mean, logVar }: Gaussian = model.priorAt(slice(one, 0, 1));
      model.variables['encoder/mean/bias']?.assign(reshape(mean, [LATENT]) as never);
      model.variables['encoder/logVar/bias']?.assign(reshape(logVar, [LATENT]) as never);
      expect(await read(model.infer(x, { noise }).bound(one).latentKl)).toEqual([0, 0, 0]);
    }
    expect(Math.min(...(await read(model.infer(x, { noise }).bound(y).latentKl)))).toBeGreaterThanOrEqual(0);
  });

  it('has unchanged terms where classes and all their parameters change places', async () => {
    const { x, y } = tinyExamples(4);
    const order = [2, 0, 1];
    const labelPrior = [0.5, 0.3, 0.2];
    const model = withDrawnPrior(tinyMarginal({ labelPrior }));
    const other = tinyMarginal({ labelPrior: order.map((k) => labelPrior[k] as number) });
    copy(model, other, (name, value) => {
      if (/labelKernel|^prior/.test(name)) return gather(value, order);
      if (/classifier\/logits/.test(name)) return gather(value, order, value.rank - 1);
      return value;
    });
    const termsOf = (of: MarginalConditionalVae, labels: Tensor) =>
      semiSupervised()(of, { labeled: { x, y: labels as never } }, { step: 0, noise }).labeled ?? {};
    const [found, expected] = [
      await rowsOf(termsOf(other, gather(y, order, 1))),
      await rowsOf(termsOf(model, y)),
    ];
    for (const [name, values] of Object.entries(expected)) expectClose(found[name] as number[], values);
    const q = await read(model.classify(x));
    const moved = await read(other.classify(x));
    expectClose(
      moved,
      q.map((_, i) => q[Math.floor(i / 3) * 3 + (order[i % 3] as number)] as number),
    );
  });

  it('draws z of p(z|y) when it generates, at any temperature', async () => {
    const model = withDrawnPrior(tinyMarginal());
    const labels = [0, 2, 1];
    const y = gather(everyLabel(1, CLASSES), labels);
    const { mean, logVar } = model.priorAt(y);
    const eps = createNoise(1).split('generate').normal([3, LATENT]);
    const z = add(mean, mul(mul(eps, 0.5), exp(mul(logVar, 0.5))));
    expectClose(
      await read(model.generate(labels, 1, { temperature: 0.5 })),
      await read(model.likelihood.mean(model.decode(z, y))),
    );
  });
});

describe('a conditional VAE with a token', () => {
  it('has M2’s L(x, y) − log π_y at known labels, where the prior is N(0, I)', async () => {
    const { x, y } = tinyExamples(4);
    const [token, m2] = [tinyToken({ classPrior: false }), tinyM2()];
    copy(token, { ...m2, variables: withoutClassifier(m2) } as never, (name, value) =>
      /labelKernel/.test(name) ? slice(value, 0, CLASSES) : value,
    );
    const bound = token.bound(x, { noise, logWeight: true }, withToken(y));
    const expected = m2.infer(x, { noise, logWeight: true }).bound(y);
    for (const [name, values] of Object.entries(await rowsOf(expected)))
      expectClose(await read((bound[name] as Tensor).clone()), values);
    // The objective of M2 adds log π_y.
    const { elbo, logLabelPrior } = semiSupervised()(
      m2,
      { labeled: { x, y: y as never } },
      { step: 0, noise: { ...noise, split: () => noise } as never },
    ).labeled as Readonly<Record<string, Tensor>>;
    const prior = await read(logLabelPrior as Tensor);
    expectClose(
      await read(bound.elbo),
      (await read(elbo as Tensor)).map((value, i) => value - (prior[i] as number)),
    );
  });

  it('is a VAE without labels where only ∅ comes, also in its further functions', async () => {
    const { x } = tinyExamples(4);
    const nets = { preset: 'mlp', widths: [8], activation: 'softplus', norm: 'none' } as const;
    const [token, vae] = [tinyToken(), tinyM1({ nets })];
    // The label of a batch of ∅ alone is a bias.
    copy(token, vae, (name, value) =>
      /hidden\/bias/.test(name)
        ? add(
            value,
            reshape(slice(token.variables[name.replace('bias', 'labelKernel')] as Tensor, CLASSES, 1), [-1]),
          )
        : value,
    );
    const [found, expected] = [
      token.bound(x, { noise, logWeight: true }),
      vae.bound(x, { noise, logWeight: true }),
    ];
    for (const [name, values] of Object.entries(await rowsOf(expected)))
      expectClose(await read((found[name] as Tensor).clone()), values);
    for (const of of ['embed', 'reconstruct'] as const)
      expectClose(await read(token[of](x)), await read(vae[of](x)));
    expectClose(await read(token.generate(3, 7)), await read(vae.generate(3, 7)));
    expect(await read(token.generate([-1, -1, -1], 7))).toEqual(await read(token.generate(3, 7)));
  });

  it('has unchanged terms where classes and all their parameters change places', async () => {
    const { x, y } = tinyExamples(4);
    const order = [3, 0, 1, 2];
    const [model, other] = [withDrawnPrior(tinyToken()), tinyToken()];
    copy(model, other, (name, value) => (/labelKernel|^prior/.test(name) ? gather(value, order) : value));
    const c = withToken(y);
    const expected = model.bound(x, { noise }, c);
    const found = other.bound(x, { noise }, gather(c, order, 1));
    for (const [name, term] of partsOf(expected))
      expectClose(await read((found[name] as Tensor).clone()), await read(term.clone()));
  });

  it('takes several labels for each example: those of one after another', async () => {
    const { x } = tinyExamples(2);
    const model = withDrawnPrior(tinyToken());
    // Without a variance of q, the draws do not count.
    for (const [part, value] of [
      ['kernel', 0],
      ['bias', -100],
    ] as const) {
      const variable = model.variables[`encoder/logVar/${part}`];
      variable?.assign(fill(variable.shape, value));
    }
    const every = everyLabel(2, CLASSES + 1);
    const all = await read(model.bound(x, { noise }, every).elbo);
    for (let k = 0; k <= CLASSES; k++) {
      const c = tile(slice(every, k, 1), [2, 1]);
      const one = await read(model.bound(x, { noise }, c).elbo);
      expectClose([all[k] as number, all[CLASSES + 1 + k] as number], one);
    }
  });
});

const withoutClassifier = ({ variables }: Model): Model['variables'] =>
  Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('classifier')));

describe('bayesClassifier', () => {
  it('has the logits log π + log-mean of the weights at every label', async () => {
    const { x } = tinyExamples(2);
    const model = withDrawnPrior(tinyToken());
    const labelPrior = [0.5, 0.25, 0.25];
    const classifier = bayesClassifier(model, { samples: 2, labelPrior, seed: 1 });
    const c = withToken(everyLabel(2, CLASSES));
    const stream = createNoise(1).split('bayesClassifier');
    const weights = await Promise.all(
      [0, 1].map((s) =>
        read(model.bound(x, { noise: stream.split(s), logWeight: true }, c).logWeight as Tensor),
      ),
    );
    const expected = (weights[0] as number[]).map((first, i) => {
      const second = weights[1]?.[i] as number;
      return Math.log(labelPrior[i % 3] as number) + Math.log((Math.exp(first) + Math.exp(second)) / 2);
    });
    expectClose(await read(classifier.classify(x)), expected, 2e-5);
  });

  it('classifies by a model with q(y|x) too, at its own label prior', async () => {
    const { x } = tinyExamples(2);
    const model = tinyM2({ labelPrior: [0.9, 0.05, 0.05] });
    const at = async (labelPrior: readonly number[] | undefined) =>
      read(bayesClassifier(model, { seed: 1, ...(labelPrior && { labelPrior }) }).classify(x));
    expect(await at(undefined)).toEqual(await at([0.9, 0.05, 0.05]));
    const uniform = await at([1 / 3, 1 / 3, 1 / 3]);
    expectClose(
      (await at(undefined)).map((logit, i) => logit - (uniform[i] as number)),
      [0, 1].flatMap(() => [0.9, 0.05, 0.05].map((p) => Math.log(3 * p))),
      1e-4,
    );
  });

  it('refuses a model without a bound at labels, and a prior that is none', () => {
    expect(() => bayesClassifier(tinyM1() as never, { seed: 1 })).toThrow(
      'bayesClassifier: model is Object, needed',
    );
    expect(() => bayesClassifier(tinyToken(), { seed: 1, labelPrior: [1] })).toThrow(
      new RangeError('bayesClassifier: labelPrior is an array of 1, needed an array of 3 probabilities'),
    );
    expect(() => bayesClassifier(tinyToken(), { samples: 0, seed: 1 })).toThrow(
      new RangeError('bayesClassifier: samples is 0, needed an integer of at least 1'),
    );
  });

  it('frees nothing, and leaves one tensor', async () => {
    const model = tinyToken();
    const classifier = bayesClassifier(model, { seed: 1 });
    classifier.dispose();
    expect(classifier.classify(tensor(new Float32Array(64), [1, 8, 8, 1])).shape).toEqual([1, CLASSES]);
    expect(classifier.variables).toEqual({});
  });
});
