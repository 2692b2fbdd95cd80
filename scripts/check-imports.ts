/** Imports the packed library from ESM, CommonJS and TypeScript: `tsx scripts/check-imports.ts [TARBALL]`. */
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expectHalf, runFile, withConsumer } from './consumer';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const strict = ['--noEmit', '--strict', '--skipLibCheck', '--target', 'es2022'];

async function compile(
  folder: string,
  resolution: readonly string[],
  programs: readonly string[],
): Promise<void> {
  const args = [compiler, ...strict, ...resolution, ...programs];
  await runFile(process.execPath, args, { cwd: folder }).catch(({ stdout }) => {
    throw new Error(`tsc ${resolution.join(' ')}:\n${stdout}`);
  });
}

await withConsumer(process.argv[2], async (folder) => {
  await expectHalf('ESM', folder, process.execPath, 'esm.mjs');
  await expectHalf('CommonJS', folder, process.execPath, 'commonjs.cjs');
  await copyFile(join(folder, 'typed.mts'), join(folder, 'typed.cts'));
  await compile(folder, ['--module', 'node16', '--moduleResolution', 'node16'], ['typed.mts', 'typed.cts']);
  await compile(folder, ['--module', 'esnext', '--moduleResolution', 'bundler'], ['typed.mts']);
});
