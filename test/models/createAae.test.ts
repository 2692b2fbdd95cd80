import {
  add,
  concat,
  mean,
  mul,
  neg,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  tensor,
  tidy,
  type Variable,
  variableGrads,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import type { ClassPrior } from '../../src/distributions/classPrior';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { gaussianRing } from '../../src/distributions/gaussianRing';
import { swissRoll } from '../../src/distributions/swissRoll';
import { evaluateElbo } from '../../src/evaluation/elbo';
import { evaluateImportanceBound } from '../../src/evaluation/importanceBound';
import { noveltyScore } from '../../src/evaluation/novelty';
import { type Aae, type AaeOptions, createAae } from '../../src/models/adversarial/model';
import { loadModel } from '../../src/models/loadModel';
import type { Model } from '../../src/models/model';
import type { ObjectiveTerms } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { saveModel } from '../../src/models/saveModel';
import { type AdversarialPhase, adversarial } from '../../src/training/adversarial';
import { fit } from '../../src/training/fit/fit';
import { train } from '../../src/training/train';
import goldens from '../golden/adversarial.json';
import { fixedNoise } from '../support/fixedNoise';
import { cleanUpAfterEach, expectClose, expectTensor, read } from '../support/numbers';
import {
  alive,
  CLASSES,
  memoryStorage,
  SHAPE,
  tinyAae,
  tinyBatches,
  tinyDataset,
  tinyExamples,
  weightsOf,
} from '../support/tiny';

interface GoldenTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface GoldenPhase {
  readonly name: string;
  readonly objective: Readonly<Record<string, GoldenTensor | undefined>>;
  readonly gradients: Readonly<Record<string, GoldenTensor | undefined>>;
}
const toTensor = ({ shape, values }: GoldenTensor): Tensor => tensor([...values], [...shape], 'float32');

/** The prior of the goldens: draws that depend on the label and on the stream alone. */
const goldenPrior: ClassPrior = {
  classes: 3,
  logProb: (z) => zerosLike(z) as ReturnType<ClassPrior['logProb']>,
  sample: (y, noise) => tidy(() => add(mul(y, 2), noise.normal(y.shape))),
};

/** Sets all variables of a model. */
const assign = (model: Model, values: (name: string, variable: Variable) => Tensor): void =>
  tidy(() => {
    for (const [name, variable] of Object.entries(model.variables))
      variable.assign(values(name, variable).clone());
  });

/** Sets the discriminators to 0 everywhere. */
const withoutJudgment = (model: Model): void =>
  assign(model, (name, variable) => (name.includes('Discriminator') ? zerosLike(variable) : variable));

const phaseOf = (model: Aae, name: string, inputNoise?: number): AdversarialPhase =>
  adversarial(model, inputNoise === undefined ? {} : { inputNoise }).find(
    (phase) => phase.name === name,
  ) as AdversarialPhase;

const termsAt = (model: Aae, name: string, batch: Batch, seed = 1, inputNoise?: number): ObjectiveTerms =>
  phaseOf(model, name, inputNoise).objective(model, batch, { step: 0, noise: createNoise(seed) });

const batchOf = (count = 5): Batch => {
  const { x, y } = tinyExamples(count);
  return { labeled: { x, y }, unlabeled: { x: x.clone() } };
};

const KINDS: readonly (readonly [string, Partial<AaeOptions>])[] = [
  ['a label beside the code', {}],
  ['a swiss roll', { classPrior: swissRoll({ classes: CLASSES }), latent: 2 }],
  ['a ring of Gaussians', { classPrior: gaussianRing({ classes: CLASSES }), latent: 4 }],
];

describe.each([['label' as const], ['classPrior' as const]])(
  'an adversarial autoencoder of the goldens, %s',
  (kind) => {
    cleanUpAfterEach();
    const golden = goldens.models[kind];
    const made = (): Aae => {
      const model = createAae({
        inputShape: [5],
        classes: 3,
        latent: 3,
        labelPrior: golden.labelPrior,
        likelihood: gaussianObservation(),
        nets: { preset: 'mlp', widths: [4], discriminatorWidths: [6], activation: 'softplus' },
        ...(kind === 'classPrior' && { classPrior: goldenPrior }),
      });
      const weights: Readonly<Record<string, GoldenTensor | undefined>> = golden.weights;
      expect(Object.keys(model.variables).sort()).toEqual(Object.keys(weights).sort());
      assign(model, (name) => toTensor(weights[name] as GoldenTensor));
      return model;
    };

    it('has the phases of the goldens, in their order', () => {
      const model = made();
      expect(adversarial(model).map(({ name }) => name)).toEqual(golden.phases.map(({ name }) => name));
      model.dispose();
    });

    it.each((golden.phases as readonly GoldenPhase[]).map((phase) => [phase.name, phase] as const))(
      'has the float64 objective and gradient of the phase %s',
      async (name, expected) => {
        const model = made();
        const batch: Batch = {
          labeled: { x: toTensor(golden.x.labeled), y: toTensor(golden.y) },
          unlabeled: { x: toTensor(golden.x.unlabeled) },
        };
        const { objective, variables } = phaseOf(model, name);
        const noise = fixedNoise(toTensor(golden.draws));
        const parts = (terms: ObjectiveTerms): [string, Tensor][] =>
          Object.entries(terms).map(([part, named]) => [
            part,
            named.objective ?? neg(named.crossEntropy as Tensor),
          ]);
        const terms = parts(objective(model, batch, { step: 0, noise }));
        const objectives = expected.objective;
        expect(terms.map(([part]) => part)).toEqual(Object.keys(objectives));
        for (const [part, term] of terms)
          expectClose(await read(term), [...(objectives[part]?.values ?? [])]);

        const moved = variables.map((one) => model.variables[one] as Variable);
        const { grads: found } = variableGrads(
          () =>
            tidy(() => {
              const losses = parts(objective(model, batch, { step: 0, noise })).map(([, term]) =>
                neg(mean(term)),
              );
              return losses.reduce((a, b) => add(a, b)) as Scalar;
            }),
          moved,
        );
        const gradients = expected.gradients;
        const connected = variables.filter((one) => found[(model.variables[one] as Variable).name]);
        expect(connected.sort()).toEqual(Object.keys(gradients).sort());
        for (const one of connected)
          expectClose(await read(found[(model.variables[one] as Variable).name] as Tensor), [
            ...(gradients[one]?.values ?? []),
          ]);
        model.dispose();
      },
    );
  },
);

describe.each(KINDS)('an adversarial autoencoder with %s', (_, options) => {
  cleanUpAfterEach();

  it('has discriminators at −2 log 2, a generator at −log 2 and an accuracy of 50 % where they cannot judge', async () => {
    const model = tinyAae(options);
    withoutJudgment(model);
    const judges = model.labelDiscriminator ? 2 : 1;
    const { objective, codeAccuracy, labelAccuracy } = termsAt(model, 'discriminators', batchOf())
      .unlabeled as Record<string, Tensor>;
    await expectTensor(objective as Tensor, new Array(5).fill(-2 * judges * Math.LN2));
    await expectTensor(codeAccuracy as Tensor, new Array(5).fill(0.5));
    if (judges === 2) await expectTensor(labelAccuracy as Tensor, new Array(5).fill(0.5));
    else expect(labelAccuracy).toBeUndefined();
    const generator = termsAt(model, 'generator', batchOf()).unlabeled?.objective as Tensor;
    await expectTensor(generator, new Array(5).fill(-judges * Math.LN2));
    model.dispose();
  });

  it('leaves the variables of the other nets as they are, bit for bit, in each phase', async () => {
    const model = tinyAae(options);
    for (const phase of adversarial(model)) {
      const before = await weightsOf(model);
      await train(model, { objective: [phase], batches: tinyBatches(), epochs: 1, seed: 1 });
      const after = await weightsOf(model);
      const moved = Object.keys(after).filter((name) => String(after[name]) !== String(before[name]));
      expect(moved.length).toBeGreaterThan(1);
      for (const name of moved) expect(phase.variables).toContain(name);
      const nets = new Set(moved.map((name) => name.split('/')[0]));
      if (phase.name === 'discriminators')
        expect([...nets].every((net) => net?.endsWith('Discriminator'))).toBe(true);
      else expect([...nets].some((net) => net?.endsWith('Discriminator'))).toBe(false);
      expect(nets.has('decoder')).toBe(phase.name === 'reconstruction');
      phase.optimizer.dispose();
    }
    model.dispose();
  });

  it('classifies, embeds, generates and reconstructs, and is the same from its file', async () => {
    const model = tinyAae(options);
    const storage = memoryStorage();
    await saveModel(model, storage);
    const loaded = await loadModel(storage, { kind: 'aae' });
    expect(loaded.spec).toEqual(model.spec);
    const { x } = tinyExamples(4);
    for (const f of [
      (m: Aae) => m.classify(x),
      (m: Aae) => m.embed(x),
      (m: Aae) => m.generate([0, 1, 2, 1], 3),
      (m: Aae) => m.reconstruct(x),
    ]) {
      const values = await read(f(model));
      expect(values.every(Number.isFinite)).toBe(true);
      expect(await read(f(loaded))).toEqual(values);
    }
    loaded.dispose();
    model.dispose();
  });

  it('leaves no tensor behind', async () => {
    const use = async (): Promise<void> => {
      const model = tinyAae(options);
      const phases = adversarial(model);
      await train(model, { objective: phases, batches: tinyBatches(), epochs: 1, seed: 1 });
      tidy(() => {
        const { x } = tinyExamples(3);
        model.classify(x);
        model.embed(x);
        model.reconstruct(x);
        model.generate([1], 0);
      });
      for (const { optimizer } of phases) optimizer.dispose();
      model.dispose();
    };
    await use();
    const before = alive();
    await use();
    expect(alive()).toEqual(before);
  });

  it('has a spec that names what the user must know: what its file cannot hold', () => {
    const model = tinyAae({
      ...options,
      ...(!options.classPrior && {
        prior: { logProb: (z) => sum(z, 1) as Tensor1D, sample: (n, noise) => noise.normal([n, 3]) },
      }),
    });
    expect(model.spec).toHaveProperty('model', 'aae');
    if (!options.classPrior) expect(model.spec).toHaveProperty('prior', null);
    else expect(model.spec).toHaveProperty('classPrior', options.classPrior.spec);
    model.dispose();
  });
});

describe('the label of an adversarial autoencoder', () => {
  cleanUpAfterEach();

  it('is what decoder and discriminator see where it is known, and q(y|x) where it is not', async () => {
    const model = tinyAae();
    const { x, y } = tinyExamples(4);
    const { z } = model.encode(x);
    const known = termsAt(model, 'reconstruction', { labeled: { x, y } }).labeled?.objective as Tensor;
    await expectTensor(known, await read(model.likelihood.logProb(model.decode(z, y), x)));
    const set = tensor(new Array(4 * CLASSES).fill(1), [4, CLASSES]);
    const open = termsAt(model, 'reconstruction', { labeled: { x, y, allowed: set } }).labeled
      ?.objective as Tensor;
    const inferred = termsAt(model, 'reconstruction', { unlabeled: { x } }).unlabeled?.objective as Tensor;
    expectClose(await read(open), await read(inferred));
    model.dispose();
  });

  it('as a set of one class is the label, and as a set of all classes gives no cross-entropy', async () => {
    const model = tinyAae();
    const { x, y } = tinyExamples(4);
    for (const name of ['reconstruction', 'classification']) {
      const term = name === 'classification' ? 'crossEntropy' : 'objective';
      const of = (allowed?: Tensor) =>
        read(
          termsAt(model, name, { labeled: { x, y, ...(allowed && { allowed }) } }).labeled?.[term] as Tensor,
        );
      expectClose(await of(y), await of());
    }
    const all = tensor(new Array(4 * CLASSES).fill(1), [4, CLASSES]);
    const none = termsAt(model, 'classification', { labeled: { x, y, allowed: all } }).labeled?.crossEntropy;
    await expectTensor(none as Tensor, [0, 0, 0, 0]);
    model.dispose();
  });

  it('as a set of classes counts as unlabeled for a class prior', async () => {
    const model = tinyAae({ classPrior: swissRoll({ classes: CLASSES }), latent: 2 });
    const { x, y } = tinyExamples(4);
    const all = tensor(new Array(4 * CLASSES).fill(1), [4, CLASSES]);
    const seen: number[][] = [];
    const watched: Aae = {
      ...model,
      codeDiscriminator(z, c, pass) {
        seen.push(Array.from((c as Tensor).dataSync()));
        return model.codeDiscriminator(z, c, pass);
      },
    };
    termsAt(watched, 'generator', { labeled: { x, y, allowed: all } });
    expect(seen[0]).toEqual([0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    seen.length = 0;
    termsAt(watched, 'generator', { labeled: { x, y } });
    expect(seen[0]).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0]);
    model.dispose();
  });
});

describe('the discriminators of an adversarial autoencoder', () => {
  cleanUpAfterEach();

  it('have an expected gradient of 0 at 0 where the fakes are drawn from the prior', async () => {
    const rows = 4000;
    const model = tinyAae();
    // The output's weights alone have a gradient at 0 that does not depend on chance: hidden units as drawn.
    assign(model, (name, variable) =>
      name === 'codeDiscriminator/logit/kernel' ? zerosLike(variable) : variable,
    );
    const draws = (seed: number) => createNoise(seed).normal([rows, model.latent]);
    const honest: Aae = {
      ...model,
      encode: (x, pass) => ({ ...model.encode(x, pass), z: draws(7) as ReturnType<Aae['encode']>['z'] }),
    };
    const { objective } = phaseOf(model, 'discriminators');
    const x = tensor(new Float32Array(rows * 64), [rows, ...SHAPE]);
    const kernel = model.variables['codeDiscriminator/logit/kernel'] as Variable;
    const gradientOf = async (judged: Aae): Promise<number> => {
      const { grads: found } = variableGrads(
        () =>
          mean(
            objective(judged, { unlabeled: { x } }, { step: 0, noise: createNoise(2) }).unlabeled
              ?.objective as Tensor,
          ) as Scalar,
        [kernel],
      );
      return Math.max(...(await read(found[kernel.name] as Tensor)).map(Math.abs));
    };
    const honestly = await gradientOf(honest);
    expect(honestly).toBeLessThan(0.05);
    expect(await gradientOf(model)).toBeGreaterThan(4 * honestly);
    model.dispose();
  });

  it('see noise on their inputs, drawn from the stream of the step, and none where inputNoise is 0', async () => {
    const model = tinyAae();
    const of = async (seed: number, inputNoise?: number) =>
      read(termsAt(model, 'generator', batchOf(), seed, inputNoise).unlabeled?.objective as Tensor);
    expect(await of(1)).toEqual(await of(1));
    expect(await of(1)).not.toEqual(await of(2));
    expect(await of(1, 0)).toEqual(await of(2, 0));
    model.dispose();
  });

  it('see the unlabeled examples where there are any, and the labeled ones otherwise', () => {
    const model = tinyAae();
    const { labeled, unlabeled } = batchOf() as Required<Batch>;
    expect(Object.keys(termsAt(model, 'discriminators', { labeled, unlabeled }))).toEqual(['unlabeled']);
    expect(Object.keys(termsAt(model, 'discriminators', { labeled }))).toEqual(['labeled']);
    model.dispose();
  });
});

describe('an adversarial autoencoder of one class', () => {
  cleanUpAfterEach();

  it('is the autoencoder with a discriminator of its code alone', async () => {
    const roll = swissRoll({ classes: 1 });
    const one = tinyAae({ classes: 1, classPrior: roll, latent: 2, labelPrior: [1] });
    const prior = {
      logProb: (z: Tensor) => sum(roll.logProb(z), 1) as Tensor1D,
      sample: (count: number, noise: ReturnType<typeof createNoise>) =>
        roll.sample(tensor(new Float32Array(count).fill(1), [count, 1]), noise),
    };
    // The plain one: labels count for nothing in decoder and discriminator.
    const plain = tinyAae({ prior, latent: 2 });
    assign(plain, (name, variable) => {
      if (name.includes('labelKernel') || name.startsWith('labelDiscriminator')) return zerosLike(variable);
      return one.variables[name] ?? variable;
    });
    // "unlabeled" is constant: it counts as a part of the bias.
    assign(one, (name, variable) => (name.includes('labelKernel') ? zerosLike(variable) : variable));
    const { x } = tinyExamples(6);
    for (const phase of ['reconstruction', 'generator', 'discriminators']) {
      const [a, b] = [one, plain].map(
        (m) => termsAt(m, phase, { unlabeled: { x } }).unlabeled?.objective as Tensor,
      );
      const own = phase === 'reconstruction' ? 0 : phase === 'generator' ? -Math.LN2 : -2 * Math.LN2;
      expectClose(await read(add(a as Tensor, own)), await read(b as Tensor));
    }
    one.dispose();
    plain.dispose();
  });
});

describe('a class prior', () => {
  cleanUpAfterEach();

  it('that is the same for every class, with no weight on the class, is the plain prior of the code', async () => {
    const rolls = swissRoll({ classes: 1 });
    const alike: ClassPrior = {
      classes: CLASSES,
      logProb: (z) => concat(new Array(CLASSES).fill(rolls.logProb(z)), 1),
      sample: (y, noise) =>
        rolls.sample(
          tensor(new Float32Array(y.shape[0] as number).fill(1), [y.shape[0] as number, 1]),
          noise,
        ),
    };
    const model = tinyAae({ classPrior: alike, latent: 2 });
    assign(model, (name, variable) => (name.includes('labelKernel') ? zerosLike(variable) : variable));
    const { x, y } = tinyExamples(6);
    const noise = createNoise(5);
    const shared = { ...noise, split: () => createNoise(5) } as typeof noise;
    const of = (batch: Batch) =>
      phaseOf(model, 'discriminators', 0).objective(model, batch, { step: 0, noise: shared });
    const known = of({ labeled: { x, y } }).labeled?.objective as Tensor;
    const unknown = of({ unlabeled: { x } }).unlabeled?.objective as Tensor;
    expectClose(await read(known), await read(unknown));
    // q(y|x) is then the label prior.
    const logits = await read(model.classify(x));
    for (let i = 0; i < logits.length; i += CLASSES)
      expectClose(logits.slice(i, i + CLASSES), new Array(CLASSES).fill(logits[i]));
    model.dispose();
  });

  it('classifies by Bayes: where its densities are equal, by the label prior', async () => {
    const labelPrior = [0.7, 0.2, 0.1];
    const model = tinyAae({
      classPrior: gaussianRing({ classes: CLASSES, radius: 1e-6, radialSd: 1, tangentialSd: 1 }),
      latent: 2,
      labelPrior,
    });
    const { x } = tinyExamples(2);
    const [a = 0, b = 0, c = 0] = await read(model.classify(x));
    expectClose([a - b, a - c], [Math.log(3.5), Math.log(7)], 1e-4);
    model.dispose();
  });
});

describe('createAae', () => {
  cleanUpAfterEach();

  it.each<[string, object, string]>([
    [
      'both priors',
      { classPrior: swissRoll({ classes: 3 }), prior: { logProb: () => 0, sample: () => 0 } },
      'createAae: prior and classPrior are both given, needed one: p(z), or p(z|y)',
    ],
    [
      'a prior of other classes',
      { classPrior: swissRoll({ classes: 4 }) },
      'createAae: classPrior has 4 classes, the model 3; needed the same number',
    ],
    [
      'one class without a class prior',
      { classes: 1 },
      'createAae: classes is 1, needed an integer of at least 2',
    ],
    [
      'a preset that is none',
      { nets: 'conv' },
      'createAae: nets is "conv", needed "mlp" or tfjs-layers models',
    ],
    [
      'a choice that is none',
      { nets: { preset: 'mlp', width: 3 } },
      'createAae: nets.width is not a choice of "mlp"',
    ],
    [
      'no width',
      { nets: { preset: 'mlp', discriminatorWidths: [] } },
      'createAae: the number of discriminatorWidths is 0',
    ],
  ])('refuses %s', (_, options, message) => {
    const before = alive();
    expect(() => createAae({ inputShape: SHAPE, classes: 3, ...options })).toThrowError(message);
    expect(alive()).toEqual(before);
  });

  it('refuses codes of an odd width where the class prior is in the plane', async () => {
    const before = alive();
    for (const classPrior of [swissRoll({ classes: CLASSES }), gaussianRing({ classes: CLASSES })])
      expect(() => tinyAae({ classPrior, latent: 3 })).toThrowError(
        'createAae: classPrior gives no code of 3 dimensions, the latent (classPrior.sample: latent is 3, needed an even integer of at least 2)',
      );
    expect(alive()).toEqual(before);
  });

  it('makes a model that has no bound, and functions of bounds name it', async () => {
    const model = tinyAae();
    const dataset = tinyDataset(8);
    const unbounded =
      'the model has no bound, needed one with bound() or infer(): an adversarial autoencoder has no bound, and the phases of adversarial(model) train it';
    await expect(evaluateElbo(model as never, dataset, { seed: 1 })).rejects.toThrowError(
      new TypeError(`evaluateElbo: ${unbounded}`),
    );
    await expect(
      evaluateImportanceBound(model as never, dataset, { seed: 1, samples: 2 }),
    ).rejects.toThrowError(`evaluateImportanceBound: ${unbounded}`);
    await expect(noveltyScore(model as never, dataset, { seed: 1, reference: dataset })).rejects.toThrowError(
      `noveltyScore: ${unbounded}`,
    );
    const before = await weightsOf(model);
    for (const objective of [semiSupervised(), regularized(), supervised(), unsupervised()])
      await expect(
        train(model as never, { objective: objective as never, batches: tinyBatches(), epochs: 1, seed: 1 }),
      ).rejects.toThrowError(
        'an adversarial autoencoder has no bound, and the phases of adversarial(model) train it',
      );
    await expect(fit(model as never, dataset, { seed: 1 })).rejects.toThrowError(
      'the phases of adversarial(model) train it',
    );
    expect(await weightsOf(model)).toEqual(before);
    model.dispose();
  });
});
