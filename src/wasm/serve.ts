/** What a worker thread needs to take jobs: the module, the memory of the backend, and two arrays that are shared. */
export interface Shared {
  /** our module, compiled */
  readonly module: WebAssembly.Module;
  /** the backend's */
  readonly memory: WebAssembly.Memory;
  /** names of the module's functions; jobs name them by index */
  readonly names: readonly string[];
  /** ticket, done, function, arguments of each job; as `serve` reads them */
  readonly control: Int32Array;
  /** arguments of the jobs, 16 for each */
  readonly operands: Float64Array;
}

/**
 * Takes jobs for ever. Its source is sent to worker threads, so it uses nothing but its argument.
 *
 * The ticket holds the number of a round in its upper 24 bits and how many of its jobs nobody has taken in the lower 8:
 * one exchange takes a job of the very round that was read, and a round is not over before its jobs are done.
 */
export function serve({ module, memory, names, control, operands }: Shared): never {
  const [TICKET, DONE, FUNCTION, COUNT, SPINS] = [0, 1, 2, 3, 3000];
  const functions = new WebAssembly.Instance(module, { env: { memory } }).exports as Record<
    string,
    (...operands: number[]) => void
  >;
  for (let idle = 0; ; ) {
    const ticket = Atomics.load(control, TICKET);
    const left = ticket & 255;
    if (left === 0) {
      // The next round often comes at once: sleeping and waking would take longer.
      if (++idle < SPINS) continue;
      Atomics.wait(control, TICKET, ticket);
      idle = 0;
      continue;
    }
    if (Atomics.compareExchange(control, TICKET, ticket, ticket - 1) !== ticket) continue;
    idle = 0;
    const start = (left - 1) * 16;
    const name = names[control[FUNCTION] as number] as string;
    functions[name]?.(...operands.subarray(start, start + (control[COUNT] as number)));
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}
