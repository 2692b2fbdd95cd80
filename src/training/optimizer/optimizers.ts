/** The optimizers of a run: the run's, and one for each phase that has its own. */

import { tidy, type Variable } from '@tensorflow/tfjs-core';
import { assertMethods, assertNumber, recordOf } from '../../core/assert';
import { describe, oneLine } from '../../core/describe';
import { atOnce } from '../../core/notAsync';
import type { Model } from '../../models/model';
import type { ResolvedPhase } from '../phases';
import { createAdam } from './adam';
import type { Optimizer, OptimizerState } from './optimizer';

/** An optimizer of a run. */
export interface RunOptimizer {
  /** name of the phase that it belongs to; left out for the run's */
  readonly phase?: string;
  /** its name in messages */
  readonly name: string;
  readonly optimizer: Optimizer;
  /** variables that it moves, by their names in its state */
  readonly variables: Readonly<Record<string, Variable>>;
}

/** A phase with its optimizer. */
export type EquippedPhase<M extends Model> = ResolvedPhase<M> & { readonly optimizer: Optimizer };

/** Phases of a run, and their optimizers. */
export interface Equipment<M extends Model> {
  readonly phases: readonly EquippedPhase<M>[];
  readonly optimizers: readonly RunOptimizer[];
  /** Disposes the Adam that the run made, if any. */
  dispose(): void;
}

/**
 * Gives each phase an optimizer: its own, or the run's.
 *
 * @param where name of the calling function, for messages
 * @param phases of a step
 * @param given the run's optimizer; default `createAdam()`, made if a phase needs it
 * @throws RangeError when the run's optimizer is also a phase's, or no phase needs it
 */
export function equip<M extends Model>(
  where: string,
  phases: readonly ResolvedPhase<M>[],
  given: Optimizer | undefined,
): Equipment<M> {
  const sharer = phases.find(({ optimizer }) => optimizer !== undefined && optimizer === given);
  if (sharer !== undefined)
    throw new RangeError(
      `${where}: phase ${describe(sharer.name)} has the optimizer of the run, needed an optimizer for each, or none for that of the run`,
    );
  const rest = phases.filter(({ optimizer }) => optimizer === undefined);
  if (given !== undefined && rest.length === 0)
    throw new RangeError(
      `${where}: optimizer moves nothing, needed none, as every phase has an optimizer of its own`,
    );
  const made = given === undefined && rest.length > 0 ? createAdam() : undefined;
  const shared = given ?? made;
  const ofRun = shared && {
    name: 'optimizer',
    optimizer: shared,
    variables: Object.fromEntries(rest.flatMap(({ variables }) => Object.entries(variables))),
  };
  const ofPhases = phases.flatMap(({ name: phase = '', optimizer, variables }): RunOptimizer[] =>
    optimizer ? [{ phase, name: `optimizer of phase ${describe(phase)}`, optimizer, variables }] : [],
  );
  return {
    phases: phases.map((phase) => ({ ...phase, optimizer: phase.optimizer ?? (shared as Optimizer) })),
    optimizers: [...(ofRun ? [ofRun] : []), ...ofPhases],
    dispose: () => made?.dispose(),
  };
}

/**
 * Refuses optimizers that have been disposed: their moments are gone, and would start at zero again.
 *
 * @param where name of the calling function, for messages
 * @param optimizers of a run
 * @throws RangeError naming the optimizer
 */
export function assertNotDisposed(where: string, optimizers: readonly RunOptimizer[]): void {
  const disposed = optimizers.find(({ optimizer }) => optimizer.isDisposed === true);
  if (disposed) throw new RangeError(`${where}: ${disposed.name} is disposed, needed one that is not`);
}

/**
 * Refuses a state that no checkpoint can hold.
 *
 * @param name of the optimizer, for the message
 * @throws TypeError or RangeError naming the entry
 */
export function assertState(where: string, name: string, state: OptimizerState): void {
  const { tensors, counts } = recordOf(where, state, `${name}.state`);
  for (const [key, tensor] of Object.entries(recordOf(where, tensors, `${name}.state.tensors`)))
    assertMethods(where, `${name}.state.tensors.${oneLine(key)}`, tensor, ['data', 'clone']);
  for (const [key, count] of Object.entries(recordOf(where, counts, `${name}.state.counts`)))
    assertNumber(where, `${name}.state.counts.${oneLine(key)}`, count, 'a finite number', Number.isFinite);
}

/**
 * Restores a state in each optimizer; copies its tensors.
 *
 * @param optimizers of a run
 * @param states one for each
 * @throws the error of an optimizer that cannot use its state; the others then keep their former states
 */
export function restoreAll(optimizers: readonly RunOptimizer[], states: readonly OptimizerState[]): void {
  tidy(() => {
    const former = optimizers.slice(0, -1).map(({ optimizer: { state } }) => ({
      tensors: Object.fromEntries(
        Object.entries(state.tensors).map(([name, tensor]) => [name, tensor.clone()]),
      ),
      counts: { ...state.counts },
    }));
    for (const [i, { optimizer, variables }] of optimizers.entries()) {
      try {
        atOnce('train', 'optimizer.restore', optimizer.restore(states[i] as OptimizerState, variables));
      } catch (error) {
        for (const [j, { optimizer: before }] of optimizers.slice(0, i).entries())
          before.restore(former[j] as OptimizerState);
        throw error;
      }
    }
  });
}
