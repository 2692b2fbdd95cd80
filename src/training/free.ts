/** Models and optimizers belong to one run at a time: two would each undo what the other does. */
import { isHeld } from '../core/held';
import type { Model } from '../models/model';
import type { StepOptions } from './options';

/**
 * Refuses a model or an optimizer that a run of `train` has.
 *
 * @throws Error naming which
 */
export function assertFree<M extends Model>(
  model: M,
  { optimizer }: Pick<StepOptions<M>, 'optimizer'>,
): void {
  if (isHeld(model))
    throw new Error('train: model is being trained already, needed the end of that run: await train(…)');
  if (optimizer !== undefined && isHeld(optimizer))
    throw new Error(
      'train: optimizer is used by another run, needed the end of that run, or an optimizer for each',
    );
}
