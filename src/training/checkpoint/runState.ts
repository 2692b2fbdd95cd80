/** State of a run: the tensors that it changes, and its progress. */
import type { StoredArray } from '../../files/safetensors';
import type { Model } from '../../models/model';
import type { HistoryRow, Sums } from '../history';
import type { Ema } from '../optimizer/ema';
import type { RunOptimizer } from '../optimizer/optimizers';

/** Everything that holds tensors that a run changes. */
export interface RunState {
  readonly model: Model;
  readonly optimizers: readonly RunOptimizer[];
  readonly ema: Ema | undefined;
}

/** The best epoch so far, and its weights. */
export interface Best {
  readonly epoch: number;
  readonly value: number;
  readonly variables: Readonly<Record<string, StoredArray>>;
}

/** Progress of a run. */
export interface Progress {
  /** the next step */
  readonly step: number;
  /** time spent, in seconds */
  readonly seconds: number;
  readonly history: readonly HistoryRow[];
  /** sums of the current epoch */
  readonly sums: Sums;
  readonly best?: Best;
}
