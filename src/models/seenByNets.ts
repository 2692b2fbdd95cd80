/** What the nets of a model see of its inputs. */
import type { Tensor } from '@tensorflow/tfjs-core';
import { atOnce } from '../core/notAsync';
import { assertShapes } from '../core/shape';
import type { Likelihood } from '../distributions/likelihood';

/**
 * Inputs as encoder and classifier see them: `netInput` of the likelihood, where it has one.
 *
 * @param x inputs, [B, …]
 * @returns the same shape
 * @throws TypeError or RangeError where `netInput` gives no tensor, or one of another shape
 */
export function seenByNets({ netInput }: Likelihood, x: Tensor): Tensor {
  if (netInput === undefined) return x;
  const seen = atOnce('bound', 'likelihood.netInput', netInput(x));
  assertShapes('bound', { 'likelihood.netInput': [seen, x.shape.join(' '), 'float32'] });
  return seen;
}
