// The command line of the study's programs.
import { parseArgs } from 'node:util';
import { grid, type Settings, settingsOf } from './settings';

/** `--study FOLDER`, shared by all machines; `--redis URL`; and `--index N` where the settings are a grid, for arrays of jobs. */
export const { values: flags, positionals } = parseArgs({
  options: {
    study: { type: 'string', default: 'runs/study' },
    redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
    index: { type: 'string' },
  },
  allowPositionals: true,
});

/** The settings of the command line; ends the program with code 2 where they are wrong. */
export function asked(): Settings {
  try {
    const given = JSON.parse(positionals[0] ?? '{}');
    if (flags.index === undefined) return settingsOf(given);
    const run = grid(given)[Number(flags.index)];
    if (run) return run;
    throw new Error(`--index ${flags.index} is not in the grid, needed 0 to ${grid(given).length - 1}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
