/** Every check, by a model that it is there for: broken in one place, and told of by name. */
import {
  add,
  clone,
  div,
  expandDims,
  getBackend,
  isNaN as isNotANumber,
  keep,
  log,
  mean,
  mul,
  ones,
  reshape,
  scalar,
  slice,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  tidy,
  type Variable,
  variable,
  where,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { createNoise, type Noise, streamOf } from '../../src/core/noise';
import type { Json } from '../../src/files/json';
import { backendTraits } from '../../src/host/backendTraits';
import type { BoundTerms } from '../../src/models/model';
import type { Objective, ObjectiveTerms, Terms } from '../../src/models/objectives/objective';
import { modelChecks } from '../../src/testing';
import { cleanUpAfterEach } from '../support/numbers';
import { type TinyVae, tinyObjective, tinyVae } from './tinyVae';

/** Reasons of all the checks that fail, by name. */
async function failuresOf<M extends TinyVae>(
  create: (seed: number) => M,
  objective: Objective<M>,
): Promise<Record<string, string>> {
  const failures: Record<string, string> = {};
  for (const { name, run } of modelChecks(create, { objective })) {
    try {
      await run();
    } catch (error) {
      failures[name] = (error as Error).message;
    }
  }
  return failures;
}

/** A model with something else in its place. */
type Change = (model: TinyVae, noise: Noise) => Partial<TinyVae>;

const broken =
  (change: Change) =>
  (seed: number): TinyVae => {
    const model = tinyVae(seed);
    return { ...model, ...change(model, createNoise(seed)) };
  };

/** The objective with its terms changed. */
const withTerms =
  (change: (terms: Terms, part: 'labeled' | 'unlabeled', x: Tensor) => Terms): Objective<TinyVae> =>
  (model, batch, context): ObjectiveTerms => {
    const terms = tinyObjective(model, batch, context);
    return {
      ...(terms.labeled && { labeled: change(terms.labeled, 'labeled', batch.labeled?.x as Tensor) }),
      ...(terms.unlabeled && {
        unlabeled: change(terms.unlabeled, 'unlabeled', batch.unlabeled?.x as Tensor),
      }),
    };
  };

const changed = (terms: Terms, change: (term: Tensor) => Tensor): Terms =>
  Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, change(term)]));

/** Another variable, freed with the others. */
const withVariable = (model: TinyVae, name: string, trainable: boolean) => {
  const own = tidy(() => variable(ones([2]), trainable));
  return {
    own,
    variables: { ...model.variables, [name]: own },
    dispose: () => {
      model.dispose();
      own.dispose();
    },
  };
};

const redraw = (weight: Variable, noise: Noise): void =>
  tidy(() => weight.assign(noise.normal(weight.shape)));

/** The model with the terms of its bound changed. */
const withBound =
  (change: (terms: BoundTerms) => BoundTerms): Change =>
  ({ infer }) => ({
    infer: (x, context) => {
      const inference = infer(x, context);
      return { ...inference, bound: (y, options) => change(inference.bound(y, options)) };
    },
  });

interface Fault {
  /** the check that is there for it */
  readonly check: string;
  readonly says: string | RegExp;
  readonly model?: Change;
  readonly objective?: Objective<TinyVae>;
  /** checks that cannot but fail as well */
  readonly also?: readonly string[];
}

// What it trains is then another classifier.
const CLASSIFIES_OTHERWISE = 'classify gives logits, [B, K]';
const BATCHES = ['takes a batch of one', 'takes a shorter last batch'];
const EVALUATED = ['leaves its inputs as they are', 'evaluation leaves the variables as they are'];
const RUNS = [
  'the same seed gives the same run',
  'is the same after it is saved and loaded',
  'a resumed run ends as one that was never interrupted',
];

let counter = 0;

const sizesOf = new WeakMap<TinyVae, Record<string, number>>();

