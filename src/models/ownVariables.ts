/** Variables that a prior or a likelihood brings into a model: trained, averaged, saved and resumed with it. */
import type { Variable } from '@tensorflow/tfjs-core';
import { assertMethods, plainOf } from '../core/assert';

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
