/**
 * Runs the unit suite on the backends that `npm test` does not: native TensorFlow, and WebGPU by Dawn; on wasm and cpu if you name them.
 *
 *   npm run test:backends [tensorflow] [webgpu] [wasm] [cpu] [-- --record] [-- -- arguments of vitest]
 *
 * With `--record` it writes what it measures to docs/results/backends.jsonl; `npm run tables` makes docs/backends.md of it. A backend that this machine cannot give is reported as absent, with how to get it; that is no failure. A
 * failing test is one.
 */
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendLine } from '../bench/backends/line';
import { readLines, writeLines } from '../bench/lines';
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
  wasm: { howToGetIt: 'npm ci', environment: {} },
  cpu: { howToGetIt: 'npm ci', environment: {} },
};

const probeOf = (name: string): string => `
  import { selectBackend } from './src/node/backend.ts';
  selectBackend({ backend: '${name}' }).then(({ description }) => description)`;

/** Those that `npm test` does not use. */
const OTHERS = ['tensorflow', 'webgpu'];
const RECORD = 'docs/results/backends.jsonl';

const separator = process.argv.indexOf('--');
const given = process.argv.slice(2, separator < 0 ? undefined : separator);
const named = given.filter((argument) => argument !== '--record');
const record = named.length < given.length;
const vitest = separator < 0 ? [] : process.argv.slice(separator + 1);
for (const name of named) {
  if (!(name in BACKENDS)) {
    console.error(`test-backends: ${name} is no backend, needed one of ${Object.keys(BACKENDS).join(', ')}`);
    process.exit(2);
  }
}

/** Writes the line of a backend in the place of the one before. */
async function keep(backend: string, description: string, report: string): Promise<void> {
  type Report = Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests', number>;
  const counts = JSON.parse(await readFile(report, 'utf8')) as Report;
  const line: BackendLine = {
    backend,
    description: description.replace(/: as asked$/, ''),
    node: process.versions.node,
    tests: vitest.join(' ') || 'all',
    passed: counts.numPassedTests,
    failed: counts.numFailedTests,
    skipped: counts.numPendingTests + counts.numTodoTests,
  };
  const order = Object.keys(BACKENDS);
  const others = (await readLines<BackendLine>(RECORD)).filter((other) => other.backend !== backend);
  const place = (one: BackendLine): number => order.indexOf(one.backend);
  await writeLines(
    RECORD,
    [...others, line].sort((a, b) => place(a) - place(b)),
  );
}

const outcomes: [string, string][] = [];
for (const [name, backend] of Object.entries(BACKENDS)) {
  if (!(named.length > 0 ? named : OTHERS).includes(name)) continue;
  const { environment, howToGetIt } = backend;
  const found = probe(probeOf(name), environment);
  if (found.reason !== undefined) {
    outcomes.push([name, `absent: ${found.reason}\n  to get it: ${howToGetIt}`]);
    continue;
  }
  console.log(`${name}: ${found.description}`);
  const report = join(tmpdir(), `ssvae-backends-${process.pid}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const passed = passes([...vitest, ...reporters], { ...environment, SSVAE_TEST_BACKENDS: name });
  outcomes.push([name, passed ? 'passed' : 'FAILED']);
  if (record) await keep(name, found.description, report);
  await rm(report, { force: true });
}

console.log('\nbackends:');
for (const [name, outcome] of outcomes) console.log(`  ${name}: ${outcome}`);
if (outcomes.some(([, outcome]) => outcome === 'FAILED')) process.exit(1);
