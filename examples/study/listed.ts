// The runs of a study: its program lists them, and its folder has the results of those that are done.
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

export interface Listed {
  readonly name: string;
  readonly settings: object;
}

/** The runs of a grid, as the program names them; ends the process with its code where it refuses the grid. */
export function listed(program: string, grid: string, study: string): readonly Listed[] {
  const args = [...process.execArgv, program, grid, '--study', study, '--list'];
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) process.exit(status ?? 1);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** Those that have no result. */
export async function withoutResult(runs: readonly Listed[], study: string): Promise<readonly Listed[]> {
  const results = new Set(await readdir(join(study, 'results')).catch(() => []));
  return runs.filter(({ name }) => !results.has(`${name}.json`));
}
