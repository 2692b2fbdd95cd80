/** Builds the demo, and what runs snippets in the documentation: `npm run demo` serves it, `npm run demo:build` writes it to `site/dist`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { type FirstFrame, firstFrame, headline } from './vite/firstFrame';
import { snippets } from './vite/snippets';

const path = (from: string): string => fileURLToPath(new URL(from, import.meta.url));

const WASM = 'tfjs-backend-wasm-simd.wasm';
const wasmFile = path(`../node_modules/@tensorflow/tfjs-backend-wasm/dist/${WASM}`);

/** Puts the .wasm file of the backend at wasm/, in the build and while serving. */
const wasm: Plugin = {
  name: 'wasm-file',
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      if (!request.url?.endsWith(`/wasm/${WASM}`)) return next();
      response.setHeader('content-type', 'application/wasm');
      response.end(readFileSync(wasmFile));
    });
  },
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: `wasm/${WASM}`, source: readFileSync(wasmFile) });
  },
};

/** Writes the recorded run into the page, and a link to the documentation where it is around the demo. */
const written = (mode: string): Plugin => ({
  name: 'first-frame',
  transformIndexHtml(html) {
    const frame = JSON.parse(readFileSync(path('data/first.json'), 'utf8')) as FirstFrame;
    return html
      .replace('<!-- first frame -->', firstFrame(frame))
      .replace('<!-- headline -->', headline(frame))
      .replace('<!-- documentation -->', mode === 'site' ? '<a href="../index.html">Documentation</a>' : '');
  },
});

const alias = [
  { find: /^ssvae$/, replacement: path('../src/index.ts') },
  { find: /^ssvae\/browser$/, replacement: path('../src/browser/index.ts') },
  // In snippets, which are written for Node and run here.
  { find: /^ssvae\/node$/, replacement: path('src/snippets/node.ts') },
];

export default defineConfig(({ mode }) => ({
  root: path('.'),
  // Relative addresses: the page works under any path.
  base: './',
  resolve: { alias },
  plugins: [wasm, written(mode)],
  // The backends and the snippets are chunks of the worker.
  worker: { format: 'es', plugins: () => [snippets(path('../docs'))] },
  build: {
    outDir: path('dist'),
    emptyOutDir: true,
    target: 'es2022',
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      input: { index: path('index.html'), run: path('src/run.ts') },
      // The documentation names this file.
      output: { entryFileNames: ({ name }) => (name === 'run' ? 'run.js' : 'assets/[name]-[hash].js') },
      onwarn() {},
    },
  },
}));
