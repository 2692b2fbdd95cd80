/** Optional packages of the user's project, which nobody had to install. */
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { notLoaded } from '../host/backendErrors';
import { codeOf } from './systemError';

/** The value, or nothing where it is not available. */
const attempt = <T>(get: () => T): T | undefined => {
  try {
    return get();
  } catch {
    return undefined;
  }
};

const workingFolder = (): string | undefined => attempt(() => process.cwd());

/** A program may change its working folder later on, or lose it. */
const startedIn = workingFolder();

/** Where packages are looked up from: the folder that the program was started in, the program, the folder it works in. */
const places = (): string[] => {
  const program = process.argv[1];
  const target = program === undefined ? undefined : attempt(() => realpathSync(program));
  const folders = [startedIn, workingFolder()].map((folder) => folder && join(folder, 'package.json'));
  return [folders[0], program, target, folders[1]].filter((place) => place !== undefined);
};

/** Where a file of a package lies, looked up from the project; nothing where it does not. */
export const pathInProject = (specifier: string): string | undefined => {
  for (const place of places()) {
    const path = attempt(() => createRequire(place).resolve(specifier));
    if (path !== undefined) return path;
  }
  return undefined;
};

/** What the ES module at a path exports: `import()` even in CommonJS, where an awaited one becomes a `require`. */
const importModule = (path: string): Promise<unknown> => import(pathToFileURL(path).href);

/** Codes of `require` for what only `import()` takes. */
const ONLY_BY_IMPORT: readonly unknown[] = ['ERR_REQUIRE_ESM', 'ERR_REQUIRE_ASYNC_MODULE'];

/**
 * Loads a package of the user's project, or one beside this library.
 *
 * The specifier is not a literal, so that neither bundlers nor compilers ask for packages that nobody installed.
 *
 * @throws NotInstalled where it is in neither place, Broken where it fails
 */
export async function loadPackage(name: string): Promise<unknown> {
  const path = pathInProject(name);
  try {
    if (path === undefined) return await import(name);
    try {
      return createRequire(path)(path);
    } catch (error) {
      if (ONLY_BY_IMPORT.includes(codeOf(error))) return await importModule(path);
      throw error;
    }
  } catch (cause) {
    throw notLoaded(name, cause);
  }
}
