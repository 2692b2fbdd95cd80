/**
 * What stands in the packed library can be used as it is: every link and figure of its pages leads somewhere, and its
 * examples compile and run. `tsx scripts/check-contents.ts [TARBALL]`
 */
import { existsSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runProgram, startServer } from '../test/support/programs';
import { linkPackages, runFile, withConsumer } from './consumer';

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/**
 * Targets of the links of a page within the package that are not there. Links to sources lead into the repository, and
 * `check-prose.ts` follows them there.
 */
async function brokenLinks(root: string, page: string): Promise<readonly string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target.replace(/#.*/, ''));
  return targets
    .filter((target) => target !== '' && !/^([a-z]+:|(\.\.\/)+src\/)/.test(target))
    .filter((target) => !existsSync(join(root, dirname(page), target)))
    .map((target) => `${page}: ${target}`);
}

await withConsumer(process.argv[2], async (folder) => {
  const root = join(folder, 'node_modules/ssvae');
  const pages = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.md'));
  const broken = (await Promise.all(pages.map((page) => brokenLinks(root, page)))).flat();
  if (broken.length > 0) throw new Error(`links that lead nowhere in the package:\n${broken.join('\n')}`);

  const examples = (await readdir(join(root, 'examples'), { recursive: true })).filter((name) =>
    name.endsWith('.ts'),
  );
  const written = (await readdir('examples', { recursive: true })).filter((name) => name.endsWith('.ts'));
  if (examples.sort().join() !== written.sort().join())
    throw new Error(`the package has ${examples.join(', ')}, needed every example`);
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  await linkPackages(folder, ['@types/node', 'onnxruntime-web', 'onnxruntime-common', 'bullmq', 'ioredis']);
  const strict = '--noEmit --strict --skipLibCheck --target es2022 --lib es2022,dom --module esnext';
  const args = [...strict.split(' '), '--moduleResolution', 'bundler'];
  await runFile(process.execPath, [compiler, ...args, ...examples.map((name) => join('examples', name))], {
    cwd: folder,
  }).catch(({ stdout }) => {
    throw new Error(`examples of the package:\n${stdout}`);
  });

  for (const name of ['digits', 'own-data', 'custom-model']) {
    const { stdout } = await runProgram(`examples/${name}.ts`, ['--epochs', '1'], { cwd: folder });
    if ((stdout.match(/accuracy [\d.]+ %/g) ?? []).length !== 2)
      throw new Error(`examples/${name}.ts printed ${JSON.stringify(stdout)}, expected two accuracies`);
  }
  const server = await startServer('examples/serve.ts', { cwd: folder });
  const answers = [await server.post('[[0, 1]]'), await server.post('[[0]]')];
  const code = await server.stop();
  if (answers.map(({ status }) => status).join() !== '200,400' || code !== 0)
    throw new Error(`examples/serve.ts answered ${JSON.stringify(answers)} and ended with ${code}`);
});
