import {
  add,
  dispose,
  keep,
  matMul,
  mean,
  mul,
  profile,
  type Scalar,
  scalar,
  square,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  type Variable,
  variable,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Batch, BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import type { M2 } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { lossOf } from '../../src/training/loss';
import { createAdam } from '../../src/training/optimizer/adam';
import { allFinite, globalNorm, zeroUnless } from '../../src/training/optimizer/gradients';
import type { StepOptions } from '../../src/training/options';
import { executeEagerly, type StepWork } from '../../src/training/step';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach, expectClose, read } from '../support/numbers';
import { alive, tinyBatches, tinyM2, weightsOf } from '../support/tiny';

const terms = () => ({
  labeled: { objective: tensor1d([-1, -3]), crossEntropy: tensor1d([0.5, 1.5]), elbo: tensor1d([9, 9]) },
  unlabeled: { objective: tensor1d([-10, -20, -30]) },
});
const weights = { labeled: 1, unlabeled: 1, crossEntropy: 1, parameters: 0 };

describe('lossOf', () => {
  cleanUpAfterEach();

  it('is the weighted sum of minus the means, and of the cross-entropy', async () => {
    const loss = (w: Partial<typeof weights>) => read(lossOf(terms(), { ...weights, ...w }, []));
    expectClose(await loss({}), [2 + 1 + 20]);
    expectClose(await loss({ labeled: 0.25, unlabeled: 0.5, crossEntropy: 7 }), [0.25 * 2 + 7 + 10]);
    expectClose(await loss({ unlabeled: 0 }), [3]);
    expectClose(await read(lossOf(terms(), { ...weights, crossEntropy: scalar(7) }, [])), [2 + 7 + 20]);
  });

  it('takes no mean of a term without weight', async () => {
    const found = terms();
    const meansAt = async (w: Partial<typeof weights>) => {
      const { kernels } = await profile(() => lossOf(found, { ...weights, ...w }, []));
      return kernels.filter(({ name }) => name === 'Mean').length;
    };
    expect(await meansAt({})).toBe(3);
    expect(await meansAt({ unlabeled: 0, crossEntropy: 0 })).toBe(1);
  });

  it('adds half the squares of the variables times the weight of the prior', async () => {
    const variables = [variable(tensor([1, 2])), variable(tensor([[3]]))];
    expectClose(await read(lossOf(terms(), { ...weights, parameters: 0.1 }, variables)), [23 + 0.05 * 14]);
  });

  it('is refused where nothing has a weight', () => {
    const message =
      'train: the loss is empty, needed an objective or a cross-entropy with a weight other than 0';
    expect(() => lossOf({}, weights, [])).toThrowError(
      new RangeError(`${message}; the objective gives no term`),
    );
    expect(() => lossOf({ labeled: { elbo: tensor1d([1]) } }, weights, [])).toThrowError(
      new RangeError(`${message}; the objective gives labeled.elbo`),
    );
  });
});

/** A line y = a·x + b as a model of its own: what the trainer relies on is the contract alone. */
const line = () => {
  const variables = {
    a: variable(tensor([[1]])),
    b: variable(tensor([0.5])),
    fixed: variable(tensor([2]), false),
  };
  const model: Model & { variables: Record<string, Variable> } = {
    inputShape: [1],
    classes: 2,
    variables,
    spec: { model: 'line' },
    dispose: () => dispose(variables),
  };
  return model;
};
const squares: Objective<Model> = ({ variables }, { labeled, unlabeled }) => {
  const of = (x: Tensor) => {
    const { a, b, fixed } = variables as Record<string, Variable>;
    return mul(-1, sum(square(mul(add(matMul(x, a as Tensor), b as Tensor), fixed as Tensor)), 1));
  };
  return {
    ...(labeled && { labeled: { objective: of(labeled.x), crossEntropy: sum(labeled.y, 1) } }),
    ...(unlabeled && { unlabeled: { objective: of(unlabeled.x) } }),
  };
};
const lineBatch = (): Batch => ({
  labeled: {
    x: tensor([[1], [2]]),
    y: tensor([
      [1, 0],
      [0, 1],
    ]),
  },
  unlabeled: { x: tensor([[3], [4], [5]]) },
});
const lineSource = (at: () => Batch = lineBatch): BatchSource => ({
  stepsPerEpoch: 2,
  counts: { labeled: 10, unlabeled: 30 },
  at,
});
const work = (model: Model, objective: Objective<Model> = squares): StepWork => ({
  model,
  variables: Object.fromEntries(Object.entries(model.variables).filter(([, { trainable }]) => trainable)),
  objective,
  optimizer: createAdam({ learningRate: 0.1 }),
  batch: lineBatch(),
  context: { step: 0, noise: createNoise(0) },
  weights,
});

