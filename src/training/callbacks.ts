/** Callbacks of a training run, under the names that tfjs-layers gives them. */
import type { HistoryRow, TrainResult } from './history';

/** What a run is about to do. */
export interface TrainingPlan {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** the first step of this run: above 0 where it goes on from a checkpoint */
  readonly firstStep: number;
}

/** A step that was done. */
export interface BatchEnd {
  /** 0, 1, 2, … over the whole run */
  readonly step: number;
  readonly epoch: number;
  /** Means of the terms and the loss, by name; reading waits for the device. */
  read(): Promise<Readonly<Record<string, number>>>;
}

/** Functions called as a run goes; each may return a promise, which is awaited. */
export interface Callbacks {
  onTrainBegin?(plan: TrainingPlan): void | Promise<void>;
  onEpochBegin?(epoch: number): void | Promise<void>;
  onBatchEnd?(batch: BatchEnd): void | Promise<void>;
  onEpochEnd?(epoch: number, row: HistoryRow): void | Promise<void>;
  onTrainEnd?(result: TrainResult): void | Promise<void>;
}
