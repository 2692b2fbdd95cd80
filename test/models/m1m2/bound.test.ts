/** The bound of M1+M2 against float64 numbers, and its laws. */
import {
  add,
  concat,
  exp,
  log,
  logSumExp,
  mul,
  neg,
  ones,
  reshape,
  reverse,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor2d,
  tidy,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { byLabel, everyLabel } from '../../../src/bounds/everyLabel';
import { unlabeledElbo } from '../../../src/bounds/unlabeledElbo';
import { createNoise } from '../../../src/core/noise';
import * as gaussian from '../../../src/distributions/gaussian';
import { gaussianObservation } from '../../../src/distributions/gaussianObservation';
import { createM1M2, type M1M2, type M1M2Options } from '../../../src/models/m1m2/model';
import { createM2 } from '../../../src/models/m2/model';
import { partsOf } from '../../../src/models/model';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import { createVae } from '../../../src/models/vae/model';
import goldens from '../../golden/m1m2.json';
import { noiseByName } from '../../support/noiseByName';
import { cleanUpAfterEach, expectClose, read } from '../../support/numbers';

cleanUpAfterEach();

interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const toTensor = ({ shape, values }: Listed): Tensor => tensor([...values], [...shape], 'float32');

const NETS = {
  preset: 'mlp',
  widths: [4],
  innerWidths: [3],
  activation: 'softplus',
  norm: 'none',
} as const;

/** Five pixels, three classes, four features, two codes; two domains where asked for. */
const make = (options: Partial<M1M2Options> = {}): M1M2 =>
  createM1M2({
    inputShape: [5],
    classes: 3,
    features: 4,
    latent: 2,
    labelPrior: goldens.labelPrior,
    nets: NETS,
    seed: 3,
    ...options,
  });

describe('M1+M2 with covariates', () => {
  const golden = (): M1M2 => {
    const model = make({ covariates: 2 });
    expect(Object.keys(model.variables).sort()).toEqual(Object.keys(goldens.weights).sort());
    for (const [name, weight] of Object.entries<Listed>(goldens.weights))
      model.variables[name]?.assign(toTensor(weight));
    return model;
  };
  const [x, labels] = [() => toTensor(goldens.x), () => toTensor(goldens.labels)];
  const known = () => ({ covariates: toTensor(goldens.covariates) });
  /** The draws of z1, and those of z2 at the first label, or at every label in the order of `everyLabel`. */
  const noise = (rows: 'first' | 'every') => {
    const latent = toTensor(goldens.epsilon2); // [B, K, Z]
    const { epsilon2 } = goldens;
    const [count = 0, classes = 0, width = 0] = epsilon2.shape;
    const first = Array.from({ length: count }, (_, b) =>
      epsilon2.values.slice(b * classes * width, b * classes * width + width),
    );
    return noiseByName({
      features: toTensor(goldens.epsilon1),
      latent: rows === 'every' ? reshape(latent, [count * classes, width]) : tensor2d(first),
    });
  };

  it('has the float64 terms at labels', async () => {
    const model = golden();
    const { labelLogits, bound } = model.infer(x(), { noise: noise('first'), ...known() });
    const { logits, ...terms } = goldens.labeled;
    expectClose(await read(labelLogits), logits.values);
    const found = bound(labels(), { logWeight: true });
    expect(Object.keys(found).sort()).toEqual(Object.keys(terms).sort());
    for (const [name, term] of Object.entries(terms))
      expectClose(await read(found[name] as Tensor), term.values);
    model.dispose();
  });

  it('has the float64 terms at every label', async () => {
    const model = golden();
    const { bound } = model.infer(x(), { noise: noise('every'), ...known() });
    const found = bound(everyLabel(3, 3), { logWeight: true });
    for (const [name, term] of Object.entries(goldens.everyLabel))
      expectClose(await read(found[name] as Tensor), term.values);
    model.dispose();
  });

  it('classifies at the mean of z1', async () => {
    const model = golden();
    expectClose(await read(model.classify(x(), known())), goldens.classify.values);
    model.dispose();
  });

  it.each([
    ['labeled', goldens.labeledGradients],
    ['unlabeled', goldens.unlabeledGradients],
  ] as const)('has the float64 objective and gradients of %s examples', async (part, expected) => {
    const model = golden();
    const batch =
      part === 'labeled'
        ? { labeled: { x: x(), y: labels(), ...known() } }
        : { unlabeled: { x: x(), ...known() } };
    const drawn = noise(part === 'labeled' ? 'first' : 'every');
    const { value, grads } = variableGrads(
      () =>
        tidy(() => {
          const { [part]: terms = {} } = semiSupervised()(model, batch, { step: 0, noise: drawn });
          const { objective, crossEntropy } = terms as Record<string, Tensor>;
          return sum(crossEntropy ? sub(objective as Tensor, crossEntropy) : (objective as Tensor));
        }),
      Object.values(model.variables),
    );
    if (part === 'unlabeled')
      expectClose(await read(value), [goldens.unlabeled.values.reduce((total, one) => total + one, 0)]);
    for (const [name, gradient] of Object.entries<Listed>(expected)) {
      const found = grads[model.variables[name]?.name as string];
      // What the objective does not reach has no gradient.
      if (found === undefined || found === null)
        expect(Math.max(...gradient.values.map(Math.abs)), name).toBe(0);
      else expectClose(await read(found), gradient.values, 2e-5);
    }
    model.dispose();
  });
});

describe('M1+M2', () => {
  const inputs = () => createNoise(5).split('x').uniform([4, 5]);

  it('has no unlabeled bound above log Σ_y e^L(x,y) at the same draw of z1', async () => {
    const model = make();
    const { labelLogits, bound } = model.infer(inputs(), { noise: createNoise(2) });
    const labeledBound = byLabel(
      add(bound(everyLabel(4, 3)).elbo, log(tensor(Array(4).fill(goldens.labelPrior).flat()))),
      3,
    );
    const most = await read(logSumExp(labeledBound, 1));
    for (const [i, value] of (await read(unlabeledElbo({ labelLogits, labeledBound }).elbo)).entries())
      expect(value).toBeLessThanOrEqual((most[i] as number) + 1e-4);
    model.dispose();
  });

  it('is the bound of M1 where p(z1|z2,y) is N(0, I) and q(z2|z1,y) the prior', async () => {
    const model = make();
    for (const [name, variable] of Object.entries(model.variables))
      if (/^(featurePrior|latentEncoder)/.test(name)) variable.assign(zeros(variable.shape));
    const { innerWidths: _, ...nets } = NETS;
    const m1 = createVae({ inputShape: [5], latent: 4, nets });
    for (const [name, variable] of Object.entries(m1.variables))
      variable.assign(model.variables[name] as Tensor);
    const epsilon = createNoise(3).normal([4, 4]);
    const noise = () => noiseByName({ features: epsilon, latent: createNoise(4).normal([4, 2]) });
    const y = tensor2d([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
    const terms = model.infer(inputs(), { noise: noise() }).bound(y);
    // M1 has the divergence in closed form; at the draw it is in the log-weight.
    const ofM1 = m1.bound(inputs(), { noise: noiseByName({ latent: epsilon }), logWeight: true });
    expectClose(await read(terms.elbo), await read(ofM1.logWeight as Tensor));
    expectClose(await read(terms.logLikelihood), await read(ofM1.logLikelihood));
    expect((await read(terms.latentKl)).every((kl) => kl === 0)).toBe(true);
    for (const one of [model, m1]) one.dispose();
  });

  it('is M2 on z1, but for the terms of x', async () => {
    const model = make();
    const m2 = createM2({
      inputShape: [4],
      classes: 3,
      latent: 2,
      likelihood: gaussianObservation({ variance: 'learned' }),
      nets: { preset: 'mlp', widths: [3], activation: 'softplus', norm: 'none' },
    });
    const from = (name: string): Tensor => model.variables[name] as Tensor;
    const own: Readonly<Record<string, string>> = { encoder: 'latentEncoder', decoder: 'featurePrior' };
    for (const [name, variable] of Object.entries(m2.variables)) {
      const [net = '', layer = '', weight = ''] = name.split('/');
      const path = own[net] ?? net;
      variable.assign(
        layer === 'output'
          ? concat([from(`${path}/mean/${weight}`), from(`${path}/logVar/${weight}`)], -1)
          : from(`${path}/${layer}/${weight}`),
      );
    }
    const [epsilon1, epsilon2] = [createNoise(3).normal([4, 4]), createNoise(4).normal([12, 2])];
    const noise = noiseByName({ features: epsilon1, latent: epsilon2 });
    const q1 = model.encode(inputs());
    const z1 = add(q1.mean, mul(epsilon1, exp(mul(q1.logVar, 0.5))));
    const [ofX, ofZ] = [model.infer(inputs(), { noise }), m2.infer(z1, { noise })];
    expectClose(await read(ofX.labelLogits), await read(ofZ.labelLogits));
    const [terms, inner] = [ofX.bound(everyLabel(4, 3)), ofZ.bound(everyLabel(4, 3))];
    expectClose(await read(terms.latentKl), await read(inner.latentKl));
    const logQ = await read(gaussian.logProb(q1, z1));
    const logP = await read(inner.logLikelihood);
    expectClose(
      await read(terms.featureKl as Tensor),
      logP.map((value, row) => (logQ[Math.floor(row / 3)] as number) - value),
    );
    for (const one of [model, m2]) one.dispose();
  });

  it('decodes each example once for all of its labels', async () => {
    let rows: number | undefined;
    const { spec: _spec, ...plain } = gaussianObservation();
    const likelihood = {
      ...plain,
      logProb: (parameters: Tensor, x: Tensor) => {
        rows = parameters.shape[0];
        return plain.logProb(parameters, x);
      },
    };
    const model = make({ likelihood });
    model.infer(inputs(), { noise: createNoise(2) }).bound(everyLabel(4, 3));
    expect(rows).toBe(4);
    model.dispose();
  });

  const y = () =>
    tensor2d([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
      [0, 1, 0],
    ]);
  const allTerms = async (model: M1M2, covariates?: Tensor): Promise<number[]> => {
    const { labelLogits, bound } = model.infer(inputs(), {
      noise: createNoise(2),
      ...(covariates && { covariates }),
    });
    const values = await Promise.all(partsOf(bound(y())).map(([, term]) => read(term)));
    return [...(await read(labelLogits)), ...values.flat()];
  };
  const copyOf = (from: M1M2, to: M1M2): void => {
    for (const [name, variable] of Object.entries(to.variables))
      if (from.variables[name]) variable.assign(from.variables[name] as Tensor);
  };
  const kernelsOf = ({ variables }: M1M2) =>
    ['encoder', 'decoder'].map((net) => ({
      kernel: variables[`${net}/hidden/labelKernel`] as Tensor & { assign(value: Tensor): void },
      bias: variables[`${net}/hidden/bias`] as Tensor & { assign(value: Tensor): void },
    }));

  it('with one domain is the model without covariates, whose biases hold the weights of the domain', async () => {
    const [plain, one] = [make(), make({ covariates: 1 })];
    copyOf(plain, one);
    for (const { kernel, bias } of kernelsOf(one)) {
      kernel.assign(createNoise(8).normal(kernel.shape));
      bias.assign(sub(bias, reshape(kernel, bias.shape)));
    }
    expectClose(await allTerms(one, ones([4, 1])), await allTerms(plain));
    for (const model of [plain, one]) model.dispose();
  });

  it('without weights of the domains is the model without covariates, exactly', async () => {
    const [plain, two] = [make(), make({ covariates: 2 })];
    copyOf(plain, two);
    for (const { kernel } of kernelsOf(two)) kernel.assign(zeros(kernel.shape));
    const domains = tensor2d([
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expect(await allTerms(two, domains)).toEqual(await allTerms(plain));
    for (const model of [plain, two]) model.dispose();
  });

  it('does not depend on the names of the domains', async () => {
    const [model, swapped] = [make({ covariates: 2 }), make({ covariates: 2 })];
    copyOf(model, swapped);
    for (const { kernel } of kernelsOf(swapped)) kernel.assign(reverse(kernel, 0));
    const domains = tensor2d([
      [1, 0],
      [0, 1],
      [0, 1],
      [1, 0],
    ]);
    expectClose(await allTerms(swapped, reverse(domains, 1)), await allTerms(model, domains));
    for (const one of [model, swapped]) one.dispose();
  });

  it('keeps what it does not exchange: an example as its own class is its reconstruction', async () => {
    const model = make();
    const as = y();
    expectClose(await read(model.reconstruct(inputs(), as, as)), await read(model.reconstruct(inputs(), as)));
    model.dispose();
  });

  it('generates from a narrower prior at a lower temperature: at almost 0, one example of each class', async () => {
    const model = make();
    const [first = 0, second = 1] = await read(sum(neg(model.generate([1, 1], 3, { temperature: 1e-6 })), 1));
    expect(Math.abs(first - second)).toBeLessThan(1e-4);
    model.dispose();
  });
});
