/** Variables that a prior or a likelihood brings into a model: trained, averaged, saved and resumed with it. */
import type { Variable } from '@tensorflow/tfjs-core';
import { assertMethods, plainOf } from '../core/assert';
import { describe } from '../core/describe';

/** A prior or a likelihood, which may have variables by name. */
export interface Owner {
  readonly variables?: Readonly<Record<string, Variable>>;
}

/**
 * Refuses values that are not variables.
 *
 * @param name of what they belong to
 * @throws TypeError naming the first
 */
export function assertVariables(where: string, name: string, { variables }: Owner): void {
  if (variables === undefined) return;
  for (const [key, variable] of Object.entries(plainOf(where, variables, `${name}.variables`)))
    assertMethods(where, `${name}.variables.${key}`, variable, ['assign']);
}

/** The variables under the names that a model has them by: `prior/means` for `means`. */
export const variablesUnder = (
  name: string,
  { variables = {} }: Owner = {},
): Readonly<Record<string, Variable>> =>
  Object.fromEntries(Object.entries(variables).map(([key, variable]) => [`${name}/${key}`, variable]));

/** Frees the variables of a prior or a likelihood; a second call does nothing. */
export const disposeVariables = ({ variables = {} }: Owner): void => {
  for (const variable of Object.values(variables)) if (!variable.isDisposed) variable.dispose();
};

/** Variables of likelihoods that a living model has. */
const taken = new WeakSet<Variable>();

/**
 * Gives the variables of a likelihood to one model: two would train them in turn, and neither would say so.
 *
 * @param where name of the calling function, for the message
 * @returns gives them back
 * @throws RangeError when another model has them
 */
export function takeVariables(where: string, { variables = {} }: Owner): () => void {
  const own = Object.entries(variables);
  const shared = own.find(([, variable]) => taken.has(variable));
  if (shared !== undefined)
    throw new RangeError(
      `${where}: likelihood is that of another model, which trains its variable ${describe(shared[0])}; needed a likelihood of its own, made by another call, or that model disposed`,
    );
  for (const [, variable] of own) taken.add(variable);
  return () => {
    for (const [, variable] of own) taken.delete(variable);
  };
}
