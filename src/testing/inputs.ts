/** Inputs at the edges, inputs that are none, and whether inputs stay what they were. */
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { BatchSource } from '../core/batch';
import { messageOf } from '../core/messageOf';
import { evaluateClassifier } from '../evaluation/classifier';
import { evaluateElbo } from '../evaluation/elbo';
import type { Known, Model } from '../models/model';
import { embed, predict } from '../models/predict';
import type { Check } from './check';
import { constantInputs } from './examples';
import { functionsOf, isClassifier, isPlainVae, isSemiSupervised, resultsOf } from './functions';
import {
  batchesOf,
  batchOf,
  covariatesAt,
  inputsOf,
  partsOf,
  ROWS,
  STEPS,
  type Subject,
  trainOn,
} from './subject';
import { termsOf } from './terms';
import { changedAmong, listed, nonFiniteAmong, type Values, valuesOf, weightsOf } from './values';

/** Batches whose first inputs are NaN, from a source that looks at nothing, as your own may be. */
const batchesOfNaN = <M extends Model>(subject: Subject<M>, model: M): BatchSource => {
  const { labeled, unlabeled } = subject.examples;
  const spoiled = (count: number): Tensor => {
    const values = constantInputs(model, 0.5, count);
    values[0] = Number.NaN;
    return tensor(values, [count, ...model.inputShape]);
  };
  return {
    stepsPerEpoch: STEPS,
    counts: { labeled, unlabeled },
    at: () => {
      const batch = batchOf(subject);
      const { y } = batch.labeled as { y: Tensor };
      const known = (part: 'labeled' | 'unlabeled'): Known => {
        const { covariates } = batch[part] as Known;
        return covariates ? { covariates: covariates.clone() } : {};
      };
      return {
        labeled: { x: spoiled(labeled), y: y.clone(), ...known('labeled') },
        unlabeled: { x: spoiled(unlabeled), ...known('unlabeled') },
      };
    },
  };
};

/** Refuses a call that takes a NaN, or that does not say so. */
const assertRefusesNaN = async (name: string, call: () => Promise<unknown>): Promise<void> => {
  const refusal = await call().then(
    () => undefined,
    (error: unknown) => messageOf(error),
  );
  if (refusal === undefined)
    throw new Error(`${name} takes an input that is NaN, needed an error that names it`);
  if (!refusal.includes('NaN'))
    throw new Error(`${name} refuses an input that is NaN with "${refusal}", needed an error that names it`);
};

/** Refuses tensors that were freed or written to. */
const assertKept = async (
  what: string,
  tensors: Readonly<Record<string, Tensor>>,
  before: Values,
): Promise<void> => {
  const freed = Object.keys(tensors).find((name) => tensors[name]?.isDisposed);
  if (freed) throw new Error(`${what} disposes ${freed}, needed it left to the caller`);
  const [written] = changedAmong(before, await valuesOf(tensors));
  if (written) throw new Error(`${what} changes the values of ${written}, needed them as they were`);
};

/** Checks of edges, of NaN, and that inputs stay unchanged. */
export const inputChecks: readonly Check[] = [
  {
    name: 'stays finite on inputs of all 0 and of all 1',
    async run(subject) {
      for (const value of [0, 1]) {
        const model = subject.make();
        const { dataset } = subject.examples;
        const x = constantInputs(model, value, dataset.count);
        const constant = { ...subject, examples: { ...subject.examples, dataset: { ...dataset, x } } };
        const results = functionsOf(model).map((f) => resultsOf(f, inputsOf(constant, model)));
        for (const result of results.flatMap((one) => Object.values(one))) subject.own(result);
        const given = await valuesOf(
          Object.assign({}, ...results, termsOf(constant, model, batchOf(constant))),
        );
        await trainOn(constant, model);
        const bad = nonFiniteAmong(given) ?? nonFiniteAmong(await weightsOf(model));
        if (bad) throw new Error(`${bad} on inputs of all ${x[0]}, needed finite values, terms and weights`);
      }
    },
  },
  {
    name: 'refuses inputs that are NaN',
    async run(subject) {
      const model = subject.make();
      const x = constantInputs(model, 0.5, ROWS);
      x[0] = Number.NaN;
      const known = covariatesAt(
        subject.examples.dataset,
        Int32Array.from({ length: ROWS }, (_, i) => i),
      );
      if (isClassifier(model)) {
        const y = new Uint8Array(ROWS);
        await assertRefusesNaN('predict', () => predict(model, x, known));
        await assertRefusesNaN('evaluateClassifier', () => evaluateClassifier(model, { x, y, ...known }));
      }
      if (isPlainVae(model) || isSemiSupervised(model)) {
        await assertRefusesNaN('embed', () => embed(model, x, known));
        await assertRefusesNaN('evaluateElbo', () => evaluateElbo(model, { x, ...known }, { seed: 2 }));
      }
      await assertRefusesNaN('train', () =>
        trainOn(subject, model, { batches: batchesOfNaN(subject, model) }),
      );
      const bad = nonFiniteAmong(await weightsOf(model));
      if (bad) throw new Error(`${bad} after a step on NaN that was refused, needed the weights of before`);
    },
  },
  {
    name: 'leaves its inputs as they are',
    async run(subject) {
      const model = subject.make();
      for (const f of functionsOf(model)) {
        const inputs = inputsOf(subject, model);
        const { labels, ...tensors } = inputs;
        const [before, labelsBefore] = [await valuesOf(tensors), labels.join()];
        for (const result of Object.values(resultsOf(f, inputs))) subject.own(result);
        await assertKept(f.name, tensors, before);
        if (labels.join() !== labelsBefore)
          throw new Error(
            `${f.name} changes the labels [${labelsBefore}] to [${labels}], needed them as they were`,
          );
      }
      const { labeled, unlabeled } = batchOf(subject);
      const tensors = Object.fromEntries(
        Object.entries({
          'labeled.x': labeled?.x,
          'labeled.y': labeled?.y,
          'unlabeled.x': unlabeled?.x,
        }).filter((entry): entry is [string, Tensor] => entry[1] !== undefined),
      );
      const before = await valuesOf(tensors);
      termsOf(subject, model, { ...(labeled && { labeled }), ...(unlabeled && { unlabeled }) });
      await assertKept('the objective', tensors, before);

      const { dataset } = subject.examples;
      const arrays = (): Values => ({ x: Array.from(dataset.x), y: Array.from(dataset.y) });
      const written = arrays();
      if (isClassifier(model)) {
        await predict(model, dataset.x, covariatesAt(dataset));
        await evaluateClassifier(model, dataset);
      }
      await trainOn(subject, model, { batches: batchesOf(subject, partsOf(subject.examples)) });
      const changed = changedAmong(written, arrays());
      if (changed.length > 0)
        throw new Error(
          `training and evaluation change the array ${listed(changed)} of the data set, needed it as it was`,
        );
    },
  },
];
