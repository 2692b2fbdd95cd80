/** Every package of the lock file has a checksum, those of other platforms too: `tsx scripts/check-lock.ts`. */
import { readFile } from 'node:fs/promises';

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly link?: true }>>;
};
const unchecked = Object.entries(packages)
  .filter(([path, { integrity, link }]) => path !== '' && link !== true && integrity === undefined)
  .map(([path]) => path);
if (unchecked.length > 0) {
  console.error(
    `package-lock.json: no integrity for ${unchecked.join(', ')}, needed one for each: ` +
      'take these entries out in a folder of package.json and package-lock.json alone, and run npm install --package-lock-only there',
  );
  process.exitCode = 1;
}
