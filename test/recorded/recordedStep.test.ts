import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  add,
  getBackend,
  mul,
  randomNormal,
  square,
  sub,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import type { BatchSource } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { cosineDecay, cyclical, exponentialDecay, linearWarmup, valueAt } from '../../src/core/schedules';
import { affine } from '../../src/data/affine';
import { cropAndFlip } from '../../src/data/cropAndFlip';
import * as bernoulli from '../../src/distributions/bernoulli';
import * as continuousBernoulli from '../../src/distributions/continuousBernoulli';
import { discretizedLogistic } from '../../src/distributions/discretizedLogistic';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { Likelihood } from '../../src/distributions/likelihood';
import { swissRoll } from '../../src/distributions/swissRoll';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { type NativeBinding, nativeBackend } from '../../src/host/native/tensorflow';
import type { M2 } from '../../src/models/m2/model';
import type { M2Preset } from '../../src/models/m2/nets';
import { type Objective, type ObjectiveContext, scheduled } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { recordedStep } from '../../src/recorded/recordedStep';
import { adversarial } from '../../src/training/adversarial';
import { createAdam } from '../../src/training/optimizer/adam';
import type { TrainOptions } from '../../src/training/options';
import { type Execute, executeEagerly } from '../../src/training/step';
import { train } from '../../src/training/train';
import { trainingSteps } from '../../src/training/trainingSteps';
import { cleanUpAfterEach, expectClose } from '../support/numbers';
import {
  alive,
  CONV,
  memoryStorage,
  tinyAae,
  tinyBatches,
  tinyDataset,
  tinyM2,
  weightsOf,
} from '../support/tiny';

cleanUpAfterEach();

const MLP = { preset: 'mlp', widths: [8], norm: 'batch' } as const;

// Sums are taken in another order. A gradient that is nothing but rounding (of a bias ahead of batch norm, say) is not to
// become a full step of Adam.
const EPSILON = 1e-2;

/** Fails where a step is not recorded. */
const recorded = () =>
  recordedStep({
    onEager: (reason) => {
      throw new Error(`not recorded: ${reason}`);
    },
  });

