/** The backend for Node: native TensorFlow, WebGPU, WebAssembly or plain JavaScript. */
import { availableParallelism } from 'node:os';
import { integersFrom, number, optional, readOptions, unchecked } from '../core/options';
import { assertThreads, chooseBackend, type SelectedBackend } from '../host/backend';
import { createEagerExecutor, type Executor } from '../training/executor';
import type { NodeCandidate } from './backends/candidate';
import { type BackendName, CANDIDATES } from './backends/registry';

export type { PassedOverBackend } from '../host/backend';
export { type BackendName, backendNames } from './backends/registry';

/** Options of {@link selectBackend}. */
export interface SelectBackendOptions {
  /** the backend to take, or an error; default: the best that is available */
  readonly backend?: BackendName;
  /**
   * threads that WebAssembly computes with, which change no result; default 1, at most the larger of 64 and four for each
   * core. More are available only until the backend
   * has started; where they are not available it is an error where WebAssembly was asked for by name, and otherwise there is
   * one, and the description says why. The other backends choose their own
   */
  readonly threads?: number;
}

/** The backend now in use. */
export interface BackendChoice extends SelectedBackend {
  /**
   * the fastest executor of training steps on this backend, for `train` and `trainingSteps`: it records steps on native
   * TensorFlow, as `recordedStep` of `ssvae/recorded` does, and runs operation by operation elsewhere
   */
  readonly execute: Executor;
}

/**
 * Takes the best backend that is available, or the one asked for, and says which and why.
 *
 * In order: native TensorFlow (`@tensorflow/tfjs-node-gpu`, then `@tensorflow/tfjs-node`), WebGPU where the
 * `webgpu` package finds an adapter in hardware, WebAssembly with the training kernels of `ssvae/wasm`, plain
 * JavaScript. Asked for by name, WebGPU takes an adapter in software too, and says so. Where a better one is installed
 * and fails, the description says so. Of two calls at once the second waits for the first.
 *
 * Packages are looked up from the folder that the program was started in, from the program, and beside this library.
 *
 * The result also holds the fastest executor of training steps: pass `execute` to `train`. On native TensorFlow it runs each
 * step as one recorded graph; elsewhere it runs operation by operation.
 *
 * @returns which backend is in use, the reason each better one is not, and its executor
 * @throws RangeError when `backend` is none of these, or `threads` no integer from 1 to the most that this machine may have
 * @throws Error when the one asked for is not available, naming the package where it lacks one, or its threads cannot
 * @example
 * const { name, description, execute } = await selectBackend();
 * console.log(name, description); // wasm WebAssembly with SIMD, …: the best that is available here
 * await train(model, { objective: semiSupervised(), batches, epochs: 10, seed: 1, execute });
 */
export async function selectBackend(options: SelectBackendOptions = {}): Promise<BackendChoice> {
  const { backend, threads } = readOptions('selectBackend', options, {
    backend: optional(unchecked()),
    threads: number(integersFrom(1), 1),
  });
  assertThreads(threads, availableParallelism());
  const candidates: readonly NodeCandidate[] = CANDIDATES;
  const selected = await chooseBackend(candidates, { threads }, backend);
  const { createExecutor } = candidates.find(({ name }) => name === selected.name) as NodeCandidate;
  return { ...selected, execute: (await createExecutor?.()) ?? createEagerExecutor() };
}
