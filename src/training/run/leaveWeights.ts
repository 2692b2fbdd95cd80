/** The weights that a run leaves in its model. */
import type { Model } from '../../models/model';
import { assignVariables } from '../../models/modelFile';
import type { Best } from '../checkpoint/runState';
import type { TrainResult } from '../history';
import type { Ema } from '../optimizer/ema';

/** Leaves the weights of the best epoch, or their average; a run that may go on needs those of its last step. */
export function leaveWeights(
  { variables }: Model,
  stopped: TrainResult['stopped'],
  best: Best | undefined,
  ema: Ema | undefined,
): void {
  if (stopped === 'aborted' || stopped === 'time') return;
  if (best) assignVariables('train', variables, best.variables);
  else ema?.copyToVariables();
}
