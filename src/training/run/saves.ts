/** Writes the checkpoints of a run at their steps. */
import type { Model } from '../../models/model';
import type { Checkpoints } from '../checkpoint/checkpoints';
import type { RunSettings } from '../settings';
import { type Listener, type Run, save } from './run';

/** Saves a run every so many steps and, in a folder, at each epoch that is the best so far. */
export function createSaves<M extends Model>(
  run: Run,
  { checkpoint }: Pick<RunSettings<M>, 'checkpoint'>,
  checkpoints: Checkpoints,
): Listener {
  if (checkpoint === undefined) return {};
  let { best } = run.progress;
  return {
    async step() {
      if (run.progress.step % checkpoint.every === 0) await save(run, checkpoints);
    },
    async epochEnd() {
      const isBest = run.progress.best !== best;
      ({ best } = run.progress);
      // A folder keeps the checkpoint of the best epoch, so there must be one.
      if (isBest && checkpoints.keepBest) await save(run, checkpoints);
    },
  };
}
