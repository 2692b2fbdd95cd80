/** Programs of other processes, out of TypeScript. */
import { build } from 'esbuild';

/** A worker as the package is built: a bundle without the names that a loader of TypeScript adds to functions. */
export async function bundle(worker: string): Promise<string> {
  const outdir = 'runs/bench';
  await build({
    entryPoints: [`bench/speed/${worker}.ts`],
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    outExtension: { '.js': '.mjs' },
    packages: 'external',
    logLevel: 'warning',
  });
  return `${outdir}/${worker}.mjs`;
}
