/** A user's project in a fresh folder: a bundle of library source, chosen packages, programs to run. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a program printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder to run programs in. */
export interface NodeProject {
  readonly folder: string;
  /** Bundles `entry` (relative to the repository) as `name.mjs` and `name.cjs`; packages stay outside. */
  bundle(entry: string, name: string): Promise<void>;
  /** Makes packages of this repository importable. */
  link(...packages: readonly string[]): Promise<void>;
  /** Writes a file, as a rule of a made-up package. */
  write(path: string, text: string): Promise<void>;
  /** Runs a program; it fails with what was printed when the exit code is not 0. */
  run(source: string, options?: { format?: 'mjs' | 'cjs'; cwd?: string }): Promise<Output>;
  remove(): Promise<void>;
}

/** Makes an empty project. */
export async function createNodeProject(): Promise<NodeProject> {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-test-'));
  let programs = 0;
  return {
    folder,
    async bundle(entry, name) {
      for (const [format, extension] of [
        ['esm', 'mjs'],
        ['cjs', 'cjs'],
      ] as const) {
        await build({
          entryPoints: [join(root, entry)],
          outfile: join(folder, `${name}.${extension}`),
          bundle: true,
          format,
          platform: 'node',
          packages: 'external',
          logLevel: 'error',
        });
      }
    },
    async link(...packages) {
      for (const name of packages) {
        const path = join(folder, 'node_modules', name);
        await mkdir(dirname(path), { recursive: true });
        await symlink(join(root, 'node_modules', name), path);
      }
    },
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    async run(source, { format = 'mjs', cwd = folder } = {}) {
      const file = join(folder, `program-${programs++}.${format}`);
      await writeFile(file, source);
      return promisify(execFile)(process.execPath, [file], { cwd });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