const faults: Readonly<Record<string, Fault>> = {
  'a property of another type': {
    check: 'describes itself',
    says: 'latent is 0, needed an integer of at least 1',
    model: () => ({ latent: 0 }),
    also: ['embed gives codes, [B, Z]', 'refuses inputs that are NaN', ...BATCHES],
  },
  'a spec with a number that JSON lacks': {
    check: 'has a spec that is JSON',
    says: 'spec.rate is NaN, needed a value that JSON holds',
    model: () => ({ spec: { rate: Number.NaN } }),
  },
  'a spec with an object that JSON makes a text of': {
    check: 'has a spec that is JSON',
    says: 'spec.made is Date, needed a value that JSON holds',
    model: () => ({ spec: { made: new Date(0) } as unknown as Json }),
  },
  'a structure that holds a function': {
    check: 'has a spec that is JSON',
    says: 'structure.relu is a function',
    model: () => ({ structure: { relu: Math.abs } as unknown as Json }),
  },
  'a structure that counts models': {
    check: 'is described alike each time it is made',
    says: /^structure is \{"made":\d+\} in a second model, needed \{"made":\d+\}$/,
    model: () => ({ structure: { made: counter++ } }),
    also: [
      'a resumed run ends as one that was never interrupted',
      'is the same after it is saved and loaded',
    ],
  },
  'names of variables that count models': {
    check: 'is described alike each time it is made',
    says: /^variable 0 of a second model is classifier\d+ \[4,3\], needed classifier\d+ \[4,3\] as in the first: saved weights are found by name$/,
    model: ({ variables: { classifier, ...others } }) => ({
      variables: { [`classifier${counter++}`]: classifier, ...others } as TinyVae['variables'],
    }),
    also: ['the same seed gives the same weights', 'takes seed 0', ...RUNS],
  },
  'logits with an axis too many': {
    check: 'classify gives logits, [B, K]',
    says: 'classify has shape [5,3,1], needed [5,3]',
    model: ({ classify }) => ({
      classify: (x) => tidy(() => expandDims<Tensor3D>(classify(x), 2)) as unknown as Tensor2D,
    }),
    also: [...BATCHES, ...EVALUATED],
  },
  'probabilities for logits': {
    check: 'classify gives logits, [B, K]',
    says: 'classify gives probabilities, each row from 0 to 1 and of sum 1; needed logits',
    model: ({ classify }) => ({ classify: (x) => tidy(() => softmax(classify(x))) }),
    // One row may sum to 1 by chance.
    also: ['takes a shorter last batch', ...EVALUATED],
  },
  'probabilities in training, and logits beside it': {
    check: 'classify gives logits, [B, K]',
    says: 'infer(x).labelLogits gives probabilities, each row from 0 to 1 and of sum 1; needed logits',
    model: ({ infer }) => ({
      infer: (x, context) => {
        const inference = infer(x, context);
        return { ...inference, labelLogits: tidy(() => softmax(inference.labelLogits)) };
      },
    }),
  },
  'another classifier in training': {
    check: 'classify gives logits, [B, K]',
    says: 'infer(x).labelLogits and classify(x) differ outside training: logits[0] is',
    model: ({ infer }) => ({
      infer: (x, context) => {
        const inference = infer(x, context);
        return { ...inference, labelLogits: tidy(() => mul(2, inference.labelLogits)) };
      },
    }),
  },
  'codes of one dimension': {
    check: 'embed gives codes, [B, Z]',
    says: 'embed has shape [5,1], needed [5,2]',
    model: ({ embed }) => ({ embed: (x) => tidy(() => slice(embed(x), [0, 0], [-1, 1])) }),
    also: BATCHES,
  },
  'a likelihood that sums over the batch': {
    check: 'the bound is the log-likelihood less the divergences, row by row',
    says: 'bound.logLikelihood has shape [], needed [5]',
    model: withBound((terms) => ({
      ...terms,
      logLikelihood: sum(terms.logLikelihood) as unknown as Tensor1D,
    })),
    also: [...BATCHES, 'evaluation leaves the variables as they are'],
  },
  'a bound that forgets its divergence': {
    check: 'the bound is the log-likelihood less the divergences, row by row',
    says: /^bound.elbo\[0\] is \S+, needed \S+, logLikelihood less every term whose name ends in Kl$/,
    model: withBound((terms) => ({ ...terms, elbo: terms.logLikelihood })),
    also: ['logWeight is the bound in expectation'],
  },
  'a log-weight without the prior': {
    check: 'logWeight is the bound in expectation',
    says: /^logWeight less elbo is \S+ in the mean of 100 draws, needed 0 within \S+: log p\(x, latents\|y\)/,
    model: withBound((terms) => ({
      ...terms,
      ...(terms.logWeight && { logWeight: sub<Tensor1D>(terms.logWeight, 3) }),
    })),
  },
  'a bound that draws from elsewhere': {
    check: 'the bound draws from its noise alone',
    says: /^bound.elbo\[0\] is \S+, needed \S+ from the same noise, as a moment before$/,
    model: ({ infer }) => ({
      infer: (x, context) => infer(x, { ...context, noise: context.noise.split(Math.random()) }),
    }),
    also: ['is the same after it is saved and loaded'],
  },
  'one image whatever is asked for': {
    check: 'generate gives as many examples as asked for',
    says: 'generate has shape [1,4], needed [5,4]',
    model: ({ generate }) => ({ generate: ([label = 0], seed) => generate([label], seed) }),
    also: ['takes a shorter last batch'],
  },
  'reconstructions that are flattened': {
    check: 'reconstruct gives an example for each input',
    says: 'reconstruct has shape [20], needed [5,4]',
    model: ({ reconstruct }) => ({
      reconstruct: (x, y, as) => tidy(() => reshape(reconstruct(x, y, as), [-1])),
    }),
    also: BATCHES,
  },
  'a term of the other part': {
    check: 'the objective gives finite terms, [B] or scalar',
    says: 'unlabeled.elbo has shape [4], needed [5], a value for each example, or a scalar',
    objective: (model, batch, context) => {
      const { labeled, unlabeled } = tinyObjective(model, batch, context);
      if (!labeled || !unlabeled) return { ...(labeled && { labeled }), ...(unlabeled && { unlabeled }) };
      return { labeled, unlabeled: { ...unlabeled, elbo: labeled.elbo as Tensor } };
    },
    also: [
      'takes a shorter last batch',
      'stays finite on inputs of all 0 and of all 1',
      'refuses inputs that are NaN',
      'leaves its inputs as they are',
      'training moves every trainable variable',
      'trains where a class has no labeled example',
      ...RUNS,
      'training leaves no tensor',
    ],
  },
  'a term that is infinite': {
    check: 'the objective gives finite terms, [B] or scalar',
    says: 'labeled.elbo[0] is -Infinity, needed finite terms',
    objective: withTerms((terms, part) => ({
      ...terms,
      ...(part === 'labeled' && { elbo: div(terms.elbo as Tensor, 0) }),
    })),
    also: [
      ...BATCHES,
      'takes batches without unlabeled examples',
      'stays finite on inputs of all 0 and of all 1',
    ],
  },
  'logits squeezed of every axis of one': {
    check: 'takes a batch of one',
    says: 'classify has shape [3], needed [1,3]',
    model: ({ classify }) => ({ classify: (x) => tidy(() => squeeze(classify(x))) }),
  },
  'a batch size kept from the first batch': {
    check: 'takes a shorter last batch',
    says: /^Size\(2\) must match the product of shape 4/,
    objective: (model, batch, context) => {
      const sizes = sizesOf.get(model) ?? {};
      sizesOf.set(model, sizes);
      const terms = tinyObjective(model, batch, context);
      return Object.fromEntries(
        Object.entries(terms).map(([part, named]: [string, Terms]) => {
          sizes[part] ??= (named.elbo as Tensor).shape[0] as number;
          return [part, { ...named, elbo: reshape(named.elbo as Tensor, [sizes[part]]) }];
        }),
      );
    },
  },
  'logits less their mean over the batch': {
    check: 'gives an example the same values in any batch',
    says: /^classify\[0\] is \S+, needed \S+, in a batch of 2 and in one of 5$/,
    model: ({ classify }) => ({
      classify: (x) =>
        tidy(() => {
          const logits = classify(x);
          return sub(logits, mean(logits, 0)) as Tensor2D;
        }),
    }),
    also: [CLASSIFIES_OTHERWISE],
  },
  'labeled examples taken for granted': {
    check: 'takes batches without labeled examples',
    says: /^without its labeled part a batch gives "Cannot [^"]+", needed terms of the other part, or an error that says what is "needed"$/,
    objective: (model, batch, context) => {
      const { x } = batch.labeled as { x: Tensor };
      return x && tinyObjective(model, batch, context);
    },
  },
  'unlabeled examples taken for granted': {
    check: 'takes batches without unlabeled examples',
    says: /^without its unlabeled part a batch gives "Cannot [^"]+"/,
    objective: (model, batch, context) => {
      const { x } = batch.unlabeled as { x: Tensor };
      return x && tinyObjective(model, batch, context);
    },
  },
  'terms of a part that is absent': {
    check: 'takes batches without labeled examples',
    says: 'labeled.objective is given, needed none, as the batch has no labeled part',
    objective: (model, batch, context) => {
      const { labeled = { objective: scalar(0) }, ...others } = tinyObjective(model, batch, context);
      return { labeled, ...others };
    },
  },
  'labels divided by how often they stand in the batch': {
    check: 'trains where a class has no labeled example',
    says: /^train: labeled.objective is NaN at step 0/,
    objective: (model, batch, context) => {
      const { labeled, unlabeled } = tinyObjective(model, batch, context);
      if (!labeled || !batch.labeled) return unlabeled ? { unlabeled } : {};
      const { y } = batch.labeled;
      const weights = sum(div(y, sum(y, 0)), 1);
      const objective = mul(labeled.objective as Tensor, weights);
      return { labeled: { ...labeled, objective }, ...(unlabeled && { unlabeled }) };
    },
    also: BATCHES,
  },
  'the logarithm of inputs': {
    check: 'stays finite on inputs of all 0 and of all 1',
    says: 'train: labeled.objective is -Infinity, unlabeled.objective is -Infinity at step 0',
    objective: withTerms((terms, _, x) => ({
      ...terms,
      objective: add(terms.objective as Tensor, log(sum(x, 1))),
    })),
  },
  'NaN taken for 0': {
    check: 'refuses inputs that are NaN',
    says: 'train takes an input that is NaN, needed an error that names it',
    objective: (model, { labeled, unlabeled }, context) => {
      const clean = (x: Tensor): Tensor => where(isNotANumber(x), zerosLike(x), x);
      const batch = {
        ...(labeled && { labeled: { x: clean(labeled.x), y: labeled.y } }),
        ...(unlabeled && { unlabeled: { x: clean(unlabeled.x) } }),
      };
      return tinyObjective(model, batch, context);
    },
  },
  'an input that is freed': {
    check: 'leaves its inputs as they are',
    says: 'classify disposes x, needed it left to the caller',
    model: ({ classify }) => ({
      classify: (x) => {
        const logits = classify(x);
        x.dispose();
        return logits;
      },
    }),
    also: [CLASSIFIES_OTHERWISE],
  },
  'labels that are sorted where they stand': {
    check: 'leaves its inputs as they are',
    says: 'generate changes the labels [0,1,2,0,1] to [0,0,1,1,2], needed them as they were',
    model: ({ generate }) => ({
      generate: (labels, noise) =>
        generate(
          (labels as number[]).sort((a, b) => a - b),
          noise,
        ),
    }),
  },
  ...(getBackend() === 'cpu' && {
    'an input that is written to': {
      check: 'leaves its inputs as they are',
      says: 'the objective changes the values of labeled.x, needed them as they were',
      objective: (model, batch, context) => {
        batch.labeled?.x.dataSync().fill(0.5);
        return tinyObjective(model, batch, context);
      },
    },
  }),
  'noise in evaluation': {
    check: 'gives the same values each time',
    says: /^classify\[0\] is \S+, needed \S+ as a moment before: evaluation draws nothing and keeps nothing$/,
    model: ({ classify }) => ({ classify: (x) => tidy(() => add(classify(x), Math.random()) as Tensor2D) }),
    also: [
      CLASSIFIES_OTHERWISE,
      'gives an example the same values in any batch',
      'is the same after it is saved and loaded',
    ],
  },
  'a count of what was classified': {
    check: 'evaluation leaves the variables as they are',
    says: 'classify changes seen, needed the variables as they were',
    model: (model) => {
      const { own, ...others } = withVariable(model, 'seen', false);
      return {
        ...others,
        classify: (x) => {
          tidy(() => own.assign(add(own, 1)));
          return model.classify(x);
        },
      };
    },
  },
  'images that are drawn from elsewhere': {
    check: 'generate draws from its seed alone',
    says: /^generate\[0\] is \S+, needed \S+ from the same seed, as a moment before$/,
    model: ({ generate }) => ({
      generate: (labels, seed) => generate(labels, streamOf('generate', seed).split(Math.random())),
    }),
    also: ['is the same after it is saved and loaded'],
  },
  'images that are always the same': {
    check: 'generate draws from its seed alone',
    says: 'generate gives the same from another seed, needed other draws',
    model: ({ generate }) => ({ generate: (labels) => generate(labels, createNoise(1)) }),
  },
  'a warm-up that counts its calls': {
    check: 'the objective depends on its arguments alone',
    says: /^labeled.elbo\[0\] is \S+, needed \S+ as of the same batch, step and noise before/,
    objective: withTerms((terms) => {
      counter++;
      return changed(terms, (term) => mul(term, counter / (counter + 1)));
    }),
    also: RUNS,
  },
  'a variable that nothing reads': {
    check: 'training moves every trainable variable',
    says: 'no gradient reaches spare, 1 of 4 trainable variables; needed one for each (the option untouched names those that the objective leaves alone)',
    model: (model) => withVariable(model, 'spare', true),
  },
  'weights of Math.random': {
    check: 'the same seed gives the same weights',
    says: /^classifier\[0\] is \S+, needed \S+ as in a model made before from the same seed$/,
    model: ({ weights }, noise) => {
      redraw(weights.classifier, noise.split(Math.random()));
      return {};
    },
    also: ['takes seed 0'],
  },
  'a seed of its own': {
    check: 'another seed gives other weights',
    says: 'every variable is the same from another seed, needed weights drawn from the seed of create',
    model: ({ weights }) => {
      for (const weight of Object.values(weights)) redraw(weight, createNoise(9));
      return {};
    },
  },
  'seed 0 taken for none': {
    check: 'takes seed 0',
    says: /^classifier\[0\] is \S+, needed \S+ as in a model made before from seed 0$/,
    model: ({ weights }, noise) => {
      if (noise.state.key[0] === createNoise(0).state.key[0])
        redraw(weights.classifier, noise.split(Math.random()));
      return {};
    },
  },
  'noise of Math.random in training': {
    check: 'the same seed gives the same run',
    says: /^classifier\[0\] is \S+, needed \S+ as after a run like it: something else than the seed is drawn from$/,
    objective: withTerms((terms) => changed(terms, (term) => mul(term, 1 + Math.random()))),
    also: ['the objective depends on its arguments alone', ...RUNS.slice(1)],
  },
  'a weight that is no variable': {
    check: 'is the same after it is saved and loaded',
    says: /^classify\[0\] is \S+, needed \S+ as before saveModel and loadVariables: variables do not hold all that counts$/,
    model: ({ classify }, noise) => {
      const bias = noise.next();
      return { classify: (x) => tidy(() => add(classify(x), bias) as Tensor2D) };
    },
    also: [CLASSIFIES_OTHERWISE],
  },
  'steps that the model counts for itself': {
    check: 'a resumed run ends as one that was never interrupted',
    says: /^classifier\[0\] is \S+, needed \S+ as without an interruption: a step reads what no checkpoint holds$/,
    model: () => ({ labelPrior: Object.assign([0.5, 0.25, 0.25], { steps: 0 }) }),
    objective: (model, batch, context) => {
      const counts = model.labelPrior as unknown as { steps: number };
      counts.steps++;
      const { labeled = {}, unlabeled = {} } = tinyObjective(model, batch, context);
      const grow = (term: Tensor): Tensor => mul(term, counts.steps);
      return {
        ...(batch.labeled && { labeled: changed(labeled, grow) }),
        ...(batch.unlabeled && { unlabeled: changed(unlabeled, grow) }),
      };
    },
    also: ['the objective depends on its arguments alone', 'is the same after it is saved and loaded'],
  },
  'an intermediate that is left': {
    check: 'its functions leave nothing but their results',
    says: 'classify leaves 2 tensors beside its result, needed 0 (tf.tidy frees them)',
    model: ({ classify }) => ({ classify: (x) => add(classify(x), scalar(1)) as Tensor2D }),
    also: [CLASSIFIES_OTHERWISE],
  },
  'a result that is its input': {
    check: 'its functions leave nothing but their results',
    says: 'reconstruct is one of its inputs or variables, needed a tensor of its own',
    model: ({ reconstruct }) => ({ reconstruct: (x, y, as) => (as ? reconstruct(x, y, as) : x) }),
  },
  'a term that is kept': {
    check: 'training leaves no tensor',
    says: 'training for some steps leaves 6 tensors, needed 0',
    objective: withTerms((terms) => {
      keep(clone(terms.elbo as Tensor));
      return terms;
    }),
    also: ['dispose frees everything'],
  },
  'a variable that is forgotten': {
    check: 'dispose frees everything',
    says: 'dispose leaves 1 tensor of the model, needed 0',
    model: ({ weights: { classifier, encoder } }) => ({
      dispose() {
        classifier.dispose();
        encoder.dispose();
      },
    }),
  },
  'nets that cannot be freed twice': {
    check: 'dispose does nothing the second time',
    says: 'Container is already disposed.',
    model: ({ dispose, weights }) => ({
      dispose() {
        if (weights.classifier.isDisposed) throw new Error('Container is already disposed.');
        dispose();
      },
    }),
  },
};

describe('a broken model', () => {
  cleanUpAfterEach();

  it('is not broken before', async () => {
    expect(await failuresOf(tinyVae, tinyObjective)).toEqual({});
  });

  it('is there for every check', () => {
    const names = modelChecks(tinyVae, { objective: tinyObjective }).map(({ name }) => name);
    expect(new Set(Object.values(faults).map(({ check }) => check))).toEqual(new Set(names));
  });

  it.each(Object.entries(faults))('fails the check that is there for it: %s', async (_, fault) => {
    const { check, says, model = () => ({}), objective = tinyObjective, also = [] } = fault;
    const failures = await failuresOf(broken(model), objective);
    const named = Object.keys(failures);
    if (!backendTraits().repeats) {
      // Runs may differ by a tolerance there, which a small fault keeps; and messages of a host are its own.
      expect(named.length).toBeGreaterThan(0);
      expect([check, ...also]).toEqual(expect.arrayContaining(named));
      return;
    }
    expect(named.sort()).toEqual([check, ...also].sort());
    if (typeof says === 'string') expect(failures[check]).toContain(says);
    else expect(failures[check]).toMatch(says);
  });
});
