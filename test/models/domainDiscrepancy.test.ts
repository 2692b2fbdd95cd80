/** The discrepancy of features between domains, in the objective. */
import { gather, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { linearWarmup } from '../../src/core/schedules';
import { createBatches } from '../../src/data/batches';
import { createDataset } from '../../src/data/dataset';
import { maximumMeanDiscrepancy } from '../../src/divergences/maximumMeanDiscrepancy';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { type Execute, executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { alive, tinyDataset, tinyExamples, tinyM1M2, tinyM2 } from '../support/tiny';

cleanUpAfterEach();

const context = () => ({ step: 5, noise: createNoise(5) });

/** Six examples; domains by index. */
const batchOf = (labeled: readonly number[], unlabeled: readonly number[], domains = 2) => {
  const { x, y } = tinyExamples(6);
  const covariates = (of: readonly number[]): Tensor =>
    tensor2d(
      of.map((domain) => Array.from({ length: domains }, (_, d) => (d === domain ? 1 : 0))),
      [of.length, domains],
    );
  const rows = (values: Tensor, count: number): Tensor =>
    gather(
      values,
      Array.from({ length: count }, (_, i) => i),
    );
  return {
    ...(labeled.length > 0 && {
      labeled: { x: rows(x, labeled.length), y: rows(y, labeled.length), covariates: covariates(labeled) },
    }),
    ...(unlabeled.length > 0 && {
      unlabeled: { x: rows(x, unlabeled.length), covariates: covariates(unlabeled) },
    }),
  };
};

/** Covariates of thirty examples. */
const rowsOf = (row: (i: number) => readonly number[]): Float32Array =>
  Float32Array.from(Array.from({ length: 30 }, (_, i) => row(i)).flat());

describe('domainDiscrepancy', () => {
  it('is MMD² of the draws of z1 of both parts, and taken w times from the objective', async () => {
    const model = tinyM1M2({ covariates: 2 });
    const batch = batchOf([0, 0, 1], [1, 1, 0, 1]);
    const plain = semiSupervised()(model, batch, context());
    const terms = semiSupervised({ domainDiscrepancy: { weight: 7, bandwidth: 2 } })(model, batch, context());
    const drawn = async (part: 'labeled' | 'unlabeled'): Promise<number[]> => {
      const { x, covariates } = batch[part] as { x: Tensor; covariates: Tensor };
      const noise = createNoise(5).split(part);
      return read(model.infer(x, { noise, training: true, covariates }).features as Tensor);
    };
    const z = tensor([...(await drawn('labeled')), ...(await drawn('unlabeled'))], [7, 4]);
    const expected = maximumMeanDiscrepancy(gather(z, [0, 1, 5]), gather(z, [2, 3, 4, 6]), { bandwidth: 2 });
    const [discrepancy = 0] = await read(terms.unlabeled?.domainDiscrepancy as Tensor);
    expectClose([discrepancy], await read(expected));
    expect(discrepancy).toBeGreaterThan(0.01);
    const before = await read(plain.unlabeled?.objective as Tensor);
    expectClose(
      await read(terms.unlabeled?.objective as Tensor),
      before.map((value) => value - 7 * discrepancy),
    );
    expect(await read(terms.labeled?.objective as Tensor)).toEqual(
      await read(plain.labeled?.objective as Tensor),
    );
    expect(await read(terms.unlabeled?.elbo as Tensor)).toEqual(await read(plain.unlabeled?.elbo as Tensor));
    model.dispose();
  });

  it('is in the labeled part where there is no other', () => {
    const model = tinyM1M2({ covariates: 2 });
    const objective = semiSupervised({ domainDiscrepancy: { weight: 1 } });
    const { labeled = {} } = objective(model, batchOf([0, 1], []), context());
    expect(labeled.domainDiscrepancy?.shape).toEqual([]);
    model.dispose();
  });

  it('is 0 where a domain is absent, and the objective what it is without', async () => {
    const model = tinyM1M2({ covariates: 2 });
    const batch = batchOf([1, 1], [1, 1, 1]);
    const of = (objective: ReturnType<typeof semiSupervised>) => objective(model, batch, context()).unlabeled;
    const terms = of(semiSupervised({ domainDiscrepancy: { weight: 7 } }));
    expect(await read(terms?.domainDiscrepancy as Tensor)).toEqual([0]);
    expect(await read(terms?.objective as Tensor)).toEqual(
      await read(of(semiSupervised())?.objective as Tensor),
    );
    model.dispose();
  });

  it('sums over the pairs of three domains', async () => {
    const model = tinyM1M2({ covariates: 3 });
    const at = async (domains: readonly number[]): Promise<number> => {
      const objective = semiSupervised({ domainDiscrepancy: { weight: 1 } });
      const { unlabeled = {} } = objective(model, batchOf([], domains, 3), context());
      return (await read(unlabeled.domainDiscrepancy as Tensor))[0] as number;
    };
    for (const net of ['encoder', 'decoder'])
      model.variables[`${net}/hidden/labelKernel`]?.assign(zeros([3, 8]));
    expect(await at([0, 1, 2, 0, 1, 2])).toBeGreaterThan((await at([0, 1, 1, 0, 1, 1])) / 3);
    expect(await at([0, 1, 1, 0, 1, 1])).toBeGreaterThan(0);
    model.dispose();
  });

  it('counts examples by their weights', async () => {
    const model = tinyM1M2({ covariates: 2 });
    const { unlabeled } = batchOf([], [0, 1, 0, 1]) as { unlabeled: { x: Tensor; covariates: Tensor } };
    const objective = semiSupervised({ domainDiscrepancy: { weight: 1 } });
    const weighted = { unlabeled: { ...unlabeled, weight: tensor([1, 1, 1, 0]) } };
    const z = await read(
      model.infer(unlabeled.x, {
        noise: createNoise(5).split('unlabeled'),
        training: true,
        covariates: unlabeled.covariates,
      }).features as Tensor,
    );
    const rows = tensor(z, [4, 4]);
    const expected = maximumMeanDiscrepancy(gather(rows, [0, 2]), gather(rows, [1]));
    const found = objective(model, weighted, context()).unlabeled?.domainDiscrepancy as Tensor;
    expectClose(await read(found), await read(expected));
    model.dispose();
  });

  it('takes a schedule, of regularized too, and the number 0 leaves it out', () => {
    const model = tinyM1M2({ covariates: 2 });
    const at = (weight: Parameters<typeof linearWarmup>[0] | number) =>
      regularized({
        domainDiscrepancy: { weight: typeof weight === 'number' ? weight : linearWarmup(weight) },
      })(model, batchOf([0], [0, 1, 1]), context()).unlabeled ?? {};
    expect(at({ steps: 10 })).toHaveProperty('domainDiscrepancy');
    expect(at(0)).not.toHaveProperty('domainDiscrepancy');
    model.dispose();
  });

  describe.each<[string, Float32Array, string]>([
    [
      'a domain by index and an age',
      rowsOf((i) => [i % 2, i === 3 ? -1.5 : i % 2 === 0 ? 1 : 0]),
      'of example 3 are [1,-1.5], needed a one and else zeros, its domain in one-hot form, by semiSupervised({ domainDiscrepancy })',
    ],
    ['a domain and an age', rowsOf((i) => [1 - (i % 2), i % 2, i / 4]), 'of example 1 are [0,1,0.25]'],
    ['zeros', rowsOf(() => [0, 0]), 'of example 0 are [0,0]'],
    ['two domains of one example', rowsOf((i) => (i === 9 ? [1, 1] : [1, 0])), 'of example 9 are [1,1]'],
    [
      'one domain alone',
      rowsOf(() => [0, 1]),
      'put all examples that are shown into domain 1, needed two domains at least, by semiSupervised({ domainDiscrepancy })',
    ],
    [
      'one domain among the examples that are shown',
      rowsOf((i) => (i < 20 ? [1, 0] : [0, 1])),
      'put all examples that are shown into domain 0',
    ],
  ])('of covariates that are %s', (_, covariates, message) => {
    const dataset = createDataset({ ...tinyDataset(30), covariates });
    const split = {
      labeled: Int32Array.from({ length: 6 }, (_, i) => i),
      unlabeled: Int32Array.from({ length: 14 }, (_, i) => 6 + i),
    };
    const batches = createBatches({ dataset, split, batchSize: { labeled: 3, unlabeled: 7 }, seed: 1 });
    const trained = async (weight: number) => {
      const model = tinyM1M2({ covariates: covariates.length / 30 });
      const before = alive();
      let steps = 0;
      const execute: Execute = (work) => {
        steps++;
        return executeEagerly(work);
      };
      const objective = semiSupervised({ domainDiscrepancy: { weight } });
      const options = { objective, batches, epochs: 1, seed: 1, execute };
      const error = await train(model, options).then(
        () => undefined,
        (cause: unknown) => cause,
      );
      expect(alive()).toEqual(before);
      model.dispose();
      return { error, steps };
    };

    it('is refused by train before the first step, and taken without the term', async () => {
      const { error, steps } = await trained(1);
      expect(error).toBeInstanceOf(RangeError);
      expect(String(error)).toContain(`train: dataset.covariates ${message}`);
      expect(steps).toBe(0);
      expect(await trained(0)).toEqual({ error: undefined, steps: 2 });
    });
  });

  it('refuses a model without domains, before the first step', () => {
    const objective = semiSupervised({ domainDiscrepancy: { weight: 1 } });
    for (const model of [tinyM2(), tinyM1M2(), tinyM1M2({ covariates: 1 })]) {
      expect(() => objective.assertModel?.('train', model)).toThrow(
        /^train: the model reads [01] covariates, needed 2/,
      );
      model.dispose();
    }
  });
});
