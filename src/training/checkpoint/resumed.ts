/** The checkpoint that a run resumed from. */

/** What wrote a checkpoint. */
export interface WrittenBy {
  /** version of this library */
  readonly ssvae: string;
  /** version of TensorFlow.js */
  readonly tfjs: string;
  /** name of the backend, e.g. `'wasm'` */
  readonly backend: string;
}

/** The checkpoint that a run resumed from. */
export interface Resumed {
  /** name of the checkpoint's storage */
  readonly from: string;
  /** steps done when it was written */
  readonly step: number;
  /** what wrote it */
  readonly writtenBy: WrittenBy;
  /** whether the current backend wrote it; on another one the run continues up to rounding */
  readonly sameBackend: boolean;
}
