import { type Tensor, variableGrads } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { M2, M2Options } from '../../src/models/m2/m2';
import { m2, optimizedElbo } from '../../src/models/m2/objective';
import type { Objective } from '../../src/models/objective';
import { disposeTerms, lossOf, namedTerms } from '../../src/training/step';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import { CONV, tinyBatches, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const WEIGHTS = { labeled: 1, unlabeled: 1, crossEntropy: 0.5, parameters: 0 };

/** Values of tensors by name; the tensors are freed. */
const valuesOf = async (
  tensors: readonly (readonly [string, Tensor])[],
): Promise<Record<string, number[]>> => {
  const values: Record<string, number[]> = {};
  for (const [name, tensor] of tensors) values[name] = [...(await tensor.data())];
  for (const [, tensor] of tensors) tensor.dispose();
  return values;
};

/** Terms and gradients of a step's loss. */
const outcome = async (model: M2, objective: Objective<M2>) => {
  const batch = await tinyBatches().at(0);
  const context = { step: 0, noise: createNoise(3) };
  const terms = await valuesOf(namedTerms(objective(model, batch, context)));
  const variables = Object.values(model.variables).filter(({ trainable }) => trainable);
  const { grads } = variableGrads(
    () => lossOf(objective(model, batch, context), WEIGHTS, variables),
    variables,
  );
  return { values: terms, gradients: await valuesOf(Object.entries(grads)) };
};

describe('both parts of a batch in one pass', () => {
  it.each<[string, Partial<M2Options>, Objective<M2>]>([
    ['every label, seen by the encoder', {}, m2()],
    ['every label, not seen by the encoder', { encoderSeesLabel: false }, m2()],
    ['a relaxed label, convolutions', { nets: CONV }, m2({ labelHandling: 'gumbel' })],
    ['a hard label', {}, m2({ labelHandling: 'straight-through' })],
    ['the Optimized-ELBO over every label of both', { nets: CONV }, optimizedElbo({ expectation: 'exact' })],
    ['a learned variance', { likelihood: gaussianObservation({ variance: 'learned' }) }, optimizedElbo()],
  ])('gives the terms and gradients of a pass for each: %s', async (_, options, objective) => {
    const model = tinyM2(options);
    expect(model.examplesApart).toBe(true);
    const [joint, apart] = [
      await outcome(model, objective),
      await outcome({ ...model, examplesApart: false }, objective),
    ];
    expect(Object.keys(joint.values)).toEqual(Object.keys(apart.values));
    for (const [name, values] of Object.entries(apart.values))
      expectClose(joint.values[name] ?? [], values, 1e-5);
    expect(Object.keys(joint.gradients).sort()).toEqual(Object.keys(apart.gradients).sort());
    // A gradient of the weights is a sum over both parts, taken in another order.
    for (const [name, values] of Object.entries(apart.gradients))
      expectClose(joint.gradients[name] ?? [], values, 1e-4);
    model.dispose();
  });

  it('asks a net for each product once', async () => {
    const model = tinyM2({ nets: CONV });
    const passes = async (examplesApart: boolean): Promise<number> => {
      let count = 0;
      const counted: M2 = {
        ...model,
        examplesApart,
        infer: (x: Tensor, pass) => {
          count++;
          return model.infer(x, pass);
        },
        decode: (z, y, pass) => {
          count++;
          return model.decode(z, y, pass);
        },
      };
      const batch = await tinyBatches().at(0);
      disposeTerms(m2({ labelHandling: 'gumbel' })(counted, batch, { step: 0, noise: createNoise(3) }));
      return count;
    };
    expect([await passes(true), await passes(false)]).toEqual([2, 4]);
    model.dispose();
  });

  it('is not taken where the nets look at other examples, nor with one’s own nets unless they say so', () => {
    const withNorm = tinyM2({ nets: { ...CONV, batchNorm: true } });
    expect(withNorm.examplesApart).toBe(false);
    withNorm.dispose();
  });
});
