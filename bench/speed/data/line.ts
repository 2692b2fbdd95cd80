/** Lines of docs/results/performance-data.jsonl. */
import type { Machine } from '../line';

/** Where examples come from. */
export const SOURCES = ['memory', 'disk'] as const;

/** A number of examples, and what training on them costs. */
export interface DataLine {
  readonly kind: 'data';
  readonly run: string;
  readonly machine: Machine;
  readonly source: (typeof SOURCES)[number];
  readonly examples: number;
  /** bytes of all inputs and labels */
  readonly bytes: number;
  /** seconds until batches can be asked for: a data set of arrays, its split, its batches; and what the first step takes beyond the later ones */
  readonly start: Readonly<Record<'dataset' | 'split' | 'batches' | 'firstStep', number>>;
  /** median milliseconds of a step, and of getting its batch alone */
  readonly step: number;
  readonly batch: number;
  /** milliseconds of the first batch of the second pass */
  readonly nextPass: number;
  /** bytes of arrays and objects that live once all of it has been made and trained on, without those before, and without the data where they are in memory */
  readonly beside: number;
  /** bytes that the process held at most, without the same */
  readonly peak: number;
}

/** What the batches of a step add to it. */
export interface LoaderLine {
  readonly kind: 'loader';
  readonly run: string;
  readonly machine: Machine;
  readonly workload: string;
  readonly backend: string;
  /** median milliseconds of a step, of getting its batch, and of changing its images, round by round */
  readonly step: readonly number[];
  readonly batch: readonly number[];
  readonly augment: readonly number[];
}
