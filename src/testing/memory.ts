/** Tensors that stay alive. */
import { dispose, memory, type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { Model } from '../models/model';
import type { Check } from './check';
import { functionsOf } from './functions';
import { batchOf, inputsOf, type Subject, trainOn } from './subject';
import { termsOf } from './terms';
import { countedTensors } from './values';

const alive = (): number => memory().numTensors;

/** Makes a model, calls all that it has, and frees it; another check looks for leaks of the functions. */
function useAndDispose<M extends Model>(subject: Subject<M>): void {
  const model = subject.make();
  tidy(() => {
    for (const f of functionsOf(model)) f.run(inputsOf(subject, model));
    termsOf(subject, model, batchOf(subject));
  });
  model.dispose();
}

/** Checks that nothing stays alive that nobody owns. */
export const memoryChecks: readonly Check[] = [
  {
    name: 'its functions leave nothing but their results',
    of: 'functions',
    async run(subject) {
      const model = subject.make();
      for (const f of functionsOf(model)) {
        const inputs = inputsOf(subject, model);
        const { labels: _, ...tensors } = inputs;
        const others = new Set<Tensor>([...Object.values(tensors), ...Object.values(model.variables)]);
        // Once before: what is made at the first call and kept is the model's to free.
        tidy(() => void f.run(inputsOf(subject, model)));
        const before = alive();
        const results = Object.entries(f.run(inputs));
        const borrowed = results.find(([, result]) => others.has(result));
        if (borrowed)
          throw new Error(`${borrowed[0]} is one of its inputs or variables, needed a tensor of its own`);
        dispose(results.map(([, result]) => result));
        const left = alive() - before;
        if (left > 0)
          throw new Error(
            `${f.name} leaves ${countedTensors(left)} beside its result, needed 0 (tf.tidy frees them)`,
          );
      }
    },
  },
  {
    name: 'training leaves no tensor',
    async run(subject) {
      const model = subject.make();
      await trainOn(subject, model);
      const before = alive();
      await trainOn(subject, model);
      const left = alive() - before;
      if (left !== 0) throw new Error(`training for some steps leaves ${countedTensors(left)}, needed 0`);
    },
  },
  {
    name: 'dispose frees everything',
    async run(subject) {
      // Once before: what the engine and nets make once for all models is nobody's leak.
      useAndDispose(subject);
      const before = alive();
      useAndDispose(subject);
      const left = alive() - before;
      if (left !== 0) throw new Error(`dispose leaves ${countedTensors(left)} of the model, needed 0`);
    },
  },
  {
    name: 'dispose does nothing the second time',
    async run(subject) {
      const model = subject.make();
      model.dispose();
      const before = alive();
      model.dispose();
      const left = alive() - before;
      if (left !== 0) throw new Error(`a second dispose changes the number of tensors by ${left}, needed 0`);
    },
  },
];
