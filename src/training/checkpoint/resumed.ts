/** What a run went on from. */

/** What wrote a checkpoint. */
export interface WrittenBy {
  /** version of this library */
  readonly ssvae: string;
  /** version of TensorFlow.js */
  readonly tfjs: string;
  /** name of the backend, e.g. `'wasm'` */
  readonly backend: string;
}

/** Where a run goes on. */
export interface Resumed {
  /** name of the checkpoint's place */
  readonly from: string;
  /** steps done when it was written */
  readonly step: number;
  /** what wrote it */
  readonly writtenBy: WrittenBy;
  /** whether the backend is the one that it was written on; on another the run goes on alike but for rounding */
  readonly sameBackend: boolean;
}
