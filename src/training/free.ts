/** Models and optimizers belong to one run or loop at a time: two would each undo what the other does. */
import { isHeld, takeTurn } from '../core/held';
import { assertNotInTraining } from '../models/living';
import type { Model } from '../models/model';
import type { RunOptimizer } from './optimizer/optimizers';

/**
 * Refuses a model or an optimizer that a run of `train` uses.
 *
 * @throws Error naming which
 */
export function assertFree(model: Model, optimizers: readonly RunOptimizer[]): void {
  assertNotInTraining('train', model);
  const used = optimizers.find(({ optimizer }) => isHeld(optimizer));
  if (used !== undefined)
    throw new Error(
      `train: ${used.name} is used by another run, needed the end of that run, or an optimizer for each`,
    );
}

/**
 * Reserves a model and optimizers for a loop or a run.
 *
 * @returns a check before each step: it fails while a run uses any of them, and after another loop or run took one
 */
export function takeOver(model: Model, optimizers: readonly RunOptimizer[]): () => void {
  const turns = [
    { name: 'model', isOurs: takeTurn(model) },
    ...optimizers.map(({ name, optimizer }) => ({ name, isOurs: takeTurn(optimizer) })),
  ];
  return () => {
    assertFree(model, optimizers);
    const lost = turns.find(({ isOurs }) => !isOurs());
    if (lost)
      throw new Error(
        `trainingSteps: another loop or run has taken the ${lost.name} since, needed one at a time; phases are for models with several losses`,
      );
  };
}
