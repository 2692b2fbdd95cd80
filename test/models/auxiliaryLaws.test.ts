/** Laws of the auxiliary deep generative models, and their bounds and gradients against float64. */
import {
  add,
  linspace,
  logSumExp,
  mean,
  mul,
  reshape,
  type Scalar,
  scalar,
  slice,
  softmax,
  sub,
  type Tensor,
  type Tensor1D,
  tensor,
  tile,
  type Variable,
  variableGrads,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { byLabel, everyLabel, repeatRows } from '../../src/bounds/everyLabel';
import { labelExpectation } from '../../src/bounds/labelExpectation';
import { logLabelPrior } from '../../src/bounds/labelPrior';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import type { Batch } from '../../src/core/batch';
import { createNoise, type Noise } from '../../src/core/noise';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as gaussian from '../../src/distributions/gaussian';
import { evaluateElbo } from '../../src/evaluation/elbo';
import type { AuxiliaryVae } from '../../src/models/auxiliary/model';
import { createM2, type M2 } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import { semiSupervised } from '../../src/models/objectives/semiSupervised';
import goldens from '../golden/auxiliary.json';
import { fixedNoise } from '../support/fixedNoise';
import { expectWithinError, meanAndError } from '../support/monteCarlo';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { CLASSES, LATENT, MLP, tinyAdgm, tinyDataset, tinyExamples, tinySdgm } from '../support/tiny';
import { ofValue } from '../support/tolerance';

const MODELS = [
  ['adgm', tinyAdgm],
  ['sdgm', tinySdgm],
] as const;

interface Listed {
  readonly shape: number[];
  readonly values: number[];
}

const toTensor = ({ shape, values }: Listed): Tensor => tensor(values, shape, 'float32');

/** A stream whose normal draws are known, by the names that lead to them. */
const knownNoise = (
  draws: Readonly<Record<string, Listed>>,
  path: readonly (string | number)[] = [],
): Noise => ({
  ...fixedNoise(scalar(0)),
  split: (name) => knownNoise(draws, [...path, name]),
  normal: () => toTensor(draws[path.join('/')] as Listed),
});

const assign = ({ variables }: Model, name: string, values: Tensor): void => {
  (variables[name] as Variable).assign(values);
};

/** Draws every weight of a model anew, so that no head is close to 0; variances stay of order 1. */
const shake = (model: AuxiliaryVae, size = 0.5): AuxiliaryVae => {
  const noise = createNoise(7);
  for (const [name, { shape }] of Object.entries(model.variables))
    assign(model, name, mul(name.includes('/logVar/') ? size / 10 : size, noise.split(name).normal(shape)));
  return model;
};

const trainableOf = (model: Model): Variable[] =>
  Object.values(model.variables).filter(({ trainable }) => trainable) as Variable[];

describe.each(MODELS)('%s against PyTorch in float64', (kind, create) => {
  cleanUpAfterEach();
  const golden = goldens[kind];
  const known = (): AuxiliaryVae => {
    const model = create({
      inputShape: [4],
      classes: 3,
      latent: 2,
      auxiliary: 2,
      nets: { ...MLP, widths: [3] },
    });
    expect(Object.keys(model.variables)).toEqual(Object.keys(golden.weights));
    for (const [name, weight] of Object.entries(golden.weights)) assign(model, name, toTensor(weight));
    return model;
  };

  it('has every term of the bound, at labels and at every label', async () => {
    const model = known();
    const noise = knownNoise(golden.noise);
    for (const [part, labels, expected] of [
      ['labeled', toTensor(golden.y), golden.labeled],
      ['unlabeled', everyLabel(2, 3), golden.every],
    ] as const) {
      const context = { noise: noise.split(part), logWeight: true };
      const { labelLogits, bound } = model.infer(toTensor(golden.x[part]), context);
      expectClose(await read(labelLogits), golden.logits[part].values);
      const terms = bound(labels);
      expect(Object.keys(terms).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, { values }] of Object.entries(expected))
        expectClose(await read(terms[name] as Tensor), values);
    }
    model.dispose();
  });

  it('has the gradient of the labeled and the unlabeled bound and the cross-entropy, in every weight', async () => {
    const model = known();
    const batch = {
      labeled: { x: toTensor(golden.x.labeled), y: toTensor(golden.y) },
      unlabeled: { x: toTensor(golden.x.unlabeled) },
    } as Batch;
    const { grads } = variableGrads(() => {
      const { labeled = {}, unlabeled = {} } = semiSupervised()(model, batch, {
        step: 0,
        noise: knownNoise(golden.noise),
      });
      const part = sub(labeled.objective as Tensor, labeled.crossEntropy as Tensor);
      return add(mean(part), mean(unlabeled.objective as Tensor)) as Scalar;
    }, trainableOf(model));
    for (const [name, { values }] of Object.entries(golden.gradients)) {
      const { name: own } = model.variables[name] as Variable;
      expectClose(await read(grads[own] as Tensor), values);
    }
    model.dispose();
  });
});

