/** Whether the functions of a model and its objective depend on their arguments alone, and change nothing. */
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import { createNoise, type Noise } from '../core/noise';
import { evaluateClassifier } from '../evaluation/classifier';
import { evaluateElbo } from '../evaluation/elbo';
import { predict } from '../models/predict';
import type { Check } from './check';
import {
  boundOf,
  functionsOf,
  isClassifier,
  isGenerative,
  isPlainVae,
  isSemiSupervised,
  knownOf,
  resultsOf,
  termsOfBound,
} from './functions';
import { batchOf, covariatesAt, inputsOf, ROWS } from './subject';
import { termsOf } from './terms';
import { changedAmong, difference, listed, runTolerance, type Values, valuesOf, weightsOf } from './values';

/** Checks of what a model's functions depend on, and what they change. */
export const purityChecks: readonly Check[] = [
  {
    name: 'gives the same values each time',
    of: 'functions',
    async run(subject) {
      const model = subject.make();
      const functions = functionsOf(model).filter(({ perExample }) => perExample);
      const all = async (): Promise<Values> => {
        const results = functions.map((f) => resultsOf(f, inputsOf(subject, model)));
        for (const result of results.flatMap((one) => Object.values(one))) subject.own(result);
        return valuesOf(Object.assign({}, ...results));
      };
      const first = await all();
      const found = difference(await all(), first, runTolerance(subject.tolerance));
      if (found) throw new Error(`${found} as a moment before: evaluation draws nothing and keeps nothing`);
    },
  },
  {
    name: 'evaluation leaves the variables as they are',
    of: 'functions',
    async run(subject) {
      const model = subject.make();
      const { dataset } = subject.examples;
      const before = await weightsOf(model);
      const assertUnchanged = async (by: string): Promise<void> => {
        const changed = changedAmong(before, await weightsOf(model));
        if (changed.length > 0)
          throw new Error(`${by} changes ${listed(changed)}, needed the variables as they were`);
      };
      for (const f of functionsOf(model)) {
        for (const result of Object.values(resultsOf(f, inputsOf(subject, model)))) subject.own(result);
        await assertUnchanged(f.name);
      }
      if (isClassifier(model)) {
        await predict(model, dataset.x, covariatesAt(dataset));
        await evaluateClassifier(model, dataset);
      }
      if (isSemiSupervised(model) || isPlainVae(model)) await evaluateElbo(model, dataset, { seed: 2 });
      await assertUnchanged('evaluation');
    },
  },
  {
    name: 'generate draws from its seed alone',
    of: 'generative',
    async run(subject) {
      const model = subject.make();
      const generated = (seed: number | Noise): Tensor => {
        if (isPlainVae(model)) return model.generate(ROWS, seed);
        if (isGenerative(model))
          return model.generate(new Array<number>(ROWS).fill(0), seed, knownOf(inputsOf(subject, model)));
        throw new Error('generate is missing, needed a function');
      };
      const draw = (seed: number | Noise): Promise<Values> =>
        valuesOf({ generate: subject.own(generated(seed)) });
      const first = await draw(1);
      const found = difference(await draw(1), first, runTolerance(subject.tolerance));
      if (found) throw new Error(`${found} from the same seed, as a moment before`);
      const streamed = difference(await draw(createNoise(1)), first, runTolerance(subject.tolerance));
      if (streamed) throw new Error(`${streamed} from createNoise(1), as from the seed 1`);
      if (changedAmong(first, await draw(2)).length === 0)
        throw new Error('generate gives the same from another seed, needed other draws');
    },
  },
  {
    name: 'the bound draws from its noise alone',
    of: 'vae',
    async run(subject) {
      const model = subject.make();
      if (!isPlainVae(model) && !isSemiSupervised(model)) return;
      const inputs = inputsOf(subject, model);
      const draw = async (seed: number): Promise<Values> => {
        const terms = tidy(() => ({ ...boundOf(model, inputs, { noise: createNoise(seed) }) }));
        for (const term of Object.values(terms)) if (term) subject.own(term);
        return valuesOf(termsOfBound(terms));
      };
      const first = await draw(1);
      const found = difference(await draw(1), first, runTolerance(subject.tolerance));
      if (found) throw new Error(`${found} from the same noise, as a moment before`);
      if (changedAmong(first, await draw(2)).length === 0)
        throw new Error('the bound is the same from other noise, needed other draws');
    },
  },
  {
    name: 'the objective depends on its arguments alone',
    async run(subject) {
      const model = subject.make();
      const at = (step: number): Promise<Values> => valuesOf(termsOf(subject, model, batchOf(subject), step));
      const first = await at(3);
      await at(4);
      const found = difference(await at(3), first, runTolerance(subject.tolerance));
      if (found)
        throw new Error(
          `${found} as of the same batch, step and noise before: a resumed run would see other terms`,
        );
    },
  },
];
