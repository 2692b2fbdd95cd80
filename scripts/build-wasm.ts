/**
 * Compiles `assembly` and writes it into `src/wasm/compiled.ts`: `tsx scripts/build-wasm.ts [--check]`.
 *
 * The result is committed, so that building the library needs no second compiler; `--check` fails where it is not what
 * the sources give. Functions of AssemblyScript's library are refused: they would be code of others in the package, and
 * their licence would have to go with it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import asc from 'assemblyscript/asc';

const TARGET = 'src/wasm/compiled.ts';

const COMMON = ['-O3', '--noAssert', '--runtime', 'stub', '--importMemory', '--enable', 'simd'];

async function compile(...flags: readonly string[]): Promise<string> {
  let binary: Uint8Array | undefined;
  let listing = '';
  const { error, stderr } = await asc.main(
    ['assembly/index.ts', ...COMMON, ...flags, '--outFile', 'kernels.wasm', '--textFile', 'kernels.wat'],
    {
      writeFile(_name: string, contents: Uint8Array | string) {
        if (typeof contents === 'string') listing = contents;
        else binary = contents;
      },
    },
  );
  if (error || binary === undefined) throw new Error(stderr.toString(), { cause: error });
  const foreign = listing.match(/\(func \$~lib\S*/g);
  if (foreign) throw new Error(`code of AssemblyScript's library is in the module: ${foreign.join(', ')}`);
  if (!/\(func \$assembly/.test(listing)) throw new Error('the listing names no function');
  return Buffer.from(binary).toString('base64');
}

const text = `/** Compiled from \`assembly\` by \`npm run build:wasm\`, in base64; not to be edited. */

/** For engines with SIMD. */
export const SIMD =
  '${await compile()}';

/** For engines with relaxed SIMD too: products and sums in one rounding, where the machine can. */
export const RELAXED_SIMD =
  '${await compile('--enable', 'relaxed-simd')}';
`;

if (!process.argv.includes('--check')) await writeFile(TARGET, text);
else if ((await readFile(TARGET, 'utf8')) !== text) {
  console.error(`${TARGET} is not what assembly gives; needed: npm run build:wasm`);
  process.exitCode = 1;
}