/** Weights under which no net reads a but for q(a|x) and p(a|·), and these two are one. */
const withoutAuxiliary = (model: AuxiliaryVae, kind: 'adgm' | 'sdgm'): AuxiliaryVae => {
  shake(model);
  const { auxiliary, variables } = model;
  const rowsOf = (name: string): number => (variables[name] as Variable).shape[0] as number;
  const zeroRows = (name: string, from: number, to: number): void => {
    const variable = variables[name] as Variable;
    const mask = Array.from({ length: rowsOf(name) }, (_, row) => (row >= from && row < to ? 0 : 1));
    assign(model, name, mul(variable, tensor(mask, [mask.length, 1])));
  };
  for (const net of ['classifier', 'encoder']) zeroRows(`${net}/hidden/kernel`, 0, auxiliary);
  const [q, p] = ['auxiliaryEncoder', 'auxiliaryDecoder'];
  for (const head of ['mean', 'logVar'])
    for (const weight of ['kernel', 'bias'])
      assign(model, `${p}/${head}/${weight}`, variables[`${q}/${head}/${weight}`] as Variable);
  if (kind === 'adgm') {
    for (const weight of ['kernel', 'bias'])
      assign(model, `${p}/hidden/${weight}`, variables[`${q}/hidden/${weight}`] as Variable);
    zeroRows(`${p}/hidden/labelKernel`, 0, Number.POSITIVE_INFINITY);
    return model;
  }
  // p(a|z,y) does not see x: both are constant.
  for (const net of [q, p])
    for (const head of ['mean', 'logVar']) zeroRows(`${net}/${head}/kernel`, 0, Number.POSITIVE_INFINITY);
  zeroRows('decoder/hidden/kernel', 0, Number.POSITIVE_INFINITY);
  return model;
};

/** The M2 of the weights that do not concern a. */
const m2Of = (model: AuxiliaryVae, kind: 'adgm' | 'sdgm'): M2 => {
  const { inputShape, classes, latent, auxiliary, labelPrior, variables } = model;
  const m2 = createM2({ inputShape, classes, latent, labelPrior, nets: MLP });
  const rowsOf = (name: string, from: number, to?: number): Tensor => {
    const weight = variables[name] as Variable;
    return slice(weight, [from, 0], [(to ?? (weight.shape[0] as number)) - from, weight.shape[1] as number]);
  };
  for (const name of Object.keys(m2.variables)) {
    const seesA = /^(classifier|encoder)\/hidden\/kernel$/.test(name);
    const ofCode = kind === 'sdgm' && name.startsWith('decoder/hidden/');
    if (seesA) assign(m2, name, rowsOf(name, auxiliary));
    else if (ofCode && name.endsWith('/kernel'))
      assign(m2, name, rowsOf('decoder/hidden/labelKernel', 0, latent));
    else if (ofCode && name.endsWith('/labelKernel'))
      assign(m2, name, rowsOf('decoder/hidden/labelKernel', latent));
    else assign(m2, name, variables[name] as Variable);
  }
  return m2;
};

