/** A fresh project that has the packed library installed, for the checks of what users get. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const runFile = promisify(execFile);

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const peers = ['core', 'layers', 'backend-cpu', 'backend-wasm', 'backend-webgl', 'backend-webgpu'];

async function pack(folder: string): Promise<string> {
  const { stdout } = await runFile(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: root },
  );
  return join(folder, stdout.trim());
}

/** Makes packages of this checkout importable in a project. */
export async function linkPackages(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names) {
    const path = join(folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(root, 'node_modules', name), path, 'junction');
  }
}

/**
 * Makes the project, with the programs of `test/package/consumer` in it and the peers of this checkout linked into
 * it, hands its folder to `use`, and removes it.
 *
 * @param tarball the packed library; packed from `dist` as it is when left out
 */
export async function withConsumer(
  tarball: string | undefined,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-consumer-'));
  try {
    const modules = join(folder, 'node_modules');
    await mkdir(join(modules, 'ssvae'), { recursive: true });
    await runFile('tar', [
      '-xzf',
      tarball ?? (await pack(folder)),
      '--strip-components=1',
      '-C',
      join(modules, 'ssvae'),
    ]);
    const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
    await linkPackages(folder, [
      ...peers.map((peer) => `@tensorflow/tfjs-${peer}`),
      ...Object.keys(dependencies),
    ]);
    await cp(join(root, 'test/package/consumer'), folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), '{ "private": true }');
    await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a program that must print what the KL divergence of N((1, 0), I) to N(0, I) is: 0.5 nats. */
export async function expectHalf(
  what: string,
  folder: string,
  node: string,
  ...args: string[]
): Promise<void> {
  const { stdout } = await runFile(node, args, { cwd: folder });
  if (stdout.trim() !== '0.5')
    throw new Error(`${what}: printed ${JSON.stringify(stdout.trim())} instead of 0.5`);
}
