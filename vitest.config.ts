import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

const alias = [
  { find: /^ssvae$/, replacement: source('index.ts') },
  { find: /^ssvae\/(node|browser|onnx|recorded|testing|wasm)$/, replacement: source('$1/index.ts') },
];

/** Tests that choose their backends themselves, or need none: they run once. */
const once = [
  'test/{wasm,package,examples,portable,speed,start,study}/**/*.test.ts',
  'test/node/{backend,executor,kill,memory,otherProcess}.test.ts',
  'test/laws/adding.test.ts',
];

/** Tests of what the host does on any backend: reading and writing, drawing, choosing. One backend that repeats itself runs them. */
const ofHost = [
  'test/{files,figures,node}/**/*.test.ts',
  'test/training/search/**/*.test.ts',
  'test/laws/functions.test.ts',
];

/** Tests in a real browser. */
const inBrowser = ['test/browser/**/*.test.ts'];

/** The unit suite on one backend, the whole of it but for some files. */
const onBackend = (name: string, others: readonly string[] = []) => ({
  resolve: { alias },
  test: {
    name,
    include: ['test/**/*.test.ts'],
    exclude: [...once, ...inBrowser, ...others],
    setupFiles: ['test/support/setup.ts'],
    env: { SSVAE_TEST_BACKEND: name },
    pool: 'forks' as const,
    // WebGPU may be a renderer in software.
    testTimeout: name === 'webgpu' ? 900_000 : 120_000,
  },
});

const runOnce = (name: string, include: string[]) => ({
  resolve: { alias },
  test: { name, include, pool: 'forks' as const, testTimeout: 180_000, hookTimeout: 180_000 },
});

/** Files that take long, though some of them are short. */
const LONG =
  /test\/(laws\/(functions|adding)|training\/(memory|search\/search)|testing\/\w+|node\/(kill|memory)|examples\/\w+|study\/cell|browser\/\w+)\.test\.ts$/;

/** A project ends with its last file: those that take long come first, so that no worker is left with one of them. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

/** `npm run test:backends` names others. */
const backends = process.env.SSVAE_TEST_BACKENDS?.split(',');

export default defineConfig({
  test: {
    // Starting TensorFlow.js takes longer than most files do: those of one project share their processes, and the
    // set-up leaves each of them a clean engine.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    // The default leaves one of two processors idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: backends?.map((name) => onBackend(name)) ?? [
      onBackend('cpu', ofHost),
      onBackend('wasm'),
      runOnce('once', once),
      runOnce('browser', inBrowser),
    ],
  },
});
