/** Values that work is put off for. */
import type { Elementwise } from '../elementwise';
import type { DataId } from './backend';
import type { Places } from './places';

/** A value: data of the backend, or the work that makes it. */
export interface Source {
  /** its data; none where it was disposed before it was made */
  id: DataId | undefined;
  /** how many values outlived their tensor; this source disposes of them. 0 where a tensor holds them */
  kept: number;
  /** how many pieces of work read it */
  readers: number;
  /** what makes it; undefined once it is there */
  work: Work | undefined;
  /** its value, where it is one number that the host had when work first read it */
  readonly number: number | undefined;
}

/** An operation on each value, of numbers that may differ from call to call. */
interface EachValue {
  readonly operation: Elementwise;
  readonly numbers: readonly number[];
}

/** A reduction of a few values. */
interface FewValues {
  readonly reduction: Reduction;
  readonly reduced: Reduced;
}

/** What was put off. */
export interface Work {
  readonly task: EachValue | FewValues;
  readonly inputs: readonly Input[];
  /** how many values it makes */
  readonly size: number;
  readonly dtype: 'float32' | 'bool';
  /** how often each part is computed for one value */
  readonly repeats: number;
  /** how often a program for it has the statements of a part */
  readonly copies: number;
}

/** What an operation reads, and where. */
export interface Input {
  readonly source: Source;
  readonly places: Places;
}

/** How values become one. */
export interface Reduction {
  /** what it starts from */
  readonly start: string;
  /** both of `a` and `b` */
  readonly both: string;
  /** whether the result is a share of the count */
  readonly isMean: boolean;
}

/** Axes that lie side by side become one: [before, count, after] → [before, after]. */
export interface Reduced {
  readonly before: number;
  readonly count: number;
  readonly after: number;
}
