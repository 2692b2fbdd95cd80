import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

const alias = [
  { find: /^ssvae$/, replacement: source('index.ts') },
  { find: /^ssvae\/(node|browser|wasm)$/, replacement: source('$1/index.ts') },
];

/** The whole suite once per backend; every other test file has nothing to do with one and runs once. */
const onBackend = (name: string) => ({
  resolve: { alias },
  test: {
    name,
    include: ['test/**/*.test.ts'],
    exclude: ['test/{package,browser,examples}/**'],
    setupFiles: ['test/support/setup.ts'],
    env: { SSVAE_TEST_BACKEND: name },
    pool: 'forks' as const,
    testTimeout: 60_000,
  },
});

export default defineConfig({
  test: {
    projects: (process.env.SSVAE_TEST_BACKENDS ?? 'cpu,wasm').split(',').map(onBackend),
  },
});
