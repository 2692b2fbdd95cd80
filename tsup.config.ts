import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig, type Options } from 'tsup';
import { writeEntryFolders } from './scripts/entryFolders';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

/**
 * Keeps every source file a file of its own and only completes the paths between them, so that bundlers drop what
 * is not used, namespaces included, and all entries of one format share the same modules.
 */
const oneFilePerModule: Plugin = {
  name: 'one-file-per-module',
  setup(build) {
    const extension = build.initialOptions.format === 'cjs' ? '.cjs' : '.js';
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir, kind }) => {
      if (kind === 'entry-point') return undefined;
      const isFolder = !existsSync(join(resolveDir, `${path}.ts`));
      return { path: `${path}${isFolder ? '/index' : ''}${extension}`, external: true };
    });
  },
};

/**
 * Makes the CommonJS build `require` the backends that the sources `import()`: sandboxes such as Jest's have no
 * `import()`, and what is required can require in turn. It stays inside its `try`, so that bundlers do without what is not
 * installed. `importModule` is for ES modules alone, and awaits nothing.
 */
const requireInCommonJs: Plugin = {
  name: 'require-in-commonjs',
  setup(build) {
    if (build.initialOptions.format !== 'cjs') return;
    build.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replaceAll('await import(', 'await require('),
      loader: 'ts',
    }));
  },
};

export default defineConfig({
  entry: ['src/**/*.ts'],
  format: ['esm', 'cjs'],
  dts: {
    entry: {
      index: 'src/index.ts',
      'node/index': 'src/node/index.ts',
      'browser/index': 'src/browser/index.ts',
      'wasm/index': 'src/wasm/index.ts',
      'onnx/index': 'src/onnx/index.ts',
      'recorded/index': 'src/recorded/index.ts',
      'testing/index': 'src/testing/index.ts',
    },
  },
  target: 'es2022',
  platform: 'node',
  splitting: false,
  treeshake: false,
  clean: true,
  silent: true,
  removeNodeProtocol: false,
  onSuccess: writeEntryFolders,
  esbuildPlugins: [requireInCommonJs, oneFilePerModule],
});
