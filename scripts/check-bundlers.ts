/**
 * Bundles a browser app with esbuild, Vite and webpack and runs it: `tsx scripts/check-bundlers.ts [TARBALL]`.
 *
 * One backend is not installed, as in most projects: a bundler may warn of that one, and of nothing else.
 */
import { rm } from 'node:fs/promises';
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

await withConsumer(process.argv[2], async (folder) => {
  await rm(join(folder, 'node_modules', ABSENT));
  for (const [name, bundle] of Object.entries(bundlers)) {
    const out = join(folder, name);
    const complaints = (await bundle(folder, out)).filter(
      (text) => UNRESOLVED.test(text) && !text.includes(ABSENT),
    );
    if (complaints.length > 0) throw new Error(`${name}:\n${complaints.join('\n')}`);
    await expectHalf(name, out, process.execPath, '--input-type=module', '--eval', IN_A_WORKER);
  }
});
