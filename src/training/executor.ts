/** Executors that own what they run. */
import type { Model } from '../models/model';
import { type Execute, executeEagerly, type StepWork } from './step';

/** Runs training steps, and owns what it has made for them. */
export interface Executor extends Execute {
  /** Frees it, after the weights have come back to TensorFlow.js. Steps that are run afterwards begin anew. */
  dispose(): void;
}

/** An executor that runs steps operation by operation and owns nothing. */
export const createEagerExecutor = (): Executor =>
  Object.assign(<M extends Model>(work: StepWork<M>) => executeEagerly(work), { dispose() {} });