/** The losses that `trainingSteps` reports, a step each, and the gradients that its optimizer is given at the first. */
const firstSteps = async (options: Partial<StepOptions<Model>>, steps = 1) => {
  const gradients: Record<string, number[]> = {};
  const losses: number[] = [];
  const model = line();
  const pending: Promise<void>[] = [];
  const adam = createAdam();
  const optimizer = {
    ...adam,
    state: adam.state,
    apply: (_: object, given: Readonly<Record<string, Tensor>>) => {
      for (const [name, gradient] of Object.entries(given)) {
        // The step frees its own before a device has answered.
        const copy = keep(gradient.clone());
        pending.push(
          copy.data().then((values) => {
            gradients[name] = Array.from(values);
            copy.dispose();
          }),
        );
      }
    },
  };
  const all = { objective: squares, batches: lineSource(), seed: createNoise(0), optimizer, ...options };
  for await (const { read: means } of trainingSteps(model, { ...all, to: steps })) {
    losses.push((await means()).loss as number);
  }
  await Promise.all(pending);
  return { losses, gradients };
};

// At a = 1, b = ½ and a factor of 2: 4·(x + ½)² for each x.
const LABELED = (4 * (1.5 ** 2 + 2.5 ** 2)) / 2;
const UNLABELED = (4 * (3.5 ** 2 + 4.5 ** 2 + 5.5 ** 2)) / 3;
const N = 40;

describe('weighting of the loss', () => {
  cleanUpAfterEach();

  it.each<[string, Partial<StepOptions<Model>>, number]>([
    ['"mean": each part with weight 1, α by default 0.1·N/N_l', {}, LABELED + UNLABELED + (0.1 * N) / 10],
    ['"mean" with α given', { alpha: 3 }, LABELED + UNLABELED + 3],
    [
      '"dataset": N_l/N and N_u/N, α by default 0.1',
      { weighting: 'dataset' },
      (LABELED * 10 + UNLABELED * 30) / N + 0.1,
    ],
    [
      '"dataset" with α given, which is not scaled',
      { weighting: 'dataset', alpha: 2 },
      (LABELED * 10 + UNLABELED * 30) / N + 2,
    ],
    [
      'a N(0, σ²) prior: ½‖θ‖²/(σ²N) of the trainable variables',
      { parameterPrior: 0.5, alpha: 0 },
      LABELED + UNLABELED + (0.5 * (1 + 0.25)) / (0.25 * N),
    ],
  ])('is %s', async (_, options, expected) => {
    const { losses } = await firstSteps(options);
    expectClose(losses, [expected]);
  });

  it('reads α at the step', async () => {
    const { losses } = await firstSteps({ alpha: (step) => 10 * step }, 3);
    expectClose(
      losses,
      [0, 10, 20].map((alpha) => LABELED + UNLABELED + alpha),
    );
  });

  it('gives the prior’s gradient θ/(σ²N), and none to variables that are not trained', async () => {
    const [plain, withPrior] = [await firstSteps({}), await firstSteps({ parameterPrior: 0.5 })];
    expect(Object.keys(withPrior.gradients).sort()).toEqual(['a', 'b']);
    const pull = (name: string) =>
      (withPrior.gradients[name]?.[0] as number) - (plain.gradients[name]?.[0] as number);
    // Differences of gradients near 250: their float32 spacing is 2e-5.
    expectClose([pull('a'), pull('b')], [1 / (0.25 * N), 0.5 / (0.25 * N)], 1e-4);
  });

  it('is that of the objective where the options name none and both parts are there', async () => {
    const objective = Object.assign((...given: Parameters<Objective<Model>>) => squares(...given), {
      weighting: 'dataset' as const,
    });
    const byDataset = (LABELED * 10 + UNLABELED * 30) / N;
    expectClose((await firstSteps({ objective })).losses, [byDataset + 0.1]);
    expectClose((await firstSteps({ objective, weighting: 'mean', alpha: 0 })).losses, [LABELED + UNLABELED]);
    const sum = Object.assign((...given: Parameters<Objective<Model>>) => squares(...given), {
      weighting: 'sum',
    });
    await expect(firstSteps({ objective: sum as never })).rejects.toThrow(
      new RangeError('trainingSteps: objective.weighting is "sum", needed one of "mean", "dataset"'),
    );
  });

  it('counts every example of a VAE alike, labeled or not', () => {
    expect(unsupervised().weighting).toBe('dataset');
  });

  it('is labeled alone where α has no unlabeled examples to be relative to', async () => {
    const batches = {
      ...lineSource(() => ({ labeled: lineBatch().labeled as Batch['labeled'] & object })),
      counts: { labeled: 10, unlabeled: 0 },
    };
    expectClose((await firstSteps({ batches })).losses, [LABELED + 0.1]);
  });
});