describe.each(MODELS)('%s', (kind, create) => {
  cleanUpAfterEach();

  it('is M2 at each draw, where p(a|·) is q(a|x) and no other net reads a', async () => {
    const model = withoutAuxiliary(create(), kind);
    const m2 = m2Of(model, kind);
    const { x, y } = tinyExamples(4);
    for (const labels of [y, everyLabel(4, CLASSES)]) {
      const [found, expected] = [model, m2].map((one) => {
        const { labelLogits, bound } = one.infer(x, { noise: createNoise(3), logWeight: true });
        return { labelLogits, ...bound(labels) };
      }) as unknown as [Record<string, Tensor>, Record<string, Tensor>];
      const { auxiliaryKl, ...others } = found;
      expectClose(await read(auxiliaryKl as Tensor), new Array(labels.shape[0]).fill(0));
      expect(Object.keys(others).sort()).toEqual(Object.keys(expected).sort());
      for (const [name, value] of Object.entries(others))
        expectClose(await read(value), await read(expected[name] as Tensor));
    }
    model.dispose();
    m2.dispose();
  });

  it('draws a once for each example: q(y|a,x) and every label share it, and z is drawn for each row', async () => {
    const paths: string[] = [];
    const noted = (path: readonly (string | number)[] = []): Noise => ({
      ...fixedNoise(scalar(0)),
      split: (name) => noted([...path, name]),
      normal(shape) {
        paths.push(`${path.join('/')} ${shape}`);
        return zeros([...shape]);
      },
    });
    const model = create();
    const { bound } = model.infer(tinyExamples(4).x, { noise: noted() });
    bound(everyLabel(4, CLASSES));
    bound(tinyExamples(4).y);
    expect(paths).toEqual(['auxiliary 4,2', `latent 12,${LATENT}`, `latent 4,${LATENT}`]);
    model.dispose();
  });

  it('has U = L at the label where q(y|a,x) is certain of it', async () => {
    const model = shake(create());
    assign(model, 'classifier/logits/bias', tensor([0, 1000, 0]));
    const { x } = tinyExamples(4);
    const batch = { unlabeled: { x } } as Batch;
    const context = { step: 0, noise: fixedNoise(scalar(0.4)) };
    const { unlabeled = {} } = semiSupervised()(model, batch, context);
    const y = tile(tensor([[0, 1, 0]]), [4, 1]);
    const atLabel = model.infer(x, context).bound(y).elbo;
    expectClose(
      await read(unlabeled.elbo as Tensor),
      await read(add(atLabel, logLabelPrior(y, model.labelPrior))),
    );
    expectClose(await read(unlabeled.labelEntropy as Tensor), [0, 0, 0, 0]);
    model.dispose();
  });

  it('has U at most the log of the sum of e^L over the labels, at each shared draw of a', async () => {
    const model = shake(create());
    const { x } = tinyExamples(20);
    const y = everyLabel(20, CLASSES);
    for (let seed = 0; seed < 5; seed++) {
      const { labelLogits, bound } = model.infer(x, { noise: createNoise(seed) });
      const labeledBound = byLabel(add(bound(y).elbo, logLabelPrior(y, model.labelPrior)), CLASSES);
      const gap = await read(
        sub(logSumExp(labeledBound, 1), unlabeledElbo({ labelLogits, labeledBound }).elbo),
      );
      for (const one of gap) expect(one).toBeGreaterThan(-1e-4);
      expect(Math.max(...gap)).toBeGreaterThan(0.1);
      // With the logits of the best q, both are one.
      const best = await read(unlabeledElbo({ labelLogits: labeledBound, labeledBound }).elbo);
      expectClose(best, await read(logSumExp(labeledBound, 1)));
    }
    model.dispose();
  });

  it('has the same bound by one draw and by ten, in the mean over seeds', async () => {
    const model = shake(create());
    const data = tinyDataset(6);
    const at = async (samples: number, seeds: number): Promise<number[]> => {
      const found: number[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const { elbo, auxiliaryKl } = await evaluateElbo(model, data, {
          samples,
          seed: 100 * samples + seed,
        });
        expect(auxiliaryKl).toEqual(expect.any(Number));
        found.push(elbo);
      }
      return found;
    };
    const [one, ten] = [meanAndError(await at(1, 40)), meanAndError(await at(10, 6))];
    expect(Math.abs(one.mean - ten.mean)).toBeLessThan(5 * Math.hypot(one.error, ten.error));
    model.dispose();
  });

  it('has the same unlabeled bound in the mean, whether a label is drawn or every label is summed', async () => {
    const model = shake(create());
    const x = repeatRows(tinyExamples(1).x, 3000);
    const at = (labelHandling: 'enumerate' | 'straight-through'): Tensor => {
      const objective = semiSupervised({ labelHandling });
      const { unlabeled = {} } = objective(model, { unlabeled: { x } }, { step: 0, noise: createNoise(5) });
      return unlabeled.elbo as Tensor;
    };
    // a is the same in both, z is not.
    expectWithinError(await read(sub(at('straight-through'), at('enumerate'))), 0);
    model.dispose();
  });

  it('has the gradient of the exact sum in the mean of Gumbel labels as their temperature falls', async () => {
    const model = shake(create());
    const bias = model.variables['classifier/logits/bias'] as Variable;
    const x = repeatRows(tinyExamples(1).x, 300);
    const gradients = async (labelHandling: 'enumerate' | 'gumbel', temperature: number) => {
      const rows: number[][] = [];
      for (let seed = 0; seed < 12; seed++) {
        const objective = semiSupervised({ labelHandling, temperature });
        const { grads, value } = variableGrads(() => {
          const { unlabeled = {} } = objective(
            model,
            { unlabeled: { x } },
            { step: 0, noise: createNoise(seed) },
          );
          return mean(unlabeled.elbo as Tensor) as Scalar;
        }, [bias]);
        value.dispose();
        rows.push(await read(grads[bias.name] as Tensor));
      }
      return [0, 1, 2].map((k) => meanAndError(rows.map((row) => row[k] as number)));
    };
    const exact = await gradients('enumerate', 1);
    const distance = async (temperature: number): Promise<number[]> =>
      (await gradients('gumbel', temperature)).map(
        ({ mean: found, error }, k) =>
          Math.abs(found - (exact[k]?.mean as number)) / Math.hypot(error, exact[k]?.error as number),
      );
    expect(Math.max(...(await distance(0.1)))).toBeLessThan(5);
    expect(Math.max(...(await distance(3)))).toBeGreaterThan(10);
    model.dispose();
  });
});

