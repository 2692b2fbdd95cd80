/** Processes that check a backend: each in its own, as a driver may crash. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type Environment = Readonly<Record<string, string>>;

const node = (args: readonly string[], environment: Environment, quiet: boolean) =>
  spawnSync(process.execPath, args, {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: quiet ? 'pipe' : 'inherit',
  });

/** What a program finds out about a backend. */
export type Probe =
  | { readonly description: string; readonly reason?: undefined }
  | { readonly reason: string };

/**
 * Runs a probe.
 *
 * @param source a program that ends with the promise of a description; an error is the reason why the backend is missing
 */
export function probe(source: string, environment: Environment): Probe {
  const program = `${source}.then(
    (description) => { console.log(description); process.exit(0); },
    ({ message }) => { console.log(message); process.exit(1); },
  );`;
  const args = ['--import', 'tsx', '--input-type=module', '-e', program];
  const { status, stdout, signal } = node(args, environment, true);
  const said = stdout.trim().split('\n').at(-1) ?? '';
  if (status === 0) return { description: said };
  return { reason: said === '' ? `the process ended with ${signal ?? status}` : said };
}

/** Runs the tests that the arguments name, and says whether they pass. */
export const passes = (args: readonly string[], environment: Environment): boolean =>
  node(['node_modules/vitest/vitest.mjs', 'run', ...args], environment, false).status === 0;
