/** Counts the updates that are skipped because the loss or a gradient is not finite. */
import { type Scalar, sub, tidy } from '@tensorflow/tfjs-core';
import { sumOfAll } from '../core/sumOfAll';
import type { StepOutput } from './step';

/** Updates skipped since the first step, counted on the device. */
export interface SkipCount {
  /** Adds those of a step. The function that it returns reads the count until the next step is added. */
  add(done: readonly StepOutput[]): () => Promise<number>;
  dispose(): void;
}

/** A count of skipped updates, from 0. */
export function createSkipCount(): SkipCount {
  let skipped: Scalar | undefined;
  return {
    add(done) {
      const omitted = done.flatMap(({ applied }) => applied ?? []);
      if (omitted.length > 0) {
        const former = skipped;
        skipped = tidy(() =>
          sumOfAll([...(former ? [former] : []), ...omitted.map((one) => sub<Scalar>(1, one))]),
        );
        former?.dispose();
      }
      const count = skipped;
      return async () => (await count?.data())?.[0] ?? 0;
    },
    dispose: () => skipped?.dispose(),
  };
}