interface Run {
  readonly losses: readonly number[];
  readonly terms: Readonly<Record<string, number>>;
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

/** Trains for some steps. */
const run = async (
  options: Partial<TrainOptions<M2>> & { readonly execute?: Execute },
  { nets = MLP as M2Preset, steps = 12, likelihood = bernoulli as Likelihood } = {},
): Promise<Run> => {
  const model = tinyM2({ nets, likelihood });
  const optimizer = createAdam({
    learningRate: cosineDecay({ from: 0.02, steps: 12 }),
    weightDecay: 0.01,
    epsilon: EPSILON,
  });
  const losses: number[] = [];
  let terms: Readonly<Record<string, number>> = {};
  try {
    await train(model, {
      objective: semiSupervised(),
      batches: tinyBatches({ stepsPerEpoch: steps }),
      optimizer,
      seed: createNoise(4),
      epochs: 1,
      ...options,
      callbacks: {
        async onBatchEnd({ read }) {
          terms = await read();
          losses.push(terms.loss ?? Number.NaN);
        },
      },
    });
    return { losses, terms, weights: await weightsOf(model) };
  } finally {
    optimizer.dispose();
    model.dispose();
  }
};

const expectAlike = (actual: Run, expected: Run): void => {
  expectClose(actual.losses, expected.losses, 1e-4);
  expect(Object.keys(actual.terms).sort()).toEqual(Object.keys(expected.terms).sort());
  for (const [name, value] of Object.entries(expected.terms))
    expectClose([actual.terms[name] ?? Number.NaN], [value], 1e-3);
  for (const [name, values] of Object.entries(expected.weights))
    expectClose(actual.weights[name] ?? [], values, 0.01);
};

/** Runs work that is told how many graphs TensorFlow has loaded and freed meanwhile. */
const countingGraphs = async (
  work: (counts: { readonly loaded: number; readonly freed: number }) => Promise<void>,
): Promise<void> => {
  const backend = nativeBackend() as { binding: NativeBinding };
  const { binding } = backend;
  const counts = { loaded: 0, freed: 0 };
  // Its functions cannot be replaced where they are.
  const counting: Partial<NativeBinding> = {
    loadSavedModel(...given) {
      counts.loaded += 1;
      return binding.loadSavedModel(...given);
    },
    deleteSavedModel(...given) {
      counts.freed += 1;
      binding.deleteSavedModel(...given);
    },
  };
  backend.binding = Object.create(binding, Object.getOwnPropertyDescriptors(counting));
  try {
    await work(counts);
  } finally {
    backend.binding = binding;
  }
};

describe('a recorded step elsewhere', () => {
  it('is run operation by operation where the backend is not the native one, and says so once', async (context) => {
    if (getBackend() === 'tensorflow') context.skip('this is the native backend');
    const reasons: string[] = [];
    const execute = recordedStep({ onEager: (reason) => reasons.push(reason) });
    expect(await run({ execute })).toEqual(await run({}));
    expect(reasons).toEqual(['the backend in use is not the native one']);
  });
});

describe.skipIf(process.env.SSVAE_TEST_BACKEND !== 'tensorflow')(
  'a recorded step (needs the native backend)',
  () => {
    const warmup = linearWarmup({ steps: 6 });
    const everything = (): Partial<TrainOptions<M2>> => ({
      objective: regularized({
        labelHandling: 'gumbel',
        temperature: exponentialDecay({ rate: 0.05, floor: 0.5 }),
        mutualInformationWeight: warmup,
        entropyPenalty: linearWarmup({ from: 0.2, to: 0.5, steps: 9 }),
        klWeight: warmup,
      }),
      alpha: linearWarmup({ to: 5, steps: 4 }),
      weighting: 'dataset',
      parameterPrior: 1,
      clipNorm: 5,
      ema: { decay: 0.9 },
      augment: (x, noise) => tidy(() => mul(x, sub(1, mul(0.1, noise.uniform([1, 1, 1, 1]))))),
    });

    it.each<[string, M2Preset, () => Partial<TrainOptions<M2>>]>([
      ['the bound over every label', MLP, () => ({})],
      [
        'a relaxed label and a conv net',
        { ...CONV, norm: 'batch' },
        () => ({ objective: semiSupervised({ labelHandling: 'gumbel' }) }),
      ],
      ['a hard label', MLP, () => ({ objective: semiSupervised({ labelHandling: 'straight-through' }) })],
      [
        'consistency between examples',
        { ...CONV, norm: 'batch' },
        () => ({
          objective: regularized({
            labelHandling: 'gumbel',
            consistency: {
              weight: linearWarmup({ from: 0.5, to: 2, steps: 6 }),
              augment: affine({ rotation: 0.2, scale: 0.1, shear: 0.1, shift: 1 }),
            },
          }),
        }),
      ],
      [
        'crops and mirror images, and convolutions of stride 1',
        { ...CONV, depth: 2 },
        () => ({ augment: cropAndFlip({ padding: 1 }) }),
      ],
      ['labels alone', MLP, () => ({ objective: supervised() })],
      [
        'generated labels',
        MLP,
        () => ({ objective: semiSupervised({ generatedLabels: { weight: 0.5, count: 7 } }) }),
      ],
      [
        'generated labels of a scheduled weight, and a conv net',
        { ...CONV, norm: 'batch' },
        () => ({
          objective: regularized({
            labelHandling: 'gumbel',
            generatedLabels: { weight: linearWarmup({ to: 0.5, steps: 6 }), count: 6 },
          }),
        }),
      ],
      [
        'draws of the step’s own stream',
        MLP,
        () => ({
          objective: (model, batch, context) => {
            const terms = semiSupervised()(model, batch, context);
            const { unlabeled = {} } = terms;
            const jitter = add(1, mul(0.1, context.noise.normal([])));
            return {
              ...terms,
              unlabeled: { ...unlabeled, objective: mul(unlabeled.objective as Tensor, jitter) },
            };
          },
        }),
      ],
      ['no look at what is not finite', MLP, () => ({ nonFinite: 'ignore' })],
      [
        'a scheduled weight beside a plain weight of the bound, over every label',
        MLP,
        () => ({ objective: semiSupervised({ boundWeight: 0.5, mutualInformationWeight: warmup }) }),
      ],
      [
        'a schedule for every weight, over every label, and a scheduled rate of the cross-entropy',
        MLP,
        () => ({
          objective: regularized({
            klWeight: { latentKl: warmup },
            boundWeight: linearWarmup({ from: 0.2, steps: 9 }),
            mutualInformationWeight: warmup,
            entropyPenalty: cosineDecay({ from: 0.5, steps: 8 }),
            labelPriorKlWeight: warmup,
            labelSmoothing: { weight: warmup, epsilon: 0.1, expectation: 'enumerate' },
            consistency: { weight: warmup },
          }),
          alpha: warmup,
        }),
      ],
      [
        'a schedule that has no value beyond the run',
        MLP,
        () => ({ objective: semiSupervised({ klWeight: (step) => 1 - step / 12 }) }),
      ],
      [
        'arithmetic of schedules in an objective',
        MLP,
        () => ({
          objective: (model, batch, context) => {
            const { unlabeled = {}, ...terms } = semiSupervised()(model, batch, context);
            // A new function at every call, with the same values.
            const share = scheduled(context, (step) => 0.2 + step / 20, 'share');
            const rate = scheduled(context, warmup, 'rate');
            const { objective, labelEntropy } = unlabeled as Record<string, Tensor>;
            const mixed = add(
              mul(objective as Tensor, sub(1, share)),
              mul(labelEntropy as Tensor, mul(share, rate)),
            );
            return { ...terms, unlabeled: { ...unlabeled, objective: mixed } };
          },
        }),
      ],
      ['all there is', { ...CONV, norm: 'batch' }, everything],
    ])('is what it is operation by operation: %s', async (_, nets, options) => {
      const execute = recorded();
      expectAlike(await run({ ...options(), execute }, { nets }), await run(options(), { nets }));
      execute.dispose();
    });

    it.each<[string, () => Likelihood]>([
      ['a mixture of discretized logistics', () => discretizedLogistic({ mixture: 2 })],
      ['a continuous Bernoulli', () => continuousBernoulli],
      ['the σ of the residuals', () => gaussianObservation({ variance: 'optimal', minSigma: 0.01 })],
    ])('is what it is operation by operation, under %s', async (_, likelihood) => {
      const execute = recorded();
      expectAlike(
        await run({ execute }, { likelihood: likelihood() }),
        await run({}, { likelihood: likelihood() }),
      );
      execute.dispose();
    });

    it('leaves no tensor behind', async () => {
      const execute = recorded();
      await run({ ...everything(), execute });
      execute.dispose();
      const before = alive();
      const other = recorded();
      await run({ ...everything(), execute: other });
      other.dispose();
      expect(alive()).toEqual(before);
    });

    it('shows every reader the weights of the last step, and a clone keeps those of its own step', async () => {
      const model = tinyM2({ nets: MLP });
      const plain = tinyM2({ nets: MLP });
      const [optimizer, other] = [
        createAdam({ learningRate: 0.01, epsilon: EPSILON }),
        createAdam({ learningRate: 0.01, epsilon: EPSILON }),
      ];
      const common = { objective: semiSupervised(), batches: tinyBatches(), seed: createNoise(4), to: 8 };
      const execute = recorded();
      const steps = trainingSteps(model, { ...common, optimizer, execute });
      const expected = trainingSteps(plain, { ...common, optimizer: other });
      const name =
        'encoder/hidden/kernel' in model.variables
          ? 'encoder/hidden/kernel'
          : (Object.keys(model.variables)[0] as string);
      const clones: { readonly held: Tensor; readonly values: readonly number[] }[] = [];
      for (let step = 0; step < 8; step++) {
        await steps.next();
        await expected.next();
        if (step % 3 === 1) {
          const [now, then] = [await weightsOf(model), await weightsOf(plain)];
          for (const [variable, values] of Object.entries(then))
            expectClose(now[variable] ?? [], values, 0.01);
          expect(await model.variables[name]?.data()).not.toEqual(clones.at(-1)?.values);
        }
        if (step % 2 === 0) {
          const held = (model.variables[name] as Tensor).clone();
          clones.push({ held, values: [...(await held.data())] });
        }
        if (step === 4) {
          // Whoever assigns to a variable is heard.
          for (const of of [model, plain])
            tidy(() => of.variables[name]?.assign(mul(of.variables[name] as Tensor, 0.5)));
        }
      }
      for (const { held, values } of clones) {
        expect([...(await held.data())]).toEqual(values);
        held.dispose();
      }
      expect(new Set(clones.map(({ values }) => String(values))).size).toBe(clones.length);
      for (const [variable, values] of Object.entries(await weightsOf(plain)))
        expectClose((await weightsOf(model))[variable] ?? [], values, 0.01);
      await steps.return();
      await expected.return();
      execute.dispose();
      for (const one of [model, plain, optimizer, other]) one.dispose();
    });

    it('goes on from a checkpoint as if it had never stopped, also operation by operation', async () => {
      const held = tinyDataset(6, 3);
      const go = async (
        storage = memoryStorage(),
        stop?: number,
        execute?: Execute,
      ): Promise<Run['weights']> => {
        const model = tinyM2({ nets: MLP, seed: createNoise(storage.bytes ? 99 : 1) });
        const abort = new AbortController();
        const own = recorded();
        await train(model, {
          objective: semiSupervised({ labelHandling: 'gumbel' }),
          batches: tinyBatches({ stepsPerEpoch: 4 }),
          epochs: 3,
          seed: createNoise(4),
          ema: { decay: 0.9 },
          validate: (trained) => evaluateClassifier(trained, held),
          earlyStopping: { monitor: 'validation.accuracy', mode: 'max', patience: 9 },
          checkpoint: { storage },
          resume: true,
          signal: abort.signal,
          execute: execute ?? own,
          callbacks: { onBatchEnd: ({ step }) => void (step === stop && abort.abort()) },
        });
        const weights = await weightsOf(model);
        own.dispose();
        model.dispose();
        return weights;
      };
      const whole = await go();
      for (const stop of [0, 3, 6]) {
        const storage = memoryStorage();
        await go(storage, stop);
        for (const [name, values] of Object.entries(await go(storage)))
          expectClose(values, whole[name] ?? [], 0.01);
      }
    });

    it('leaves out a step that is not finite: weights, statistics, moments and counts stay', async () => {
      const bad = (at: number): Partial<TrainOptions<M2>> => {
        let step = -1;
        return {
          nonFinite: 'skip',
          augment: { unlabeled: (x) => (++step === at ? mul(x, Number.NaN) : x) },
        };
      };
      const execute = recorded();
      const [found, expected] = [await run({ ...bad(5), execute }), await run(bad(5))];
      expectClose(found.losses.filter(Number.isFinite), expected.losses.filter(Number.isFinite), 1e-4);
      expect(found.losses.map(Number.isNaN)).toEqual(expected.losses.map(Number.isNaN));
      for (const [name, values] of Object.entries(expected.weights))
        expectClose(found.weights[name] ?? [], values, 0.01);
      await expect(run({ ...bad(2), nonFinite: 'throw', execute })).rejects.toThrow(/is NaN at step 2/);
      execute.dispose();
    });

    it('is recorded anew for batches of another shape', async () => {
      const sizes = [
        tinyBatches({ batchSize: { labeled: 3, unlabeled: 6 } }),
        tinyBatches({ batchSize: { labeled: 2, unlabeled: 4 } }),
      ];
      const batches: BatchSource = {
        stepsPerEpoch: 12,
        counts: (sizes[0] as BatchSource).counts,
        at: (step) => (sizes[step % 3 === 2 ? 1 : 0] as BatchSource).at(step),
      };
      const execute = recorded();
      expectAlike(await run({ batches, execute }), await run({ batches }));
      execute.dispose();
    });

    const twoPhases = () => {
      const names = Object.keys(tinyM2({ nets: MLP }).variables);
      const [first, second] = [
        names.filter((name) => name.startsWith('classifier/')),
        names.filter((name) => name.startsWith('decoder/')),
      ];
      const trainable = (all: readonly string[]) =>
        all.filter((name) => !name.includes('moving') && !name.includes('running'));
      return [
        { name: 'labels', variables: trainable(first), objective: supervised() },
        { name: 'images', variables: trainable(second), objective: semiSupervised() },
      ] as const;
    };

    it.each([
      ['a label beside the code', {}],
      ['a swiss roll', { classPrior: swissRoll({ classes: 3 }), latent: 2 }],
    ])('runs every phase of an adversarial autoencoder: %s', async (_, options) => {
      const runPhases = async (execute?: Execute): Promise<Run> => {
        const model = tinyAae(options);
        const phases = adversarial(model, {
          optimizer: () => createAdam({ learningRate: 0.01, beta1: 0.5, epsilon: EPSILON }),
        });
        try {
          const { history } = await train(model, {
            objective: phases,
            batches: tinyBatches({ stepsPerEpoch: 12 }),
            epochs: 1,
            seed: 4,
            ...(execute && { execute }),
          });
          const { seconds: _, ...terms } = history[0] as unknown as Record<string, number>;
          return { losses: [terms.loss as number], terms, weights: await weightsOf(model) };
        } finally {
          for (const { optimizer } of phases) optimizer.dispose();
          model.dispose();
        }
      };
      const execute = recorded();
      expectAlike(await runPhases(execute), await runPhases());
      execute.dispose();
    });

    it('runs phases', async () => {
      const objective = twoPhases();
      const execute = recorded();
      expectAlike(await run({ objective, execute }), await run({ objective }));
      execute.dispose();
    });

    it('moves the variables of each phase by its own optimizer', async () => {
      const [labels, images] = twoPhases();
      const go = async (execute?: Execute) => {
        const optimizer = createAdam({ learningRate: 0.05, beta1: 0.5, epsilon: EPSILON });
        const objective = [labels, { ...images, optimizer }];
        const done = await run({ objective, ...(execute && { execute }) });
        const { counts } = optimizer.state;
        optimizer.dispose();
        return { ...done, counts };
      };
      const execute = recorded();
      const [found, expected] = [await go(execute), await go()];
      expectAlike(found, expected);
      expect(found.counts).toEqual(expected.counts);
      expect(Object.keys(found.counts).every((name) => name.startsWith('images/'))).toBe(true);
      execute.dispose();
    });

    it('frees graphs that nobody can reach any more', async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      await countingGraphs(async (counts) => {
        await run({ execute: recorded() });
        for (let i = 0; i < 20 && counts.freed === 0; i++) {
          collect();
          await setTimeout(10);
        }
        expect(counts).toEqual({ loaded: 1, freed: 1 });
      });
    });

    it('keeps one graph of runs of the same model, whose weights go from one to the next', async () => {
      const ema = { decay: 0.9 };
      const objective = semiSupervised();
      const go = async (execute?: Execute): Promise<Run['weights']> => {
        const model = tinyM2({ nets: MLP });
        for (let seed = 0; seed < 5; seed++) {
          const optimizer = createAdam({ epsilon: EPSILON });
          const options = { objective, batches: tinyBatches({ stepsPerEpoch: 3 }), epochs: 1, ema };
          await train(model, {
            ...options,
            optimizer,
            seed: createNoise(seed),
            ...(execute && { execute }),
          });
          optimizer.dispose();
        }
        const weights = await weightsOf(model);
        model.dispose();
        return weights;
      };
      const expected = await go();
      await countingGraphs(async (counts) => {
        const execute = recorded();
        const found = await go(execute);
        expect(counts).toEqual({ loaded: 5, freed: 4 });
        for (const [name, values] of Object.entries(expected)) expectClose(found[name] ?? [], values, 0.01);
        execute.dispose();
        expect(counts).toEqual({ loaded: 5, freed: 5 });
      });
    });

    it('keeps no graph of models that were disposed, whatever their objectives', async () => {
      await countingGraphs(async (counts) => {
        const execute = recorded();
        for (let i = 0; i < 3; i++) await run({ execute }, { steps: 2 });
        expect(counts).toEqual({ loaded: 3, freed: 2 });
        execute.dispose();
      });
    });

    it('keeps one graph of the optimizers that a model had, though none was disposed', async () => {
      const model = tinyM2({ nets: MLP });
      const objective = semiSupervised();
      const optimizers = [1, 2, 3].map(() => createAdam());
      await countingGraphs(async (counts) => {
        const execute = recorded();
        for (const optimizer of optimizers)
          for await (const { step } of trainingSteps(model, {
            ...{ objective, batches: tinyBatches(), seed: createNoise(4), to: 2 },
            ...{ optimizer, execute },
          }))
            expect(step).toBeLessThan(2);
        expect(counts).toEqual({ loaded: 3, freed: 2 });
        execute.dispose();
      });
      for (const one of [model, ...optimizers]) one.dispose();
    });

    it('goes on from the state that an optimizer is given back', async () => {
      const objective = semiSupervised();
      const go = async (execute: Execute) => {
        const model = tinyM2({ nets: MLP });
        const optimizer = createAdam({ learningRate: 0.02, epsilon: EPSILON });
        const steps = async (from: number, to: number): Promise<void> => {
          const common = { objective, batches: tinyBatches(), seed: createNoise(4), optimizer, execute };
          for await (const { step } of trainingSteps(model, { ...common, from, to }))
            expect(step).toBeLessThan(to);
        };
        await steps(0, 2);
        const { tensors, counts } = optimizer.state;
        const copies = Object.fromEntries(
          Object.entries(tensors).map(([name, value]) => [name, value.clone()]),
        );
        await steps(2, 8);
        optimizer.restore({ tensors: copies, counts });
        await steps(2, 6);
        const weights = await weightsOf(model);
        const moments: Record<string, readonly number[]> = {};
        for (const [name, value] of Object.entries(optimizer.state.tensors))
          moments[name] = [...(await value.data())];
        for (const one of [model, optimizer, ...Object.values(copies)]) one.dispose();
        return { ...weights, ...moments };
      };
      const execute = recorded();
      const [found, expected] = [await go(execute), await go(executeEagerly)];
      for (const [name, values] of Object.entries(expected)) expectClose(found[name] ?? [], values, 1e-3);
      execute.dispose();
    });

    it.each([0, 1, 2, 3])('leaves no tensor of trials whose %s. throws', async (nth) => {
      const reasons: string[] = [];
      const execute = recordedStep({ onEager: (why) => reasons.push(why) });
      let calls = 0;
      const objective: Objective<M2> = (...given) => {
        const terms = semiSupervised()(...given);
        if (calls++ === nth) throw new Error('a fault');
        return terms;
      };
      const before = alive();
      const found = run({ objective, execute }, { steps: 3 });
      if (nth === 0) {
        // It is the step's own.
        await expect(found).rejects.toThrow(/^a fault$/);
        expect(reasons).toEqual([]);
      } else {
        expect((await found).losses).toEqual((await run({}, { steps: 3 })).losses);
        const step = [0, 1, 1009, 1_000_003][nth];
        expect(reasons).toEqual([`a trial of the step at step ${step} throws: a fault`]);
      }
      expect(alive()).toEqual(before);
      execute.dispose();
      expect(alive()).toEqual(before);
    });

    it('goes on when its graphs were freed', async () => {
      const execute = recorded();
      let step = 0;
      const freeing = Object.assign((...work: Parameters<Execute>) => {
        if (++step % 5 === 0) execute.dispose();
        return execute(...work);
      }, {}) as Execute;
      expectAlike(await run({ execute: freeing }), await run({}));
      execute.dispose();
    });

    it('keeps its graph when schedules start from 0, and when they come back to it', async () => {
      await countingGraphs(async (counts) => {
        const execute = recorded();
        const klWeight = cyclical({ period: 4 });
        await run({ objective: semiSupervised({ klWeight }), alpha: warmup, execute });
        expect(counts).toEqual({ loaded: 1, freed: 0 });
        execute.dispose();
      });
    });

    it('has the weights of its own run, though model, objective and optimizer are those of a former run', async () => {
      const objective = semiSupervised();
      const go = async (execute?: Execute): Promise<readonly number[]> => {
        const [model, optimizer] = [tinyM2({ nets: MLP }), createAdam({ epsilon: EPSILON })];
        const losses: number[] = [];
        for (const alpha of [2, 8, linearWarmup({ to: 5, steps: 2 }), linearWarmup({ to: 9, steps: 2 })])
          for await (const step of trainingSteps(model, {
            ...{ objective, batches: tinyBatches(), seed: createNoise(4), to: 2, alpha, optimizer },
            ...(execute && { execute }),
          }))
            losses.push((await step.read()).loss as number);
        for (const one of [model, optimizer]) one.dispose();
        return losses;
      };
      const expected = await go();
      await countingGraphs(async (counts) => {
        const execute = recorded();
        expectClose(await go(execute), expected, 1e-4);
        expect(counts).toEqual({ loaded: 4, freed: 3 });
        execute.dispose();
      });
    });

    const bound: Objective<M2> = semiSupervised();
    const scaled =
      (factor: (step: number, x: Tensor, context: ObjectiveContext) => Tensor | number): Objective<M2> =>
      (model, batch, context) => {
        const { unlabeled = {}, ...terms } = bound(model, batch, context);
        const x = batch.unlabeled?.x as Tensor;
        return {
          ...terms,
          unlabeled: {
            ...unlabeled,
            objective: mul(unlabeled.objective as Tensor, factor(context.step, x, context)),
          },
        };
      };
    const ofTable = (step: number): number => {
      const factor = Array.from({ length: 12 }, () => 1.5)[step];
      if (factor === undefined) throw new RangeError(`no row ${step}`);
      return factor;
    };
    const late = (step: number): number => (step < 1000 ? 1.5 : 2.5);

    it.each<[string, Objective<M2>, RegExp]>([
      [
        'a number that changes at every step',
        scaled((step) => 1 + step / 100),
        /a value of shape \[\] that Mul takes from the host differs from step to step \(1 and 1.0/,
      ],
      [
        'a schedule that was not declared, and changes late',
        scaled((step) => valueAt(late, step)),
        /that Mul takes from the host differs from step to step \(1.5 and 2.5\)/,
      ],
      [
        'numbers of the host’s own generator',
        scaled(() => randomNormal([1])),
        /a value of shape \[1\] that Mul takes from the host differs/,
      ],
      [
        'a schedule that the host reads',
        scaled((_, __, context) => {
          const weight = scheduled(context, linearWarmup({ from: 1, to: 2, steps: 50 }), 'weight');
          return 2 * (typeof weight === 'number' ? weight : (weight.dataSync()[0] as number));
        }),
        /a value of shape \[\] that Mul takes from the host differs from step to step \(2 and 2.0/,
      ],
      [
        'another schedule at every step',
        scaled((step, _, context) => scheduled(context, () => 1 + step / 8, 'weight')),
        /^the schedule weight is another function from step to step: at step 1 it gives 1 and 1.125$/,
      ],
      [
        'what is read of the batch',
        scaled((_, x) => (x.dataSync()[0] ?? 0) + (sum(x).dataSync()[0] ?? 0)),
        /that Mul takes from the host differs/,
      ],
      [
        'other operations at other steps',
        scaled((step) => (step % 2 === 0 ? 1.5 : square(add(1, 0.5)))),
        /operation \d+ of the step/,
      ],
      [
        'a table of the steps that there are',
        scaled(ofTable),
        /^a trial of the step at step 1009 throws: no row 1009$/,
      ],
    ])(
      'is not frozen where it depends on %s: it runs one by one, and warns',
      async (_, objective, reason) => {
        const reasons: string[] = [];
        const execute = recordedStep({ onEager: (why) => reasons.push(why) });
        const before = alive();
        const found = await run({ objective, execute });
        expect(reasons).toHaveLength(1);
        expect(reasons[0]).toMatch(reason);
        if (!reason.source.includes('\\[1\\]'))
          expect(found.losses).toEqual((await run({ objective })).losses);
        expect(alive()).toEqual(before);
      },
    );

    it.each<[string, (model: M2, step: number) => number]>([
      ['a period of steps', (_, step) => (step % 10 === 5 ? 3 : 1)],
      ['every other epoch', (_, step) => (Math.floor(step / 20) % 2 === 0 ? 1 : 0.5)],
      [
        'a weight that is read on the host',
        ({ variables }) => 1 + (sum(square(Object.values(variables)[0] as Tensor)).dataSync()[0] ?? 0),
      ],
    ])('warns once it has changed, where no trial saw it: %s', async (_, factor) => {
      const reasons: string[] = [];
      const execute = recordedStep({ onEager: (why) => reasons.push(why) });
      const objective: Objective<M2> = (model, batch, context) =>
        scaled((step) => factor(model, step))(model, batch, context);
      const before = alive();
      await run({ objective, execute }, { steps: 100 });
      expect(reasons).toHaveLength(1);
      expect(reasons[0]).toMatch(
        /^something has changed by step \d+ that no trial saw change: the graph gives a loss/,
      );
      execute.dispose();
      expect(alive()).toEqual(before);
    });

    it('is tried again without a trace: weights, moments, statistics and draws go on as they were', async () => {
      const execute = recorded();
      expectAlike(await run({ execute }, { steps: 40 }), await run({}, { steps: 40 }));
      execute.dispose();
    });

    it.each<[string, { readonly beta2?: number; readonly decay?: number }, string]>([
      ['of no memory', { beta2: 0 }, "beta2 is 0, for which TensorFlow's Adam has too few digits"],
      ['near 1', { beta2: 0.999999 }, "beta2 is 0.999999, for which TensorFlow's Adam has too few digits"],
      ['of the average', { decay: 0 }, 'the average keeps 0, too little to move from it'],
    ])(
      'is run operation by operation with a share that its operations lack digits for: %s',
      async (_, given, why) => {
        const { beta2 = 0.999, decay } = given;
        const reasons: string[] = [];
        const go = async (execute?: Execute): Promise<Record<string, number[]>> => {
          const [model, optimizer] = [tinyM2({ nets: MLP }), createAdam({ beta2 })];
          await train(model, {
            objective: semiSupervised(),
            batches: tinyBatches(),
            seed: createNoise(4),
            epochs: 1,
            optimizer,
            ...(decay !== undefined && { ema: { decay } }),
            ...(execute && { execute }),
          });
          const weights = await weightsOf(model);
          optimizer.dispose();
          model.dispose();
          return weights;
        };
        expect(await go(recordedStep({ onEager: (reason) => reasons.push(reason) }))).toEqual(await go());
        expect(reasons).toEqual([why]);
      },
    );

    it('is not recorded with another optimizer', async () => {
      const model = tinyM2({ nets: MLP });
      const own = createAdam();
      const reasons: string[] = [];
      const steps = trainingSteps(model, {
        objective: semiSupervised(),
        batches: tinyBatches(),
        seed: createNoise(4),
        optimizer: { ...own, state: { tensors: {}, counts: {} } },
        execute: recordedStep({ onEager: (why) => reasons.push(why) }),
        to: 2,
      });
      for await (const { step } of steps) expect(step).toBeLessThan(2);
      expect(reasons).toEqual(['the optimizer is not that of createAdam']);
      own.dispose();
      model.dispose();
    });
  },
);
