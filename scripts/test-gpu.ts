/**
 * Checks the backends that compute on a GPU: `npm run test:gpu [-- --software]`.
 *
 * Each runs conformance tests, ten or more training steps, and a resume. It needs hardware; with `--software` WebGPU and WebGL
 * may be adapters in software. A backend that is missing is named with the reason. Exits with 0 if at least one backend ran and
 * none failed.
 */
import { parseArgs } from 'node:util';
import { passes, probe } from './processes';
import { softwareVulkan } from './softwareVulkan';

const { software } = parseArgs({ options: { software: { type: 'boolean', default: false } } }).values;

type Environment = Readonly<Record<string, string>>;

interface Target {
  /** ends with the promise of a description */
  readonly probe: string;
  readonly environment: Environment;
  readonly howToGetIt: string;
  /** what runs, by name: arguments of vitest */
  readonly parts: Readonly<Record<string, readonly string[]>>;
}

const CONFORMANCE = [
  'test/core/numerics.test.ts',
  // In software it takes ten minutes.
  ...(software ? [] : ['test/testing/models.test.ts']),
  ...['distributions', 'divergences', 'regularizers', 'bounds', 'nets'].map((folder) => `test/${folder}`),
];

const inNode = (
  backend: string,
  rest: Pick<Target, 'environment' | 'howToGetIt'> & { readonly assert?: string },
): Target => ({
  ...rest,
  environment: { ...rest.environment, SSVAE_TEST_BACKENDS: backend },
  probe: `
    import * as tf from '@tensorflow/tfjs-core';
    import { selectBackend } from './src/node/backend.ts';
    selectBackend({ backend: '${backend}' }).then(({ description }) => {
      ${rest.assert ?? ''}
      return description;
    })`,
  parts: {
    conformance: CONFORMANCE,
    'ten steps': ['test/training/tenSteps.test.ts', '-t', 'ten training steps'],
    resume: ['test/training/tenSteps.test.ts', '-t', 'a resume'],
  },
});

const inBrowser = (backend: string): Target => ({
  environment: software ? {} : { SSVAE_BROWSER: 'gpu' },
  howToGetIt: 'a GPU with its driver, and Chromium, or CHROMIUM set to its path',
  probe: `
    import { absence, call, openSite } from './test/browser/site.ts';
    const select = async () => {
      if (absence !== undefined) throw new Error(absence);
      const site = await openSite();
      try {
        return (await call(await site.open(), 'select', { backend: '${backend}' })).description;
      } finally {
        await site.close();
      }
    };
    select()`,
  parts: {
    conformance: ['--project', 'browser', 'test/browser/backends.test.ts', '-t', `on ${backend}`],
    'steps and resume': [
      '--project',
      'browser',
      'test/browser/training.test.ts',
      '-t',
      `learns on ${backend}`,
    ],
  },
});

const TARGETS: Readonly<Record<string, Target>> = {
  'tfjs-node-gpu in Node': inNode('tensorflow', {
    environment: {},
    howToGetIt: 'an NVIDIA GPU with CUDA, and npm install --no-save @tensorflow/tfjs-node-gpu',
    assert: `
      if (!description.includes('tfjs-node-gpu')) throw new Error('@tensorflow/tfjs-node-gpu is not installed: ' + description);
      if (!tf.backend().isUsingGpuDevice) throw new Error('TensorFlow finds no GPU');`,
  }),
  'WebGPU in Node': inNode('webgpu', {
    environment: software ? softwareVulkan() : {},
    howToGetIt: 'a GPU with its driver, and npm install --no-save webgpu',
  }),
  'WebGPU in a browser': inBrowser('webgpu'),
  'WebGL in a browser': inBrowser('webgl'),
};

/** What is missing, in two words. */
const missing = (reason: string): string => {
  if (/is not installed/.test(reason)) return 'package absent';
  if (/there is no browser/.test(reason)) return 'browser absent';
  if (/in software/.test(reason)) return 'software adapter only';
  return 'no GPU';
};

const outcomeOf = (name: string, { probe: source, environment, howToGetIt, parts }: Target): string => {
  const found = probe(source, environment);
  const reason =
    found.reason ?? (!software && /in software/.test(found.description) ? found.description : undefined);
  if (reason !== undefined) return `missing, ${missing(reason)}: ${reason}\n    needed: ${howToGetIt}`;
  console.log(`${name}: ${found.reason === undefined ? found.description : ''}`);
  const failed = Object.entries(parts).filter(([, args]) => !passes(args, environment));
  const where =
    found.reason === undefined && /in software/.test(found.description) ? ' in software' : ' on hardware';
  return failed.length === 0
    ? `passed${where}: ${Object.keys(parts).join(', ')}`
    : `FAILED${where}: ${failed.map(([part]) => part).join(', ')}`;
};

const outcomes = Object.entries(TARGETS).map(([name, target]) => [name, outcomeOf(name, target)] as const);
console.log('\nGPU backends:');
for (const [name, outcome] of outcomes) console.log(`  ${name}: ${outcome}`);
const count = (word: string): number => outcomes.filter(([, outcome]) => outcome.startsWith(word)).length;
console.log(`${count('passed')} passed, ${count('FAILED')} failed, ${count('missing')} missing`);
if (count('passed') === 0 && count('FAILED') === 0)
  console.log('Nothing ran: this machine has no GPU backend.');
if (count('passed') === 0 || count('FAILED') > 0) process.exitCode = 1;
