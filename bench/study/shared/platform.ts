/** What a run was made on. */
import { cpus } from 'node:os';

/** Version of Node, and processors. */
export const platform = (): string =>
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}`;