describe('log p(x|y)', () => {
  cleanUpAfterEach();
  const DRAWS = 20_000;
  const x = () => tensor([[0.9, 0.1, 0.7, 0.2]]);
  const y = () => tensor([[0, 1]]);

  /** Weights of order 1; `shift` moves the mean of p(a|·). */
  const withShift = (create: typeof tinyAdgm, shift: number): AuxiliaryVae => {
    const model = shake(create({ inputShape: [4], classes: 2, latent: 1, auxiliary: 1 }), 0.5);
    // Posteriors wider than the priors keep the weights bounded.
    for (const net of ['auxiliaryEncoder', 'encoder']) assign(model, `${net}/logVar/bias`, tensor([0.8]));
    assign(model, 'auxiliaryDecoder/mean/bias', tensor([shift]));
    return model;
  };

  /** log mean of the weights of draws, with the error of it. */
  const importance = async (
    model: AuxiliaryVae,
  ): Promise<{ readonly bound: number; readonly error: number }> => {
    const { bound } = model.infer(repeatRows(x(), DRAWS), { noise: createNoise(8), logWeight: true });
    const logWeights = await read(bound(repeatRows(y(), DRAWS)).logWeight as Tensor);
    const largest = logWeights.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
    const { mean: average, error } = meanAndError(logWeights.map((value) => Math.exp(value - largest)));
    return { bound: Math.log(average) + largest, error: error / average };
  };

  /** log ∫ p(x|z,y) p(z) dz by the sum over a grid, of a model whose decoder reads no a. */
  const integrated = async (model: AuxiliaryVae): Promise<number> => {
    const m2 = m2Of(model, 'adgm');
    const points = 2001;
    const z = reshape(linspace(-8, 8, points), [points, 1]);
    const parameters = m2.decode(z, repeatRows(y(), points));
    const logLikelihood = bernoulli.logProb(parameters, repeatRows(x(), points));
    const logPrior = gaussian.logProb({ mean: zeros([points, 1]), logVar: zeros([points, 1]) }, z);
    const [sum = Number.NaN] = await read(logSumExp(add(logLikelihood, logPrior)));
    m2.dispose();
    return sum + Math.log(16 / (points - 1));
  };

  it('of an ADGM is that of the M2 with its decoder, whatever p(a|x,z,y): importance weights say so', async () => {
    for (const shift of [0, 1]) {
      const model = withShift(tinyAdgm, shift);
      const { bound, error } = await importance(model);
      expect(error).toBeLessThan(0.03);
      expect(Math.abs(bound - (await integrated(model)))).toBeLessThan(5 * error);
      model.dispose();
    }
  });

  it('of an SDGM depends on p(a|z,y)', async () => {
    const [zero, one] = [withShift(tinySdgm, 0), withShift(tinySdgm, 1)];
    const [before, after] = [await importance(zero), await importance(one)];
    expect(Math.abs(after.bound - before.bound)).toBeGreaterThan(5 * Math.hypot(before.error, after.error));
    zero.dispose();
    one.dispose();
  });
});

