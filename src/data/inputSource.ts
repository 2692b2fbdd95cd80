/** Where the inputs of a batch come from: the host's memory, or a copy of the whole set on the device. */
import { gather, keep, reshape, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import type { Dataset } from './dataset';
import { gatherInputs } from './gather';

/** Gives inputs of examples by index. */
export interface InputSource {
  /** [B, …shape], float32; the caller's own */
  inputs(indices: Int32Array): Tensor;
  /** Frees what is kept on the device; what is asked for later is put there again. */
  dispose(): void;
}

/** Inputs out of the host's memory: those of a batch travel to the device with it. */
export const hostInputs = (dataset: Dataset): InputSource => ({
  inputs: (indices) => gatherInputs(dataset, indices),
  dispose: () => undefined,
});

/** Inputs out of a copy of the whole set on the device, made when it is first asked for: only indices travel. */
export function residentInputs(dataset: Dataset): InputSource {
  const { count, shape } = dataset;
  let all: Tensor | undefined;
  const resident = (): Tensor => {
    // Kept: the first batch may be asked for inside a tidy.
    all ??= keep(
      tidy(() =>
        reshape(
          gatherInputs(
            dataset,
            Int32Array.from({ length: count }, (_, i) => i),
          ),
          [count, -1],
        ),
      ),
    );
    return all;
  };
  return {
    inputs: (indices) =>
      tidy(() => reshape(gather(resident(), tensor1d(indices, 'int32')), [indices.length, ...shape])),
    dispose() {
      all?.dispose();
      all = undefined;
    },
  };
}
