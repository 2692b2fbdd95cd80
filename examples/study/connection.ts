// The command line of the programs with a queue, and their Redis.
import { parseArgs } from 'node:util';

/** `--study FOLDER` and `--redis URL`, which all machines see, and `--program FILE`, the run as a program. */
export const { values: flags, positionals } = parseArgs({
  options: {
    study: { type: 'string', default: 'runs/study' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    program: { type: 'string', default: 'examples/study/run.ts' },
  },
  allowPositionals: true,
});

export const QUEUE = 'study';
