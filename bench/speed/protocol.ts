/**
 * What the parent and a contender say to each other.
 *
 * A contender is a process that is given a task as JSON, its last argument. It builds its step, warms up and prints a
 * line: what it is, or why it cannot be. To each line `run N` on its standard input it takes one step untimed, as
 * others may have had the processor's caches since, then N steps, and prints their times. It ends with its input.
 */
import type { LeverName } from './levers';
import type { Workload } from './workloads';

/** What a process of Node is to do. */
export interface NodeTask {
  readonly workload: Workload;
  /** this library, or what one writes on TensorFlow.js without it */
  readonly implementation: 'ours' | 'stock';
  /** threads that WebAssembly computes with; native TensorFlow's are told by the environment */
  readonly threads: number;
  readonly backend: 'wasm' | 'tensorflow' | 'webgpu';
  /** what of ours is on; of `'stock'` nothing */
  readonly on: readonly LeverName[];
}

/** What a process of Python is to do. */
export interface PythonTask {
  readonly workload: Workload;
  readonly threads: number;
  readonly device: 'cpu' | 'cuda';
  /** what is switched on beside the defaults */
  readonly variant: readonly string[];
}

/** A contender that has taken its first steps. */
export interface Ready {
  /** trainable numbers */
  readonly parameters: number;
  /** the loss of the first step, nats per example */
  readonly loss: number;
  /** kernels, or ATen operators, that one step runs; `null` where nobody can count them */
  readonly kernels: number | null;
  readonly versions: string;
  /** milliseconds of a step at the end of the warm-up */
  readonly pace: number;
  /** bytes that the process held before it built anything */
  readonly base: number;
}

/** A contender that there is not. */
export interface Unable {
  readonly unable: string;
}

/** Answer to `run N`. */
export interface Timed {
  /** milliseconds of each step; of a device that works on its own, their mean alone */
  readonly ms: readonly number[];
  /** the loss of the last step */
  readonly loss: number;
  /** the most bytes that the process has held so far */
  readonly peak: number;
}
