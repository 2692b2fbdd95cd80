/** Threads that share the backend's memory and compute parts of a kernel side by side. */
import type { Exports } from './exports';
import type { Shared } from './serve';

/** Starts a thread that runs `serve` on these data; each platform has its own. */
export type StartThread = (shared: Shared) => {
  /** ends it */
  stop(): void;
};

/** Threads that share the parts of a kernel; a free one takes the next part. */
export interface Team {
  /** threads, this one included */
  readonly size: number;
  /** Calls a function of the module once for each list of operands, at most 255 of at most 16, and returns when all are done. */
  run(name: keyof Exports, jobs: readonly (readonly number[])[]): void;
  /** ends the threads */
  stop(): void;
}

const [TICKET, DONE, FUNCTION, COUNT] = [0, 1, 2, 3];
const OPERANDS = 16;
const MOST_JOBS = 255;
const SPINS = 20_000;

/** A team of this thread and `count` − 1 others, each with the module in the same memory. */
export function createTeam(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
  exports: Exports,
  count: number,
  start: StartThread,
): Team {
  const names = Object.keys(exports) as (keyof Exports)[];
  const control = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT));
  const operands = new Float64Array(
    new SharedArrayBuffer(MOST_JOBS * OPERANDS * Float64Array.BYTES_PER_ELEMENT),
  );
  const threads = Array.from({ length: count - 1 }, () =>
    start({ module, memory, names, control, operands }),
  );
  let round = 0;
  const take = (): number => {
    for (;;) {
      const ticket = Atomics.load(control, TICKET);
      const left = ticket & 255;
      if (left === 0 || Atomics.compareExchange(control, TICKET, ticket, ticket - 1) === ticket) return left;
    }
  };
  return {
    size: count,
    run(name, jobs) {
      const call = exports[name] as (...operands: readonly number[]) => void;
      control[FUNCTION] = names.indexOf(name);
      control[COUNT] = jobs[0]?.length ?? 0;
      for (const [i, job] of jobs.entries()) operands.set(job, i * OPERANDS);
      Atomics.store(control, DONE, 0);
      round = (round + 1) & 0xffffff;
      Atomics.store(control, TICKET, (round << 8) | jobs.length);
      Atomics.notify(control, TICKET);
      for (let left = take(); left > 0; left = take()) {
        call(...(jobs[left - 1] as readonly number[]));
        Atomics.add(control, DONE, 1);
      }
      for (let spins = 0; ; spins++) {
        const done = Atomics.load(control, DONE);
        if (done === jobs.length) return;
        if (spins > SPINS) Atomics.wait(control, DONE, done);
      }
    },
    stop() {
      for (const thread of threads) thread.stop();
    },
  };
}
