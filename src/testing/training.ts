/** What training does to the variables of a model, and what it depends on. */
import { assignVariables, readTensors } from '../models/modelFile';
import type { Check } from './check';
import { trainOn } from './subject';
import { changedAmong, difference, listed, nonFiniteAmong, runTolerance, weightsOf } from './values';

/** Checks of training and of seeds. */
export const trainingChecks: readonly Check[] = [
  {
    name: 'training moves every trainable variable',
    async run(subject) {
      const model = subject.make();
      const before = await weightsOf(model);
      await trainOn(subject, model);
      const moved = new Set(changedAmong(before, await weightsOf(model)));
      const trainable = Object.keys(model.variables).filter((name) => model.variables[name]?.trainable);
      const isUntouched = (name: string): boolean =>
        subject.untouched.some((start) => name.startsWith(start));
      const still = trainable.filter((name) => !moved.has(name) && !isUntouched(name));
      if (still.length > 0)
        throw new Error(
          `no gradient reaches ${listed(still)}, ${still.length} of ${trainable.length} trainable variables; needed one for each (the option untouched names those that the objective leaves alone)`,
        );
      const astray = trainable.filter((name) => moved.has(name) && isUntouched(name));
      if (astray.length > 0)
        throw new Error(
          `training moves ${listed(astray)}, needed them as they were: the option untouched names them`,
        );
    },
  },
  {
    name: 'the same seed gives the same weights',
    async run(subject) {
      const first = await weightsOf(subject.make(1));
      const found = difference(await weightsOf(subject.make(1)), first, 0);
      if (found) throw new Error(`${found} as in a model made before from the same seed`);
    },
  },
  {
    name: 'another seed gives other weights',
    async run(subject) {
      const first = await weightsOf(subject.make(1));
      if (changedAmong(first, await weightsOf(subject.make(2))).length === 0)
        throw new Error(
          'every variable is the same from another seed, needed weights drawn from the seed of create',
        );
    },
  },
  {
    name: 'takes seed 0',
    async run(subject) {
      const first = await weightsOf(subject.make(0));
      const bad = nonFiniteAmong(first);
      if (bad) throw new Error(`${bad} with seed 0, needed finite weights`);
      const found = difference(await weightsOf(subject.make(0)), first, 0);
      if (found) throw new Error(`${found} as in a model made before from seed 0`);
    },
  },
  {
    name: 'the same seed gives the same run',
    async run(subject) {
      const [one, other] = [subject.make(1), subject.make(1)];
      // Another check compares the first weights.
      assignVariables('checkModel', other.variables, await readTensors(one.variables));
      await trainOn(subject, one);
      await trainOn(subject, other);
      const found = difference(await weightsOf(other), await weightsOf(one), runTolerance(subject.tolerance));
      if (found)
        throw new Error(`${found} as after a run like it: something else than the seed is drawn from`);
    },
  },
];
