/** Phases: the losses of a step, one after the other. */
import type { Variable } from '@tensorflow/tfjs-core';
import { assertMethods, assertName } from '../core/assert';
import type { BatchSource } from '../core/batch';
import { describe } from '../core/describe';
import { readOptions, unchecked } from '../core/options';
import { assertNoMaker } from '../core/uncalled';
import { type Json, own } from '../files/json';
import type { Model } from '../models/model';
import type { Objective, ObjectiveTerms, Phase, Terms } from '../models/objectives/objective';
import type { Optimizer } from './optimizer/optimizer';

/** A phase as a step runs it. */
export interface ResolvedPhase<M extends Model> {
  /** undefined if the objective is a single function */
  readonly name: string | undefined;
  readonly objective: Objective<M>;
  /** variables that it moves, by their names in the optimizer's state */
  readonly variables: Readonly<Record<string, Variable>>;
  /** the phase's optimizer; left out if it uses the run's */
  readonly optimizer?: Optimizer;
}

const trainableOf = (model: Model): Readonly<Record<string, Variable>> =>
  Object.fromEntries(Object.entries(model.variables).filter(([, variable]) => variable.trainable));

/** The names of a phase; `resolvePhases` checks their values against the model and the other phases. */
const phaseRules = <M extends Model>() => ({
  name: unchecked<Phase<M>['name']>(),
  variables: unchecked<Phase<M>['variables']>(),
  objective: unchecked<Phase<M>['objective']>(),
  optimizer: unchecked<Phase<M>['optimizer']>(),
});

/**
 * Phases of a step: those given, or one that moves everything.
 *
 * A variable that two phases move has optimizer state in each, because the sizes of their gradients differ.
 *
 * @param where name of the calling function, for messages
 * @param model whose variables the phases move
 * @param objective one, or phases
 * @throws TypeError or RangeError naming the phase and what is wrong with it
 */
export function resolvePhases<M extends Model>(
  where: string,
  model: M,
  objective: Objective<M> | readonly Phase<M>[],
): readonly ResolvedPhase<M>[] {
  const trainable = trainableOf(model);
  assertNoMaker(where, 'objective', objective);
  if (typeof objective === 'function') return [{ name: undefined, objective, variables: trainable }];
  if (!Array.isArray(objective) || objective.length === 0)
    throw new TypeError(
      `${where}: objective is ${describe(objective)}, needed a function such as semiSupervised(), or phases`,
    );
  const phases: readonly Phase<M>[] = objective;
  return phases.map((phase, i) => {
    assertNoMaker(where, `phase ${i}`, phase);
    if (typeof phase === 'function')
      throw new TypeError(
        `${where}: phase ${i} is ${describe(phase)}, needed { name, variables, objective: … }, or one objective without a list`,
      );
    const read = readOptions(where, phase, phaseRules<M>(), `phase ${i}`);
    const { name, objective: loss, variables, optimizer } = read;
    if (typeof name !== 'string' || name === '' || phases.findIndex((other) => other.name === name) !== i)
      throw new RangeError(
        `${where}: the name of phase ${i} is ${describe(name)}, needed one that no other has`,
      );
    assertName(where, `phase ${i}`, name);
    // `a.b` and a term `c` would be called as `a` and a term `b.c` are; so would their moments, by `/`.
    if (/[./]/.test(name))
      throw new RangeError(
        `${where}: the name of phase ${i} is ${describe(name)}, needed one without . and /`,
      );
    const of = `phase ${describe(name)}`;
    assertNoMaker(where, `the objective of ${of}`, loss);
    if (typeof loss !== 'function')
      throw new TypeError(`${where}: the objective of ${of} is ${describe(loss)}, needed a function`);
    if (!Array.isArray(variables))
      throw new TypeError(
        `${where}: the variables of ${of} are ${describe(variables)}, needed names of variables`,
      );
    const unknown = variables.find((variable) => own(trainable, variable) === undefined);
    if (variables.length === 0 || unknown !== undefined)
      throw new RangeError(
        `${where}: ${of} moves ${variables.length === 0 ? 'nothing' : describe(unknown)}, needed trainable variables of the model`,
      );
    const twice = variables.find((variable, at) => variables.indexOf(variable) !== at);
    if (twice !== undefined)
      throw new RangeError(`${where}: ${of} moves ${describe(twice)} twice, needed each variable once`);
    if (optimizer !== undefined) assertMethods(where, `the optimizer of ${of}`, optimizer, ['apply']);
    const sharer = phases.find((other) => other.optimizer !== undefined && other.optimizer === optimizer);
    if (sharer !== undefined && sharer !== phase)
      throw new RangeError(
        `${where}: ${of} has the optimizer of phase ${describe(sharer.name)}, needed an optimizer for each, or none for that of the run`,
      );
    const moved = variables.map((variable) => [`${name}/${variable}`, own(trainable, variable) as Variable]);
    return { name, objective: loss, variables: Object.fromEntries(moved), ...(optimizer && { optimizer }) };
  });
}

/**
 * Refuses batches that lack the only part that an objective has terms of.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError naming the phase, and how it is left out
 */
export function assertPartsOfPhases<M extends Model>(
  where: string,
  phases: readonly ResolvedPhase<M>[],
  { counts, batchSize = counts }: Pick<BatchSource, 'counts' | 'batchSize'>,
): void {
  for (const { name, objective } of phases) {
    const { part } = objective;
    if (part === undefined || (counts[part] > 0 && batchSize[part] > 0)) continue;
    const [what, cure] =
      name === undefined
        ? ['the objective', `needed ${part} examples, or another objective`]
        : [
            `phase ${describe(name)}`,
            `needed ${part} examples, or the list without it: ${phases.length > 1 ? `phases.filter(({ name }) => name !== ${describe(name)})` : 'another phase'}`,
          ];
    throw new RangeError(`${where}: ${what} has no term: the batches have no ${part} part, ${cure}`);
  }
}

/** Settings of the phases, to compare those of two runs. */
export const specOfPhases = <M extends Model>(objective: Objective<M> | readonly Phase<M>[]): Json =>
  typeof objective === 'function'
    ? (objective.spec ?? null)
    : objective.map(({ name, variables, objective: own }) => ({
        name,
        variables,
        objective: own.spec ?? null,
      }));

/**
 * Terms of all phases in one record, named `phase.term` if the phases have names. The tensors are those of the phases.
 */
export function termsOfPhases<M extends Model>(
  phases: readonly ResolvedPhase<M>[],
  given: readonly ObjectiveTerms[],
): ObjectiveTerms {
  const [first] = phases;
  if (first?.name === undefined) return given[0] ?? {};
  const merged = (part: keyof ObjectiveTerms): Terms | undefined => {
    if (given.every((terms) => terms[part] === undefined)) return undefined;
    const named = given.flatMap((terms, i) =>
      Object.entries(terms[part] ?? {}).map(([term, value]) => [`${phases[i]?.name}.${term}`, value]),
    );
    return Object.fromEntries(named);
  };
  const [labeled, unlabeled] = [merged('labeled'), merged('unlabeled')];
  return { ...(labeled && { labeled }), ...(unlabeled && { unlabeled }) };
}
