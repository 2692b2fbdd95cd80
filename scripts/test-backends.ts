/**
 * Runs the unit suite on the backends that `npm test` does not: native TensorFlow, and WebGPU by Dawn.
 *
 *   npm run test:backends [tensorflow] [webgpu] [-- arguments of vitest]
 *
 * A backend that this machine cannot give is reported as absent, with how to get it; that is no failure. A
 * failing test is one.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { softwareVulkan } from './softwareVulkan';

interface Backend {
  readonly howToGetIt: string;
  readonly environment: Readonly<Record<string, string>>;
}

const BACKENDS: Readonly<Record<string, Backend>> = {
  tensorflow: {
    howToGetIt: 'npm install --no-save @tensorflow/tfjs-node',
    environment: {},
  },
  webgpu: {
    howToGetIt:
      'npm install --no-save webgpu, and a GPU with its driver or the chromium package of Debian (SwiftShader)',
    environment: softwareVulkan(),
  },
};

const root = fileURLToPath(new URL('..', import.meta.url));

const node = (args: readonly string[], environment: Readonly<Record<string, string>>, quiet = false) =>
  spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    encoding: 'utf8',
    stdio: quiet ? 'pipe' : 'inherit',
  });

/** Why the backend cannot be had here; nothing where it can. Asked in a process of its own: a driver may crash. */
const absence = (name: string, { environment }: Backend): string | undefined => {
  const source = `
    import { selectBackend } from './src/node/backend.ts';
    selectBackend({ backend: '${name}' }).then(
      ({ description }) => { console.log(description); process.exit(0); },
      ({ message }) => { console.log(message); process.exit(1); },
    );`;
  const { status, stdout, signal } = node(
    ['--import', 'tsx', '--input-type=module', '-e', source],
    environment,
    true,
  );
  if (status === 0) console.log(`${name}: ${stdout.trim()}`);
  else return stdout.trim() || `it ended with ${signal ?? status}`;
};

const separator = process.argv.indexOf('--');
const named = process.argv.slice(2, separator < 0 ? undefined : separator);
const vitest = separator < 0 ? [] : process.argv.slice(separator + 1);
for (const name of named) {
  if (!(name in BACKENDS)) {
    console.error(`test-backends: ${name} is no backend, needed one of ${Object.keys(BACKENDS).join(', ')}`);
    process.exit(2);
  }
}

const outcomes: [string, string][] = [];
for (const [name, backend] of Object.entries(BACKENDS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const reason = absence(name, backend);
  if (reason !== undefined) {
    outcomes.push([name, `absent: ${reason}\n  to get it: ${backend.howToGetIt}`]);
    continue;
  }
  const environment = { ...backend.environment, SSVAE_TEST_BACKENDS: name };
  const { status } = node(['node_modules/vitest/vitest.mjs', 'run', ...vitest], environment);
  outcomes.push([name, status === 0 ? 'passed' : 'FAILED']);
}

console.log('\nbackends:');
for (const [name, outcome] of outcomes) console.log(`  ${name}: ${outcome}`);
if (outcomes.some(([, outcome]) => outcome === 'FAILED')) process.exit(1);
