/**
 * Runs the packed library where tests of users run, each of which loads modules in its own way: Jest, its mode for ES
 * modules, Vitest, and a realm of `node:vm`. `tsx scripts/check-runners.ts [TARBALL]`
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expectHalf, runFile, withConsumer } from './consumer';

const { resolve } = createRequire(import.meta.url);
const jest = join(dirname(resolve('jest/package.json')), 'bin/jest.js');
const vitest = join(dirname(resolve('vitest/package.json')), 'vitest.mjs');
const byJest = (pattern: string) => ['--rootDir', '.', '--testRegex', pattern, '--no-cache'];

const runners: Readonly<Record<string, readonly string[]>> = {
  Jest: [jest, ...byJest('jest\\.test\\.cjs$')],
  'Jest, ES modules': ['--experimental-vm-modules', jest, ...byJest('esm\\.test\\.mjs$')],
  Vitest: [vitest, 'run', '--globals', 'esm.test.mjs'],
};

await withConsumer(process.argv[2], async (folder) => {
  for (const [name, args] of Object.entries(runners)) {
    // Runners of tests look at the variables of the one that may run this script.
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    await runFile(process.execPath, [...args], { cwd: folder, env }).catch(({ stdout, stderr }) => {
      throw new Error(`${name}:\n${stdout}${stderr}`);
    });
  }
  await expectHalf('a realm of node:vm', folder, process.execPath, 'realm.cjs');
});