describe('the unlabeled bound', () => {
  cleanUpAfterEach();

  it('weighs the bound at a label by q at the same draw of a, not at another', async () => {
    const model = shake(tinyAdgm());
    const x = repeatRows(tinyExamples(1).x, 20);
    const every = everyLabel(20, CLASSES);
    const { labelLogits, bound } = model.infer(x, { noise: createNoise(1) });
    const other = model.infer(x, { noise: createNoise(2) }).labelLogits;
    const valueByLabel = byLabel(bound(every).elbo, CLASSES);
    const weighed = (logits: Tensor): Tensor1D => labelExpectation({ labels: softmax(logits), valueByLabel });
    const { unlabeled = {} } = semiSupervised()(
      model,
      { unlabeled: { x } },
      { step: 0, noise: { ...fixedNoise(scalar(0)), split: () => createNoise(1) } },
    );
    const found = sub(
      sub(unlabeled.elbo as Tensor, unlabeled.labelEntropy as Tensor),
      unlabeled.logLabelPrior as Tensor,
    );
    expectClose(await read(sub(found, weighed(labelLogits))), new Array(20).fill(0), 20 * ofValue());
    const gaps = await read(sub(weighed(other), weighed(labelLogits)));
    expect(Math.max(...gaps.map(Math.abs))).toBeGreaterThan(0.1);
    model.dispose();
  });

  it('weights each divergence by its name', async () => {
    const model = shake(tinyAdgm());
    const { x } = tinyExamples(3);
    const at = (klWeight: object) =>
      semiSupervised({ klWeight: klWeight as { auxiliaryKl: number } })(
        model,
        { unlabeled: { x } },
        { step: 0, noise: createNoise(1) },
      ).unlabeled ?? {};
    const [plain, weighted] = [at({ latentKl: 1 }), at({ auxiliaryKl: 0.25 })];
    expectClose(await read(weighted.elbo as Tensor), await read(plain.elbo as Tensor));
    const gained = sub(weighted.objective as Tensor, plain.objective as Tensor);
    expectClose(await read(gained), await read(mul(0.75, plain.auxiliaryKl as Tensor)), 20 * ofValue());
    expect(() => at({ auxKl: 1 })).toThrow(
      'semiSupervised: klWeight.auxKl is not a divergence of the model, needed latentKl, auxiliaryKl',
    );
    model.dispose();
  });
});
