/** Lines of docs/results about backends. */

/** What `npm run test:backends -- --record` writes for a backend. */
export interface BackendLine {
  readonly backend: string;
  /** what computed, in the words of `selectBackend` */
  readonly description: string;
  /** version of Node */
  readonly node: string;
  /** the files that ran, or `all` */
  readonly tests: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What `npx tsx scripts/compare-backends.ts --record` writes for a backend that reads what WebAssembly wrote. */
export interface DifferenceLine {
  readonly backend: string;
  /** by output of a model: the largest difference, as a share of the largest number */
  readonly apart: Readonly<Record<string, number>>;
}
