/** What a backend of Node brings to the selection. */
import type { BackendCandidate } from '../../host/backend';
import type { Executor } from '../../training/executor';

/** Options of the selection that a candidate may read. */
export interface CandidateOptions {
  /** threads that WebAssembly computes with */
  readonly threads: number;
}

/** A backend that may or may not run in Node. */
export interface NodeCandidate extends BackendCandidate<CandidateOptions> {
  /** Makes the best executor of training steps on it; default: operation by operation. Called once it is in use. */
  createExecutor?(): Promise<Executor>;
}
