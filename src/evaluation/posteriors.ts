/** What a classifier says of examples, one row of logits at a time. */
import { dispose, tidy } from '@tensorflow/tfjs-core';
import { indexOfLargest } from '../core/labels';
import type { Classifier } from '../models/model';
import { forEachBatch } from '../models/openInputs';
import { assertNoProbabilities } from '../models/probabilities';
import { calibratedLogits } from '../models/temperature';
import type { OpenedExamples } from './examples';

/**
 * Calls `visit` with the K logits of each example in order, at the temperature of the model.
 *
 * @param where name of the calling function, for the message
 * @throws RangeError when the classifier gives another shape, or probabilities for logits
 */
export async function forEachLogits(
  where: string,
  model: Classifier,
  examples: OpenedExamples,
  batchSize: number,
  visit: (logits: Float32Array, example: number) => void,
): Promise<void> {
  const { classes } = model;
  await forEachBatch(examples, batchSize, async (x, from, to) => {
    const known = examples.covariatesBetween(from, to);
    const logits = tidy(() => calibratedLogits(where, model, x, known));
    try {
      const values = (await logits.data()) as Float32Array;
      const rowOf = (row: number): Float32Array => values.subarray(row * classes, (row + 1) * classes);
      if (from === 0) assertNoProbabilities(where, model, to, rowOf);
      for (let i = from; i < to; i++) visit(rowOf(i - from), i);
    } finally {
      dispose([logits, { ...known }]);
    }
  });
}

/** Mode, its probability, all log-probabilities, and entropy of one row of logits, in float64. */
export function posteriorAt(logits: ArrayLike<number>) {
  const mode = indexOfLargest(logits);
  const highest = logits[mode] ?? 0;
  let mass = 0;
  for (let k = 0; k < logits.length; k++) mass += Math.exp((logits[k] ?? 0) - highest);
  const logMass = Math.log(mass);
  const logProbs = Float64Array.from(logits, (logit) => logit - highest - logMass);
  let entropy = 0;
  for (const logProb of logProbs)
    if (logProb !== Number.NEGATIVE_INFINITY) entropy -= Math.exp(logProb) * logProb;
  return { mode, confidence: 1 / mass, logProbs, entropy };
}
