/**
 * Imports the packed library from ESM, CommonJS and TypeScript, and by resolvers that know no `exports`:
 * `tsx scripts/check-imports.ts [TARBALL]`.
 */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
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
  for (const extension of ['cts', 'ts'])
    await copyFile(join(folder, 'typed.mts'), join(folder, `typed.${extension}`));
  const both = ['typed.mts', 'typed.cts'];
  await compile(folder, ['--module', 'node16', '--moduleResolution', 'node16'], both);
  await compile(folder, ['--module', 'nodenext', '--moduleResolution', 'nodenext'], both);
  await compile(folder, ['--module', 'esnext', '--moduleResolution', 'bundler'], ['typed.mts']);
  await compile(folder, ['--module', 'commonjs', '--moduleResolution', 'node10'], ['typed.ts']);

  // What a resolver sees that knows no `exports`: that of webpack 4, those of linters, Node's before version 12.
  const manifest = join(folder, 'node_modules/ssvae/package.json');
  const { exports, ...rest } = JSON.parse(await readFile(manifest, 'utf8'));
  if (exports === undefined) throw new Error('the package has no exports');
  await writeFile(manifest, JSON.stringify(rest));
  await expectHalf('CommonJS without exports', folder, process.execPath, 'commonjs.cjs');
});
