/**
 * Runs the unit suite on the backends that `npm test` does not: native TensorFlow, and WebGPU by Dawn.
 *
 *   npm run test:backends [tensorflow] [webgpu] [-- arguments of vitest]
 *
 * A backend that this machine cannot give is reported as absent, with how to get it; that is no failure. A
 * failing test is one.
 */
import { passes, probe } from './processes';
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

const probeOf = (name: string): string => `
  import { selectBackend } from './src/node/backend.ts';
  selectBackend({ backend: '${name}' }).then(({ description }) => description)`;

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
  const { environment, howToGetIt } = backend;
  const found = probe(probeOf(name), environment);
  if (found.reason !== undefined) {
    outcomes.push([name, `absent: ${found.reason}\n  to get it: ${howToGetIt}`]);
    continue;
  }
  console.log(`${name}: ${found.description}`);
  const passed = passes(vitest, { ...environment, SSVAE_TEST_BACKENDS: name });
  outcomes.push([name, passed ? 'passed' : 'FAILED']);
}

console.log('\nbackends:');
for (const [name, outcome] of outcomes) console.log(`  ${name}: ${outcome}`);
if (outcomes.some(([, outcome]) => outcome === 'FAILED')) process.exit(1);
