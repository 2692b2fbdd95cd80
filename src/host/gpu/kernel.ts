/** Kernels of our own on WebGPU and WebGL. */
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import type { RunElementwise } from './elementwise';
import { runOnWebGl } from './webgl';
import { runOnWebGpu, settleOnWebGpu } from './webgpu/run';

/** How a backend runs such programs. */
interface Runner {
  readonly run: (backend: unknown) => RunElementwise;
  /** does what was put off for some results of one size */
  readonly settle?: (backend: unknown, results: readonly TensorInfo[]) => void;
}

const RUNNERS = {
  webgpu: { run: runOnWebGpu, settle: settleOnWebGpu },
  webgl: { run: runOnWebGl },
} as const satisfies Readonly<Record<string, Runner>>;

/** Backends that can. */
export type GpuName = keyof typeof RUNNERS;

/** A kernel by the programs that it is made of: its results, by the inputs and attributes of the call. */
export type Compute = (
  run: RunElementwise,
  inputs: Readonly<Record<string, TensorInfo>>,
  attributes: Readonly<Record<string, number>>,
) => TensorInfo[];

/**
 * A kernel made of such programs. One with several results has them at once.
 *
 * @param backendName that it is for
 * @param kernelName as the registry has it
 * @param compute its results
 */
export const gpuKernel = (backendName: GpuName, kernelName: string, compute: Compute): KernelConfig => ({
  kernelName,
  backendName,
  kernelFunc: ({ inputs, backend, attrs }) => {
    const { run, settle }: Runner = RUNNERS[backendName];
    const results = compute(
      run(backend),
      inputs as Readonly<Record<string, TensorInfo>>,
      attrs as unknown as Readonly<Record<string, number>>,
    );
    // A state that is put off from step to step would keep all that it was made of.
    if (results.length > 1) settle?.(backend, results);
    return results;
  },
});
