/**
 * What stands in the packed library can be used as it is: every link and figure of its pages leads somewhere, its examples
 * compile and run, and it says where it comes from and whose licenses go with it. `tsx scripts/check-contents.ts [TARBALL]`
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

/** Fields of package.json that npm shows, or asks for. */
interface Manifest {
  readonly homepage?: string;
  readonly bugs?: string;
  readonly repository?: { readonly url?: string };
  readonly publishConfig?: { readonly provenance?: boolean };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

/** What the package fails to say of its origin, of its figures where README stands alone, and of the licenses of others. */
async function unsaid(root: string): Promise<readonly string[]> {
  const read = (name: string): Promise<string> => readFile(join(root, name), 'utf8');
  const manifest = JSON.parse(await read('package.json')) as Manifest;
  const [, home] = /^git\+(https:\/\/.+)\.git$/.exec(manifest.repository?.url ?? '') ?? [];
  const faults: string[] = [];
  if (home === undefined) faults.push('package.json: repository.url, needed git+https://….git');
  for (const name of ['homepage', 'bugs'] as const)
    if (!manifest[name]?.startsWith(`${home}`)) faults.push(`package.json: ${name}, needed one in ${home}`);
  if (manifest.publishConfig?.provenance !== true) faults.push('package.json: publishConfig.provenance');

  for (const [, url = ''] of (await read('README.md')).matchAll(/!\[[^\]]*\]\(([^)\s]+)\)/g)) {
    const file = url.split(`${home}/raw/HEAD/`)[1];
    if (file === undefined || !existsSync(join(root, file)))
      faults.push(`README.md: ${url}, needed a file of the package at ${home}/raw/HEAD/`);
  }

  const notices = await read('THIRD_PARTY_NOTICES.md');
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    // Not every peer is installed here.
    const installed = join('node_modules', name, 'package.json');
    const { license = '' } = existsSync(installed) ? JSON.parse(await readFile(installed, 'utf8')) : {};
    if (!notices.includes(`| \`${name}\` | ${license}`))
      faults.push(`THIRD_PARTY_NOTICES.md: ${name}, needed its license ${license}`);
  }
  await read('LICENSE');
  return faults;
}

await withConsumer(process.argv[2], async (folder) => {
  const root = join(folder, 'node_modules/ssvae');
  const faults = await unsaid(root);
  if (faults.length > 0) throw new Error(`what the package does not say:\n${faults.join('\n')}`);
  const pages = (await readdir(root, { recursive: true })).filter((name) => name.endsWith('.md'));
  const broken = (await Promise.all(pages.map((page) => brokenLinks(root, page)))).flat();
  if (broken.length > 0) throw new Error(`links that lead nowhere in the package:\n${broken.join('\n')}`);

  const packed = await readdir(join(root, 'examples'), { recursive: true });
  const written = await readdir('examples', { recursive: true });
  if (packed.sort().join() !== written.sort().join())
    throw new Error(`the package has ${packed.join(', ')}, needed every example`);
  const examples = packed.filter((name) => name.endsWith('.ts'));
  await cp(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }');
  const others = ['@types/node', 'onnxruntime-web', 'onnxruntime-common', 'bullmq', 'ioredis', 'vite'];
  await linkPackages(folder, others);
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