describe('executeEagerly', () => {
  cleanUpAfterEach();

  it('moves variables by the gradient, and returns loss and terms of before', async () => {
    const model = line();
    const { loss, terms: found } = executeEagerly(work(model));
    expectClose(await read(loss), [LABELED + UNLABELED + 1]);
    expectClose(await read(found.unlabeled?.objective as Tensor), [-49, -81, -121]);
    // The first step of Adam is the learning rate against the sign of the gradient, whatever its size.
    expectClose(await read((model.variables.a as Tensor).clone()), [0.9]);
    expectClose(await read((model.variables.b as Tensor).clone()), [0.4]);
    expect(await read((model.variables.fixed as Tensor).clone())).toEqual([2]);
  });

  it('is the gradient of the loss: finite differences over a whole M2 agree', async () => {
    const model = tinyM2();
    const batch = await tinyBatches().at(0);
    const context = { step: 0, noise: createNoise(5) };
    const lossNow = () => lossOf(semiSupervised()(model, batch, context), weights, []);
    const target = model.variables['decoder/hidden/labelKernel'] as Variable;
    const { grads } = variableGrads(() => mean(lossNow()) as Scalar, [target]);
    const gradient = await read(grads[target.name] as Tensor);
    const direction = createNoise(8).normal(target.shape);
    const start = target.clone();
    const at = async (h: number): Promise<number> => {
      target.assign(add(start, mul(direction, h)));
      return (await read(lossNow()))[0] as number;
    };
    const numeric = ((await at(0.02)) - (await at(-0.02))) / 0.04;
    const along = (await read(direction)).reduce((total, d, i) => total + d * (gradient[i] as number), 0);
    expect(Math.abs(along - numeric)).toBeLessThan(0.01 * Math.max(1, Math.abs(numeric)));
    model.dispose();
  });

  it.each<[string, Objective<Model>, RegExp | string]>([
    [
      'throws',
      () => {
        tensor([1, 2]);
        throw new Error('no objective today');
      },
      'no objective today',
    ],
    [
      'gives a matrix',
      () => ({ labeled: { objective: tensor([[1]]) } }),
      /labeled.objective has shape \[1,1\], needed one value per example, \[\d\]/,
    ],
    [
      'gives a number',
      () => ({ unlabeled: { objective: 3 as unknown as Tensor } }),
      "train: the objective's unlabeled.objective is 3, needed a tensor [B]",
    ],
    [
      'gives nothing',
      () => undefined as unknown as object,
      'train: the objective gives undefined, needed terms, as { labeled: { objective } }',
    ],
    [
      'gives a tensor',
      () => scalar(1) as object,
      'train: the objective gives a tensor [], needed terms, as { labeled: { objective } }',
    ],
    [
      'depends on no variable',
      () => ({ labeled: { objective: tensor(1) } }),
      /no trainable variable of the model/,
    ],
    [
      'has values of other examples',
      () => ({ labeled: { objective: tensor([1, 2, 3, 4, 5, 6, 7]) } }),
      /labeled.objective has shape \[7\], needed one value per example, \[\d\]/,
    ],
    [
      'gives a part that there is not',
      () => ({ labeled: { objective: tensor(1) }, metrics: { norm: tensor(1) } }) as object,
      'train: a part of what the objective gives is "metrics", needed one of "labeled", "unlabeled"',
    ],
    [
      'gives a tensor for a part',
      () => ({ labeled: tensor([1, 2]) }) as unknown as object,
      "train: the objective's labeled is a tensor [2], needed terms by name",
    ],
  ])('leaves no tensor when the objective %s', (_, objective, message) => {
    const model = line();
    const job = work(model, objective);
    const before = alive();
    expect(() => executeEagerly(job)).toThrow(message);
    expect(alive()).toEqual(before);
  });

  it('shortens gradients to the norm asked for, keeps their direction, and reports the norm of before', async () => {
    const given: Record<string, number>[] = [];
    const seen = (job: StepWork) => {
      const found: Record<string, Tensor> = {};
      const optimizer = {
        ...job.optimizer,
        state: job.optimizer.state,
        apply: (_: object, gradients: Readonly<Record<string, Tensor>>) => {
          for (const [name, gradient] of Object.entries(gradients)) found[name] = keep(gradient.clone());
        },
      };
      return { found, out: executeEagerly({ ...job, optimizer }) };
    };
    for (const clipNorm of [undefined, 1e9, 2]) {
      const { found, out } = seen({
        ...work(line()),
        gradientNorm: true,
        ...(clipNorm !== undefined && { clipNorm }),
      });
      const [a, b] = [await read(found.a as Tensor), await read(found.b as Tensor)];
      given.push({
        a: a[0] as number,
        b: b[0] as number,
        norm: (await read(out.gradientNorm as Tensor))[0] as number,
      });
      dispose([
        out.loss,
        ...Object.values(out.terms.labeled ?? {}),
        ...Object.values(out.terms.unlabeled ?? {}),
      ]);
    }
    const [plain, loose, tight] = given as [
      Record<string, number>,
      Record<string, number>,
      Record<string, number>,
    ];
    const norm = Math.hypot(plain.a as number, plain.b as number);
    expectClose([plain.norm as number, loose.norm as number, tight.norm as number], [norm, norm, norm]);
    expect(loose).toEqual(plain);
    expectClose(
      [tight.a as number, tight.b as number],
      [plain.a, plain.b].map((g) => (2 * (g as number)) / norm),
    );
  });

  it('finds any number that is not finite, and puts zeros in the place of gradients', async () => {
    const gradients = (odd: number) => ({ a: tensor([1, odd]), b: tensor([[3]]) });
    for (const [odd, loss, expected] of [
      [2, 1, 1],
      [Number.NaN, 1, 0],
      [Number.POSITIVE_INFINITY, 1, 0],
      [2, Number.NaN, 0],
    ] as const) {
      expect(await read(allFinite(gradients(odd), scalar(loss)))).toEqual([expected]);
      const norm = globalNorm(gradients(odd));
      expect(await read(allFinite(gradients(odd), scalar(loss), norm))).toEqual([expected]);
    }
    const kept = zeroUnless(gradients(2), scalar(1));
    expect(await read(kept.a as Tensor)).toEqual([1, 2]);
    const zeros = zeroUnless(gradients(Number.NaN), scalar(0));
    expect([await read(zeros.a as Tensor), await read(zeros.b as Tensor)]).toEqual([[0, 0], [0]]);
  });

  it('leaves no tensor when the optimizer throws', () => {
    const job = work(line());
    const before = alive();
    const optimizer = {
      ...job.optimizer,
      state: job.optimizer.state,
      apply: () => {
        throw new Error('full');
      },
    };
    expect(() => executeEagerly({ ...job, optimizer })).toThrow('full');
    expect(alive()).toEqual(before);
  });

  it('takes a scalar for a statistic of the batch', async () => {
    const objective: Objective<Model> = ({ variables }) => ({
      labeled: { objective: sum(variables.a as Tensor), statistic: scalar(4) },
    });
    const { loss } = executeEagerly(work(line(), objective));
    expectClose(await read(loss), [-1]);
  });
});

