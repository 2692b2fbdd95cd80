/** Whether a model's variables and spec are all there is to it. */
import type { Storage } from '../files/storage';
import type { Model } from '../models/model';
import { loadVariables, saveModel } from '../models/saveModel';
import type { Check } from './check';
import { functionsOf, resultsOf } from './functions';
import { batchOf, inputsOf, type Subject, trainOn } from './subject';
import { termsOf } from './terms';
import { difference, runTolerance, type Values, valuesOf, weightsOf } from './values';

/** A file in memory, which keeps the first of what is written. */
const memory = (): Storage => {
  let bytes: Uint8Array | undefined;
  return {
    name: 'memory',
    read: async () => bytes,
    write: async (written) => {
      bytes ??= written.slice();
    },
  };
};

/** Everything that a model gives, weights among it. */
async function outputsOf<M extends Model>(subject: Subject<M>, model: M): Promise<Values> {
  const weights = await weightsOf(model);
  const results = functionsOf(model).map((f) => resultsOf(f, inputsOf(subject, model)));
  for (const result of results.flatMap((one) => Object.values(one))) subject.own(result);
  // Terms last: a pass that trains may move statistics that the functions read.
  const outputs = await valuesOf(Object.assign({}, ...results));
  return { ...weights, ...outputs, ...(await valuesOf(termsOf(subject, model, batchOf(subject)))) };
}

/** Checks of saved models and resumed runs. */
export const savingChecks: readonly Check[] = [
  {
    name: 'is the same after it is saved and loaded',
    async run(subject) {
      const [trained, fresh] = [subject.make(1), subject.make(2)];
      const storage = memory();
      await trainOn(subject, trained);
      await saveModel(trained, storage);
      await loadVariables(fresh, storage);
      const found = difference(
        await outputsOf(subject, fresh),
        await outputsOf(subject, trained),
        runTolerance(subject.tolerance),
      );
      if (found)
        throw new Error(
          `${found} as before saveModel and loadVariables: variables do not hold all that counts`,
        );
    },
  },
  {
    name: 'a resumed run ends as one that was never interrupted',
    async run(subject) {
      const [whole, resumed] = [subject.make(1), subject.make(2)];
      // Written after two steps; the checkpoint of the run's end is not kept.
      const checkpoint = { storage: memory(), every: 2 };
      await trainOn(subject, whole, { checkpoint });
      await trainOn(subject, resumed, { checkpoint, resume: true });
      const found = difference(
        await weightsOf(resumed),
        await weightsOf(whole),
        runTolerance(subject.tolerance),
      );
      if (found)
        throw new Error(`${found} as without an interruption: a step reads what no checkpoint holds`);
    },
  },
];
