/** What a contender of Node is made of: its data, and a step that can be repeated. */
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { createNoise } from 'ssvae';
import { SETTINGS, type Workload } from './workloads';

/** A training step that was built, with its model and its data. */
export interface Stepper {
  /** trainable numbers of the model */
  readonly parameters: number;
  /** Takes a step; on a device it need not have ended. */
  step(): Promise<void>;
  /** Waits for the last step, and reads its loss. */
  loss(): Promise<number>;
}

/** The tensors of a step; whoever asked for them disposes them. */
export interface BenchBatch {
  readonly labeled?: { readonly x: Tensor; readonly y: Tensor };
  readonly unlabeled: { readonly x: Tensor };
}

/**
 * Batches as they come from anywhere: arrays in the memory of the host, of which each step makes its tensors anew. They
 * are drawn beforehand, uniform pixels and one-hot labels, and used in turn: making data is not a part of a step.
 */
export function createPool({
  inputShape,
  classes,
  labeled,
  unlabeled,
}: Workload): (step: number) => BenchBatch {
  const noise = createNoise(SETTINGS.seed);
  const size = inputShape.reduce((product, axis) => product * axis, 1);
  const pool = Array.from({ length: SETTINGS.pool }, (_, i) => {
    const own = noise.split(i);
    const y = new Float32Array(labeled * classes);
    for (let b = 0; b < labeled; b++) y[b * classes + (b % classes)] = 1;
    return {
      labeled: own.split('labeled').uniforms(labeled * size),
      y,
      unlabeled: own.split('unlabeled').uniforms(unlabeled * size),
    };
  });
  return (step) => {
    const arrays = pool[step % pool.length] as (typeof pool)[number];
    return {
      ...(labeled > 0 && {
        labeled: {
          x: tensor(arrays.labeled, [labeled, ...inputShape]),
          y: tensor(arrays.y, [labeled, classes]),
        },
      }),
      unlabeled: { x: tensor(arrays.unlabeled, [unlabeled, ...inputShape]) },
    };
  };
}
