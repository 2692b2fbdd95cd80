/** Models and optimizers belong to one run or loop at a time: two would each undo what the other does. */
import { isHeld, takeTurn } from '../core/held';
import type { Model } from '../models/model';
import type { StepOptions } from './options';

type Used<M extends Model> = Pick<StepOptions<M>, 'optimizer'>;

/** What training moves: two models may share it, and take turns. */
export const trainableOf = ({ variables }: Model): readonly object[] =>
  Object.values(variables).filter(({ trainable }) => trainable);

/**
 * Refuses a model or an optimizer that a run of `train` has.
 *
 * @throws Error naming which
 */
export function assertFree<M extends Model>(model: M, { optimizer }: Used<M>): void {
  if (isHeld(model))
    throw new Error('train: model is being trained already, needed the end of that run: await train(…)');
  if (trainableOf(model).some(isHeld))
    throw new Error(
      'train: model shares variables with one in training, needed the end of that run: await train(…)',
    );
  if (optimizer !== undefined && isHeld(optimizer))
    throw new Error(
      'train: optimizer is used by another run, needed the end of that run, or an optimizer for each',
    );
}

/**
 * Takes a model and an optimizer over for a loop or a run.
 *
 * @returns a check before each step: it refuses while a run has either, and once another loop or run has taken it
 */
export function takeOver<M extends Model>(model: M, { optimizer }: Used<M>): () => void {
  const turns = Object.entries({ model, optimizer }).flatMap(([name, thing]) =>
    typeof thing === 'object' && thing !== null ? [{ name, isOurs: takeTurn(thing) }] : [],
  );
  return () => {
    assertFree(model, { ...(optimizer && { optimizer }) });
    const lost = turns.find(({ isOurs }) => !isOurs());
    if (lost)
      throw new Error(
        `trainingSteps: another loop or run has taken the ${lost.name} since, needed one at a time; phases are for models with several losses`,
      );
  };
}
