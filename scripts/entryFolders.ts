/**
 * A folder for each entry beside the main one, for resolvers that know no `exports`: TypeScript's node10, webpack 4,
 * those of linters. They look for `ssvae/node` in the folder `node`, whose package.json says where it is.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Conditions {
  readonly import: { readonly default: string };
  readonly require: { readonly types: string; readonly default: string };
}

/** Writes the folders that the `exports` of package.json ask for into the root of the package. */
export async function writeEntryFolders(): Promise<void> {
  const { exports } = JSON.parse(await readFile('package.json', 'utf8')) as {
    readonly exports: Readonly<Record<string, Conditions | string>>;
  };
  for (const [entry, conditions] of Object.entries(exports)) {
    if (entry === '.' || typeof conditions === 'string') continue;
    const from = (path: string): string => path.replace(/^\./, '..');
    const stub = {
      main: from(conditions.require.default),
      module: from(conditions.import.default),
      types: from(conditions.require.types),
    };
    await mkdir(entry, { recursive: true });
    await writeFile(join(entry, 'package.json'), `${JSON.stringify(stub, null, 2)}\n`);
  }
}