describe('labeled-only training with α = 0', () => {
  cleanUpAfterEach();

  const labelsAlone = () => tinyBatches({ batchSize: { labeled: 3, unlabeled: 0 } });
  const classifierOf = async (model: M2) =>
    Object.entries(await weightsOf(model)).filter(([name]) => name.startsWith('classifier/'));
  const afterTraining = async (objective: Objective<M2>) => {
    const model = tinyM2();
    const before = await classifierOf(model);
    const optimizer = createAdam({ weightDecay: 0.1 });
    const batches = labelsAlone();
    for await (const _ of trainingSteps(model, {
      objective,
      batches,
      seed: createNoise(3),
      alpha: 0,
      optimizer,
      to: 5,
    }));
    const after = await classifierOf(model);
    const moments = Object.keys(optimizer.state.tensors).filter((name) => name.includes('classifier/'));
    optimizer.dispose();
    model.dispose();
    return { before, after, moments };
  };

  it('leaves the classifier untouched under m2, Adam’s moments and decay included', async () => {
    const { before, after, moments } = await afterTraining(semiSupervised());
    expect(after).toEqual(before);
    expect(moments).toEqual([]);
  });

  it('does not under regularized, whose label terms reach it', async () => {
    const { before, after, moments } = await afterTraining(regularized());
    for (const [i, [name, values]] of after.entries()) expect(values, name).not.toEqual(before[i]?.[1]);
    expect(moments.length).toBe(2 * before.length);
  });

  it('leaves encoder and decoder untouched under supervised', async () => {
    const model = tinyM2();
    const before = await weightsOf(model);
    const batches = labelsAlone();
    for await (const _ of trainingSteps(model, {
      objective: supervised(),
      batches,
      seed: createNoise(3),
      to: 5,
    }));
    for (const [name, values] of Object.entries(await weightsOf(model))) {
      if (name.startsWith('classifier/')) expect(values).not.toEqual(before[name]);
      else expect(values).toEqual(before[name]);
    }
    model.dispose();
  });
});
