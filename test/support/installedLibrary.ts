/** The library as npm installs it, built from the sources of this checkout. */
import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import config from '../../tsup.config';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What a project installs beside the library: backends that a page can do without are left out. */
const PEERS = ['tfjs-core', 'tfjs-layers', 'tfjs-backend-cpu', 'tfjs-backend-wasm'];

const DEPENDENCIES = ['google-protobuf', 'pako', ...PEERS.map((name) => `@tensorflow/${name}`)];

/** Builds the library, ES modules alone, into the `node_modules` of a new project. */
async function installLibrary(project: string): Promise<void> {
  const library = join(project, 'node_modules/ssvae');
  await mkdir(library, { recursive: true });
  await cp(join(root, 'package.json'), join(library, 'package.json'));
  await build({
    ...(config as object),
    config: false,
    format: ['esm'],
    dts: false,
    clean: false,
    outDir: join(library, 'dist'),
    onSuccess: async () => undefined,
  });
}

/** A project of a user. */
export interface UserProject {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Makes a project with the library and its peers, and with other packages of this checkout.
 *
 * @param packages to link into it
 * @param parent the folder to make it in
 */
export async function createUserProject(
  packages: readonly string[] = [],
  parent: string = tmpdir(),
): Promise<UserProject> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'ssvae-project-'));
  await installLibrary(folder);
  for (const name of [...DEPENDENCIES, ...packages]) {
    const path = join(folder, 'node_modules', name);
    await mkdir(dirname(path), { recursive: true });
    await symlink(join(root, 'node_modules', name), path, 'junction');
  }
  return { folder, remove: () => rm(folder, { recursive: true }) };
}
