/** Bounds and gradients against PyTorch in float64. */
import { concat, grads, mul, sum, type Tensor, tensor, tidy, variableGrads } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { everyLabel } from '../../../src/bounds/everyLabel';
import { logLabelPrior } from '../../../src/bounds/labelPrior';
import { classGaussian } from '../../../src/distributions/classGaussian';
import { createConditionalVae } from '../../../src/models/conditional/model';
import type { Model } from '../../../src/models/model';
import { semiSupervised } from '../../../src/models/objectives/semiSupervised';
import goldens from '../../golden/conditional.json';
import { fixedNoise } from '../../support/fixedNoise';
import { cleanUpAfterEach, expectClose, read } from '../../support/numbers';

interface Golden {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const toTensor = ({ shape, values }: Golden): Tensor => tensor([...values], [...shape], 'float32');

const nets = { preset: 'kingma', widths: [4] } as const;
const small = { inputShape: [5], classes: 3, latent: 2, nets } as const;

const assign = ({ variables }: Model, values: Readonly<Record<string, Golden>>): void => {
  expect(Object.keys(values).sort()).toEqual(Object.keys(variables).sort());
  for (const [name, variable] of Object.entries(variables)) variable.assign(toTensor(values[name] as Golden));
};

/** Compares the gradient of Σ upstream·value in every variable. */
const expectGradients = async (
  { variables }: Model,
  f: () => Tensor,
  upstream: Golden,
  expected: Readonly<Record<string, Golden>>,
): Promise<void> => {
  const names = Object.keys(variables);
  expect(Object.keys(expected).sort()).toEqual([...names].sort());
  const { grads: found } = variableGrads(
    () => tidy(() => sum(mul(f(), toTensor(upstream)))),
    Object.values(variables),
  );
  for (const name of names) {
    const gradient = found[(variables[name] as (typeof variables)[string]).name] as Tensor;
    expectClose(await read(gradient), (expected[name] as Golden).values, 2e-5);
  }
};

describe('a conditional VAE in float64', () => {
  cleanUpAfterEach();

  it('with a token has the bound on log p(x|c), its parts and its gradient', async () => {
    const { variables, x, labels, noise, upstream, gradients, ...terms } = goldens.token;
    const model = createConditionalVae({ ...small, missing: 'token' });
    assign(model, variables);
    const context = { noise: fixedNoise(toTensor(noise)), logWeight: true };
    const bound = model.bound(toTensor(x), context, toTensor(labels));
    for (const [name, { values }] of Object.entries(terms))
      expectClose(await read(bound[name] as Tensor), values, 2e-5);
    const f = (): Tensor => model.bound(toTensor(x), context, toTensor(labels)).elbo;
    await expectGradients(model, f, upstream, gradients);
    model.dispose();
  });

  it('that sums over labels has L(x, y) at each of them, U(x), and its gradient', async () => {
    const { variables, x, labelPrior, noise, upstream, gradients, atLabel, unlabeled } = goldens.marginal;
    const model = createConditionalVae({ ...small, labelPrior });
    assign(model, variables);
    const draws = { noise: fixedNoise(toTensor(noise)) };
    const y = everyLabel(3, 3);
    const { elbo } = model.infer(toTensor(x), draws).bound(y);
    const prior = await read(logLabelPrior(y, labelPrior));
    expectClose(
      (await read(elbo)).map((value, i) => value + (prior[i] as number)),
      atLabel.values,
      2e-5,
    );
    const f = (): Tensor =>
      semiSupervised()(model, { unlabeled: { x: toTensor(x) } }, { step: 0, ...draws }).unlabeled
        ?.objective as Tensor;
    expectClose(await read(f()), unlabeled.values, 2e-5);
    await expectGradients(model, f, upstream, gradients);
    model.dispose();
  });

  it('reads its prior from the table by labels, soft ones too, with a gradient in both', async () => {
    const { mean, logVar, labels, value, upstream, gradients } = goldens.classGaussian;
    const both = (m: Tensor, v: Tensor, y: Tensor): Tensor =>
      tidy(() => {
        const p = classGaussian({ mean: m, logVar: v }, y);
        return concat([p.mean, p.logVar], 1);
      });
    const inputs = [mean, logVar, labels].map(toTensor);
    expectClose(await read(both(...(inputs as [Tensor, Tensor, Tensor]))), value.values);
    const found = grads(both as (...given: Tensor[]) => Tensor)(inputs, toTensor(upstream));
    for (const [i, gradient] of found.entries())
      expectClose(await read(gradient), (gradients[i] as Golden).values);
  });
});
