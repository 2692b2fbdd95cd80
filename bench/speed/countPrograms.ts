/** Counts programs on WebGPU. */
import { backend } from '@tensorflow/tfjs-core';

/** How many programs some work starts. */
export async function countPrograms(work: () => Promise<unknown>): Promise<number> {
  const gpu = backend() as unknown as { recordAndSubmit: (...given: unknown[]) => void };
  const submit = gpu.recordAndSubmit;
  let programs = 0;
  gpu.recordAndSubmit = (...given) => {
    programs++;
    submit.apply(gpu, given);
  };
  await work();
  gpu.recordAndSubmit = submit;
  return programs;
}
