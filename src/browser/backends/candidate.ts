/** What a backend of browsers brings to the selection. */
import type { BackendCandidate } from '../../host/backend';
import type { WasmPaths } from '../wasmThreads';

/** Options of the selection that a candidate may read. */
export interface CandidateOptions {
  /** where the `.wasm` files of WebAssembly are; without it, beside the script */
  readonly wasmPaths: WasmPaths | undefined;
  /** threads that WebAssembly computes with */
  readonly threads: number;
}

/** A backend that may or may not run in this browser. */
export type BrowserCandidate = BackendCandidate<CandidateOptions>;
