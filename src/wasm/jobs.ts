/** Work on a tensor in parts, which the threads of a backend share. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Exports } from './exports';
import { exportsOf, teamOf } from './module';

/** Calls a function of the module once for each list of operands, by several threads where there are any. */
export function runJobs(
  backend: BackendWasm,
  name: keyof Exports,
  jobs: readonly (readonly number[])[],
): void {
  const team = teamOf(backend);
  const call = exportsOf(backend)[name] as (...operands: readonly number[]) => void;
  if (team && jobs.length > 1) team.run(name, jobs);
  else for (const job of jobs) call(...job);
}

/**
 * Cuts a range into parts for the threads of a backend; one part where it is not worth the while.
 *
 * @param size of the range
 * @param unit what parts other than the last are multiples of
 * @param least that a part shall have
 * @returns where each part begins, and its size
 */
export function partsOf(
  backend: BackendWasm,
  size: number,
  unit: number,
  least: number,
): readonly (readonly [begin: number, size: number])[] {
  const count = Math.max(1, Math.min(teamOf(backend)?.size ?? 1, Math.floor(size / least)));
  const part = Math.max(unit, Math.ceil(size / count / unit) * unit);
  return Array.from({ length: Math.max(1, Math.ceil(size / part)) }, (_, i) => [
    i * part,
    Math.min(part, size - i * part),
  ]);
}

/** Values that take longer than waking a thread. */
const WORTH_A_THREAD = 2 ** 16;

/** Runs a function that treats each value by itself: addresses of its tensors, how many values, and further numbers. */
export function runInParts(
  backend: BackendWasm,
  name: keyof Exports,
  addresses: readonly number[],
  count: number,
  others: readonly number[] = [],
): void {
  const parts = partsOf(backend, count, 4, WORTH_A_THREAD);
  const jobs = parts.map(([begin, size]) => [...addresses.map((at) => at + 4 * begin), size, ...others]);
  runJobs(backend, name, jobs);
}
