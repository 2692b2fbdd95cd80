/** What a model says of itself. */

import { describe, formatShape } from '../core/describe';

import { canonical, parseJson } from '../files/json';
import type { Model, SemiSupervisedVae, Vae } from '../models/model';
import { variablesUnder } from '../models/ownVariables';
import type { Check } from './check';
import { isPlainVae, isSemiSupervised } from './functions';

const assertVariables = ({ variables }: Model): void => {
  const all = Object.entries(variables);
  for (const [name, variable] of all) {
    if (!Array.isArray(variable?.shape) || typeof variable.assign !== 'function')
      throw new Error(`variables["${name}"] is ${describe(variable)}, needed a tf.Variable`);
    if (variable.dtype !== 'float32')
      throw new Error(`variables["${name}"] has dtype ${variable.dtype}, needed float32`);
  }
  if (!all.some(([, { trainable }]) => trainable))
    throw new Error(`variables hold ${all.length}, none of them trainable, needed one that training moves`);
};

const assertVae = ({ latent, likelihood, variables }: Vae | SemiSupervisedVae): void => {
  if (!Number.isInteger(latent) || latent < 1)
    throw new Error(`latent is ${describe(latent)}, needed an integer of at least 1`);
  for (const name of ['logProb', 'mean', 'sample'] as const) {
    if (typeof likelihood?.[name] !== 'function')
      throw new Error(`likelihood.${name} is ${describe(likelihood?.[name])}, needed a function`);
  }
  for (const [name, variable] of Object.entries(variablesUnder('likelihood', likelihood)))
    if (variables[name] !== variable)
      throw new Error(
        `variables["${name}"] is ${describe(variables[name])}, needed the variable of the likelihood: it would neither train nor be saved`,
      );
};

const assertPriorOfLabels = ({ labelPrior, classes }: SemiSupervisedVae): void => {
  if (!Array.isArray(labelPrior) || labelPrior.length !== classes)
    throw new Error(`labelPrior is ${describe(labelPrior)}, needed an array of ${classes} probabilities`);
  const bad = labelPrior.findIndex((p) => !(p > 0));
  if (bad >= 0) throw new Error(`labelPrior[${bad}] is ${labelPrior[bad]}, needed a probability above 0`);
  const total = labelPrior.reduce((sum, p) => sum + p, 0);
  if (!(Math.abs(total - 1) < 1e-5)) throw new Error(`labelPrior sums to ${total}, needed 1`);
};

const describeVariables = ({ variables }: Model): readonly string[] =>
  Object.entries(variables).map(([name, { shape }]) => `${name} ${formatShape(shape)}`);

/** Checks of what a model says of itself. */
export const descriptionChecks: readonly Check[] = [
  {
    name: 'describes itself',
    async run(subject) {
      const model = subject.make();
      assertVariables(model);
      if (isPlainVae(model) || isSemiSupervised(model)) assertVae(model);
      if (isSemiSupervised(model)) assertPriorOfLabels(model);
    },
  },
  {
    name: 'has a spec that is JSON',
    async run(subject) {
      const { spec, structure = null } = subject.make();
      for (const [name, value] of Object.entries({ spec, structure })) {
        const text: string | undefined = JSON.stringify(value);
        if (text === undefined) throw new Error(`${name} is ${describe(value)}, needed JSON`);
        const entry = lossAmong(name, value, parseJson(text));
        if (entry) throw new Error(`${entry}, needed a value that JSON holds`);
      }
    },
  },
  {
    name: 'is described alike each time it is made',
    async run(subject) {
      const [first, second] = [subject.make(1), subject.make(2)];
      const [came, needed] = [describeVariables(second), describeVariables(first)];
      const other = needed.findIndex((variable, i) => variable !== came[i]);
      if (other >= 0 || came.length !== needed.length)
        throw new Error(
          `variable ${Math.max(other, 0)} of a second model is ${came[Math.max(other, 0)]}, needed ${needed[Math.max(other, 0)]} as in the first: saved weights are found by name`,
        );
      for (const name of ['spec', 'structure'] as const)
        if (canonical(first[name]) !== canonical(second[name]))
          throw new Error(
            `${name} is ${canonical(second[name])} in a second model, needed ${canonical(first[name])}`,
          );
    },
  },
];

/** The first entry that is another after it was written and read, in words. */
function lossAmong(name: string, before: unknown, after: unknown): string | undefined {
  if (Object.is(before, after)) return undefined;
  if (typeof before !== 'object' || before === null || typeof after !== 'object' || after === null)
    return `${name} is ${describe(before)}`;
  const plain = [Object.prototype, Array.prototype, null].includes(Object.getPrototypeOf(before));
  if (!plain) return `${name} is ${describe(before)}`;
  const [given, read] = [Object.entries(before), after as Record<string, unknown>];
  for (const [key, value] of given) {
    const found =
      key in read ? lossAmong(`${name}.${key}`, value, read[key]) : `${name}.${key} is ${describe(value)}`;
    if (found) return found;
  }
  return undefined;
}
