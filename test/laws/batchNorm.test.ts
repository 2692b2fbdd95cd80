/** Batch statistics where labels are enumerated: 1, K and S rows of an example agree. */
import {
  add,
  mean,
  mul,
  type Scalar,
  scalar,
  slice,
  softmax,
  type Tensor,
  tensor2d,
  type Variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { byLabel, everyLabel } from '../../src/bounds/everyLabel';
import { labelExpectation } from '../../src/bounds/labelExpectation';
import { logLabelPrior } from '../../src/bounds/labelPrior';
import { unlabeledElbo } from '../../src/bounds/unlabeledElbo';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import * as categorical from '../../src/distributions/categorical';
import type { BoundContext, SemiSupervisedVae } from '../../src/models/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { smoothLabels } from '../../src/regularizers/labelSmoothing';
import { fixedNoise } from '../support/fixedNoise';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import {
  CLASSES,
  CONV,
  MLP,
  tinyAdgm,
  tinyExamples,
  tinyLadder,
  tinyM2,
  tinySdgm,
  weightsOf,
} from '../support/tiny';
import { ofValue } from '../support/tolerance';

/** A pass whose z is the mean, so that rows of an example share it however many there are. */
const training = (): BoundContext => ({ noise: fixedNoise(scalar(0)), training: true });
const ROWS = 4;

type Numbers = Readonly<Record<string, readonly number[]>>;

const NETS: readonly (readonly [string, () => SemiSupervisedVae])[] = [
  ['conv', () => tinyM2({ nets: { ...CONV, norm: 'batch' } })],
  ['mlp', () => tinyM2({ nets: { ...MLP, norm: 'batch' } })],
  [
    'mlp of two layers, q(z|x)',
    () => tinyM2({ nets: { preset: 'mlp', widths: [8, 6], norm: 'batch' }, encoderSeesLabel: false }),
  ],
  [
    'ladder of two layers',
    () => tinyLadder({ nets: { ...MLP, widths: [8, 6], norm: 'batch' }, decoderSeesLabel: true }),
  ],
  ['mlp of an ADGM', () => tinyAdgm({ nets: { ...MLP, norm: 'batch' } })],
  ['mlp of an SDGM', () => tinySdgm({ nets: { ...MLP, norm: 'batch' } })],
];

/** Makes q(y|x) sharper by a factor; 0 makes it uniform. */
const sharpen = (model: SemiSupervisedVae, factor: number): void => {
  for (const name of ['kernel', 'bias']) {
    const weight = model.variables[`classifier/logits/${name}`] as Variable;
    const sharper = mul(weight, factor);
    weight.assign(sharper);
    sharper.dispose();
  }
};

const statisticsOf = async (model: SemiSupervisedVae): Promise<Numbers> =>
  Object.fromEntries(Object.entries(await weightsOf(model)).filter(([name]) => /\/moving/.test(name)));

/** Value, gradients and running statistics that a training pass leaves, of a model of its own. */
const passOf = async (
  make: () => SemiSupervisedVae,
  factor: number,
  f: (model: SemiSupervisedVae, x: Tensor) => Tensor,
) => {
  const model = make();
  sharpen(model, factor);
  const { x } = tinyExamples(ROWS);
  let rows: Tensor | undefined;
  const trainable = Object.entries(model.variables).filter(([, { trainable }]) => trainable);
  const { grads, value } = variableGrads(
    () => {
      const found = f(model, x);
      rows = found;
      return mean(found) as Scalar;
    },
    trainable.map(([, variable]) => variable),
  );
  expect(rows?.shape).toEqual([ROWS]);
  const gradients: Record<string, number[]> = {};
  for (const [name, variable] of trainable) {
    const gradient = grads[variable.name];
    gradients[name] = gradient ? await read(gradient) : new Array<number>(variable.size).fill(0);
  }
  const statistics = await statisticsOf(model);
  model.dispose();
  return { value: await read(value), gradients, statistics };
};

const expectSame = (actual: Numbers, expected: Numbers, tolerance: number): void => {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  // A bias before batch norm has a gradient of rounding errors alone.
  const least = 0.01 * Math.max(...Object.values(expected).flat().map(Math.abs));
  for (const [name, values] of Object.entries(expected)) {
    const size = Math.max(least, ...values.map(Math.abs));
    expectClose(
      (actual[name] as number[]).map((v) => v / size),
      values.map((v) => v / size),
      tolerance,
    );
  }
};

const objectiveAt = (
  objective: Objective<SemiSupervisedVae>,
  model: SemiSupervisedVae,
  batch: Batch,
  noise = training().noise,
) => objective(model, batch, { step: 0, noise });

const enumerated = (model: SemiSupervisedVae, x: Tensor): Tensor =>
  objectiveAt(semiSupervised({ labelHandling: 'enumerate' }), model, { unlabeled: { x } }).unlabeled
    ?.objective as Tensor;

describe.each(NETS)('batch statistics of enumerated labels: %s', (_, make) => {
  cleanUpAfterEach();
  const tolerance = 40 * ofValue();

  it('are those of one row at the label, where q(y|x) is one-hot', async () => {
    const folded = await passOf(make, 1e6, enumerated);
    const alone = await passOf(make, 1e6, (model, x) => {
      const { labelLogits, bound } = model.infer(x, training());
      const y = categorical.mode(labelLogits);
      return add(bound(y).elbo, logLabelPrior(y, model.labelPrior));
    });
    expectClose(folded.value, alone.value, tolerance);
    expectSame(folded.gradients, alone.gradients, tolerance);
    expectSame(folded.statistics, alone.statistics, tolerance);
  });

  it('are those of K rows that count alike, where q(y|x) is uniform', async () => {
    const weighted = await passOf(make, 0, enumerated);
    const plain = await passOf(make, 0, (model, x) => {
      const { labelLogits, bound } = model.infer(x, training());
      const y = everyLabel(ROWS, CLASSES);
      const labeledBound = byLabel(add(bound(y).elbo, logLabelPrior(y, model.labelPrior)), CLASSES);
      return unlabeledElbo({ labelLogits, labeledBound }).elbo;
    });
    expectClose(weighted.value, plain.value, tolerance);
    expectSame(weighted.gradients, plain.gradients, tolerance);
    expectSame(weighted.statistics, plain.statistics, tolerance);
  });

  it('hold q(y|x) constant: no gradient reaches it through the weights', async () => {
    const weights = await (async () => {
      const model = make();
      sharpen(model, 3);
      const q = await read(
        softmax(model.infer(tinyExamples(ROWS).x, { ...training(), updateStatistics: false }).labelLogits),
      );
      model.dispose();
      return q;
    })();
    const folded = await passOf(make, 3, enumerated);
    const held = await passOf(make, 3, (model, x) => {
      const { labelLogits, bound } = model.infer(x, training());
      const y = everyLabel(ROWS, CLASSES);
      const { elbo } = bound(y, { rowWeights: tensor2d(weights, [ROWS, CLASSES]) });
      const labeledBound = byLabel(add(elbo, logLabelPrior(y, model.labelPrior)), CLASSES);
      return unlabeledElbo({ labelLogits, labeledBound }).elbo;
    });
    expectClose(folded.value, held.value, tolerance);
    expectSame(folded.gradients, held.gradients, tolerance);
  });

  it('do not depend on the scale of the weights', async () => {
    const at = (scale: number) =>
      passOf(make, 1, (model, x) => {
        const { labelLogits, bound } = model.infer(x, training());
        const q = softmax(labelLogits);
        const { elbo } = bound(everyLabel(ROWS, CLASSES), { rowWeights: mul(q, scale) });
        return labelExpectation({ labels: q, valueByLabel: byLabel(elbo, CLASSES) });
      });
    const [one, seven] = [await at(1), await at(7)];
    expectClose(seven.value, one.value, tolerance);
    expectSame(seven.statistics, one.statistics, tolerance);
  });
});

describe('batch statistics of labels drawn from q(y|x)', () => {
  cleanUpAfterEach();

  it('are those of every label, in expectation', async () => {
    const draws = 2000;
    const weights = [0.7, 0.2, 0.1, 0.05, 0.05, 0.9, 0, 1, 0, 0.3, 0.3, 0.4];
    const at = async (labels: Tensor, rowWeights?: Tensor) => {
      const model = tinyM2({ nets: { ...CONV, norm: 'batch' } });
      const { bound } = model.infer(tinyExamples(ROWS).x, training());
      const { elbo } = bound(labels, { ...(rowWeights && { rowWeights }) });
      const statistics = await statisticsOf(model);
      model.dispose();
      return { elbo: await read(elbo), statistics };
    };
    // Every label in its share of the draws, as the law of large numbers has it, and drawn at random.
    const uniforms = createNoise(4).uniforms(ROWS * draws);
    const drawn = Array.from(uniforms, (u, i) => {
      const row = Math.floor(i / draws) * CLASSES;
      const [first = 0, second = 0] = weights.slice(row, row + 2);
      return u < first ? 0 : u < first + second ? 1 : 2;
    });
    const oneHot = tensor2d(drawn.map((label) => [0, 1, 2].map((k) => (k === label ? 1 : 0))));
    const sampled = await at(oneHot);
    const exact = await at(everyLabel(ROWS, CLASSES), tensor2d(weights, [ROWS, CLASSES]));
    // 8,000 draws: a share is known to ± 0.005.
    expectSame(sampled.statistics, exact.statistics, 0.02);
    for (let b = 0; b < ROWS; b++) {
      const mean = sampled.elbo.slice(b * draws, (b + 1) * draws).reduce((sum, v) => sum + v / draws, 0);
      const expected = [0, 1, 2].reduce(
        (sum, k) => sum + (weights[b * CLASSES + k] as number) * (exact.elbo[b * CLASSES + k] as number),
        0,
      );
      expect(Math.abs(mean - expected)).toBeLessThan(0.01 * Math.abs(expected));
    }
    // Without weights they are others.
    const alike = await at(everyLabel(ROWS, CLASSES));
    expect(() => expectSame(alike.statistics, exact.statistics, 0.02)).toThrow();
  });
});

describe('running statistics move', () => {
  cleanUpAfterEach();

  /** Statistics of a fresh model after a pass over four labeled and five unlabeled examples. */
  const statisticsAfter = async (
    f: (model: SemiSupervisedVae, batch: Required<Batch>) => unknown,
  ): Promise<Numbers> => {
    const model = tinyM2({ nets: { ...CONV, norm: 'batch' } });
    const { x, y } = tinyExamples(9);
    const labeled = { x: slice(x, 0, 4), y: slice(y, 0, 4) };
    f(model, { labeled, unlabeled: { x: slice(x, 4) } });
    const statistics = await statisticsOf(model);
    model.dispose();
    return statistics;
  };
  const step = (objective: Objective<SemiSupervisedVae>, parts: readonly (keyof Batch)[]): Promise<Numbers> =>
    statisticsAfter((model, batch) =>
      objectiveAt(
        objective,
        model,
        Object.fromEntries(parts.map((part) => [part, batch[part]])),
        createNoise(3),
      ),
    );
  const moved = (statistics: Numbers, before: Numbers): string[] =>
    Object.keys(before).filter((name) => JSON.stringify(statistics[name]) !== JSON.stringify(before[name]));

  it('with the unlabeled examples of a step, not with its labeled ones', async () => {
    for (const objective of [semiSupervised(), semiSupervised({ labelHandling: 'gumbel' })]) {
      const both = await step(objective, ['labeled', 'unlabeled']);
      expect(both).toEqual(await step(objective, ['unlabeled']));
      expect(both).not.toEqual(await step(objective, ['labeled']));
    }
  });

  it('with the labeled examples of a step that has no others', async () => {
    const before = await statisticsAfter(() => undefined);
    const names = Object.keys(before);
    expect(names.length).toBeGreaterThan(5);
    expect(moved(await step(semiSupervised(), ['labeled']), before)).toEqual(names);
    // A classifier runs neither encoder nor decoder, and no unlabeled example.
    const classifier = await step(supervised(), ['labeled', 'unlabeled']);
    expect(moved(classifier, before)).toEqual(names.filter((name) => name.startsWith('trunk')));
    expect(classifier).toEqual(await step(supervised(), ['labeled']));
  });

  it('by the smoothed labels, where they are enumerated', async () => {
    const labelSmoothing = { epsilon: 0.2, expectation: 'enumerate' } as const;
    const smoothed = await step(regularized({ labelSmoothing }), ['labeled']);
    const weighted = await statisticsAfter((model, { labeled: { x, y } }) =>
      model
        .infer(x, { noise: createNoise(3).split('labeled'), training: true })
        .bound(everyLabel(4, CLASSES), { rowWeights: smoothLabels(y, 0.2) }),
    );
    expectSame(smoothed, weighted, ofValue());
  });

  it('not with the mixed examples of the consistency term, nor in evaluation', async () => {
    const consistent = semiSupervised({ consistency: { weight: 1 } });
    const batch = ['unlabeled'] as const;
    expect(await step(consistent, batch)).toEqual(await step(semiSupervised(), batch));
    const before = await statisticsAfter(() => undefined);
    const evaluated = await statisticsAfter((model, { labeled: { x } }) => {
      model.classify(x);
      model.embed(x);
      model.reconstruct(x);
      model.generate([0, 1, 2], createNoise(3));
      model
        .infer(x, { noise: createNoise(3) })
        .bound(everyLabel(4, CLASSES), { rowWeights: model.classify(x) });
    });
    expect(evaluated).toEqual(before);
  });
});
