/**
 * Bundles a browser app with esbuild, Vite and webpack, a worker with Vite and a server with esbuild, and runs them:
 * `tsx scripts/check-bundlers.ts [TARBALL]`.
 *
 * Backends are not installed, as in most projects: a bundler may warn of those, and of nothing else.
 */
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import webpack from 'webpack';
import { expectHalf, withConsumer } from './consumer';

/** What bundlers say of Node built-ins in what is meant for browsers, and of packages they do not find. */
const UNRESOLVED = /node:|externalized for browser|Can't resolve|Could not resolve/;

/** An optional peer that the project lacks. */
const ABSENT = '@tensorflow/tfjs-backend-webgpu';

const WASM = '@tensorflow/tfjs-backend-wasm';

/** What esbuild needs to bundle CommonJS, as TensorFlow.js is in Node, into an ES module. */
const BANNER =
  "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url); " +
  'const __dirname = import.meta.dirname;';

/** Makes Node look like a web worker: with a `process`, TensorFlow.js would ask for modules that only Node has. */
const IN_A_WORKER =
  "globalThis.process = undefined; globalThis.WorkerGlobalScope = Object; await import('./app.js')";

/** Each writes `app.js` into the folder `out` of the project and resolves to its complaints. */
const bundlers: Readonly<Record<string, (folder: string, out: string) => Promise<readonly string[]>>> = {
  async esbuild(folder, out) {
    const { warnings } = await esbuild.build({
      absWorkingDir: folder,
      entryPoints: ['app.js'],
      outdir: out,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      logLevel: 'silent',
    });
    return warnings.map(({ text }) => text);
  },

  async vite(folder, out) {
    const warnings: string[] = [];
    const logger = vite.createLogger('silent');
    logger.warn = (message) => warnings.push(message);
    await vite.build({
      root: folder,
      configFile: false,
      customLogger: logger,
      build: {
        outDir: out,
        target: 'es2022',
        minify: false,
        chunkSizeWarningLimit: Number.POSITIVE_INFINITY,
        rollupOptions: { input: join(folder, 'app.js'), output: { entryFileNames: 'app.js' } },
      },
    });
    return warnings;
  },

  async webpack(folder, out) {
    const compiler = webpack({
      context: folder,
      mode: 'production',
      target: ['web', 'es2022'],
      entry: './app.js',
      output: { path: out, filename: 'app.js', module: true, chunkFormat: 'module' },
      experiments: { outputModule: true },
      optimization: { minimize: false },
      performance: { hints: false },
    });
    if (!compiler) throw new Error('webpack gave no compiler');
    const stats = await promisify(compiler.run.bind(compiler))();
    await promisify(compiler.close.bind(compiler))();
    const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
    if (errors.length > 0) throw new Error(errors.map(({ message }) => message).join('\n'));
    return warnings.map(({ message }) => message);
  },
};

/** A worker that trains: Vite's other format of workers has no chunks, so that no backend could be fetched by itself. */
const bundleWorker = (folder: string, out: string, format: 'es' | 'iife') =>
  vite.build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    worker: { format },
    build: { outDir: out, minify: false, rollupOptions: { input: join(folder, 'page.js') } },
  });

/** A server in one file, of which nothing but that file and those of WebAssembly is needed. */
async function bundleServer(folder: string, format: 'cjs' | 'esm'): Promise<string> {
  const file = `server.${format === 'cjs' ? 'cjs' : 'mjs'}`;
  const { warnings } = await esbuild.build({
    absWorkingDir: folder,
    entryPoints: [file],
    outfile: join(folder, 'server', file),
    bundle: true,
    format,
    platform: 'node',
    logLevel: 'silent',
    ...(format === 'esm' && { banner: { js: BANNER } }),
  });
  for (const { text } of warnings)
    if (!text.includes('@tensorflow/tfjs-backend-')) throw new Error(`esbuild for Node, ${format}: ${text}`);
  return file;
}

await withConsumer(process.argv[2], async (folder) => {
  const uninstall = (name: string) => rm(join(folder, 'node_modules', name));
  await uninstall(ABSENT);
  for (const [name, bundle] of Object.entries(bundlers)) {
    const out = join(folder, name);
    const complaints = (await bundle(folder, out)).filter(
      (text) => UNRESOLVED.test(text) && !text.includes(ABSENT),
    );
    if (complaints.length > 0) throw new Error(`${name}:\n${complaints.join('\n')}`);
    await expectHalf(name, out, process.execPath, '--input-type=module', '--eval', IN_A_WORKER);
  }
  await bundleWorker(folder, 'worker', 'es');

  const server = join(folder, 'server');
  for (const format of ['cjs', 'esm'] as const) {
    const file = await bundleServer(folder, format);
    const binary = 'tfjs-backend-wasm-simd.wasm';
    await copyFile(join(folder, 'node_modules', WASM, 'dist', binary), join(server, binary));
    await expectHalf(`esbuild for Node, ${format}`, server, process.execPath, file, 'wasm');
  }
  for (const name of [WASM, '@tensorflow/tfjs-backend-cpu']) await uninstall(name);
  await expectHalf(
    'esbuild for Node without backends',
    server,
    process.execPath,
    await bundleServer(folder, 'cjs'),
    'none',
  );
});
