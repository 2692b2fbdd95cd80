/** The machine of a run, for its lines. */
import { cpus, loadavg } from 'node:os';
import type { Machine } from './line';

/** Processor and cores, and the load before the run. */
export const machineNow = (): Machine => ({
  cpu: cpus()[0]?.model ?? 'unknown processor',
  cores: cpus().length,
  load: Number((loadavg()[0] ?? 0).toFixed(2)),
});
