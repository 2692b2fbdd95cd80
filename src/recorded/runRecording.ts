/** Runs a recorded step. */
import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { NativeBackend, NativeOutput } from '../host/native/tensorflow';
import type { Model } from '../models/model';
import type { ObjectiveTerms } from '../models/objectives/objective';
import type { StepOutput, StepWork } from '../training/step';
import { drawAgain } from './drawnNoise';
import { numbersOf } from './plan';
import { type Recording, take } from './recording';
import type { Outputs } from './stepGraph';
import { batchTensors } from './trial';

/** Terms by part, of names such as `labeled.elbo`. */
const termsOf = (names: readonly string[], tensors: readonly Tensor[]): ObjectiveTerms => {
  const parts: Record<string, Record<string, Tensor>> = {};
  for (const [i, name] of names.entries()) {
    const [part = '', ...term] = name.split('.');
    parts[part] = { ...parts[part], [term.join('.')]: tensors[i] as Tensor };
  }
  return parts;
};

/**
 * Runs a recording: loss, gradients, update and average in a single call.
 *
 * @param backend that runs it
 * @param recording of this work
 * @param work the step's examples, noise and number
 */
export const runRecording = <M extends Model>(
  backend: NativeBackend,
  recording: Recording,
  { batch, context, variables, ema, gradientNorm }: StepWork<M>,
): StepOutput => {
  const { plan, graph, state, groups, adam } = recording;
  const { step, noise } = context;
  take(recording);
  state.letGo();
  const update = groups.flatMap(({ first }) => {
    const { kept, size, epsilon } = adam.numbersOf(first, variables[first] as Variable, step);
    return [kept, size, epsilon];
  });
  const drawn = drawAgain(plan.trial.draws, noise);
  let outputs: Outputs;
  try {
    outputs = graph.run({
      batch: batchTensors(batch),
      noise: drawn,
      numbers: numbersOf(plan, step),
      update: [...update, ...(ema ? [1 - ema.decayAt(step)] : [])],
    });
  } finally {
    for (const tensor of drawn) tensor.dispose();
  }
  const tensorOf = (output: NativeOutput): Tensor => backend.createOutputTensor(output) as unknown as Tensor;
  const applied = outputs.applied && (tensorOf(outputs.applied) as Scalar);
  // The graph itself leaves the update out; here it is left out of the count.
  if (applied?.dataSync()[0] !== 0) adam.count(graph.updated);
  const norm = outputs.gradientNorm && tensorOf(outputs.gradientNorm);
  if (!gradientNorm) norm?.dispose();
  return {
    loss: tensorOf(outputs.loss) as Scalar,
    terms: termsOf(graph.terms, outputs.terms.map(tensorOf)),
    ...(norm && gradientNorm && { gradientNorm: norm as Scalar }),
    ...(applied && { applied }),
  };
};
