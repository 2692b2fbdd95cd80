// CommonJS in a realm of its own: other built-in classes than Node's modules have, no import(), and little else.
const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname } = require('node:path');
const { createContext, Script } = require('node:vm');

const { console, process, performance, queueMicrotask, TextDecoder, TextEncoder, URL, atob, btoa } =
  globalThis;
const { setTimeout, clearTimeout, setImmediate, AbortController, AbortSignal } = globalThis;
const host = { console, process, performance, queueMicrotask, TextDecoder, TextEncoder, URL, atob, btoa };
const realm = createContext({
  ...host,
  setTimeout,
  clearTimeout,
  setImmediate,
  AbortController,
  AbortSignal,
});
new Script('globalThis.global = globalThis').runInContext(realm);

const modules = new Map();
/** A `require` whose modules run in the realm; Node's own are Node's. */
const requireFrom = (place) => {
  const { resolve } = createRequire(place);
  const requireIn = (specifier) => {
    const path = resolve(specifier);
    if (path.startsWith('node:') || !path.startsWith('/')) return require(path);
    const known = modules.get(path);
    if (known) return known.exports;
    const module = { exports: {} };
    modules.set(path, module);
    const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(path, 'utf8')}\n})`;
    new Script(source, { filename: path })
      .runInContext(realm)
      .call(module.exports, module.exports, requireFrom(path), module, path, dirname(path));
    return module.exports;
  };
  return Object.assign(requireIn, { resolve, cache: {} });
};

const requireIn = requireFrom(__filename);
const tf = requireIn('@tensorflow/tfjs-core');
const { gaussianKl } = requireIn('ssvae');
const { selectBackend } = requireIn('ssvae/node');

(async () => {
  const threads = await selectBackend({ backend: 'wasm', threads: 2 }).catch(({ message }) => message);
  if (threads !== 'selectBackend: threads is 2, needed 1: threads need fetch, which this realm lacks')
    throw new Error(threads);
  for (const options of [{ backend: 'cpu' }, { backend: 'wasm' }, {}]) {
    const { name } = await selectBackend(options);
    if (name !== (options.backend ?? 'wasm')) throw new Error(`took ${name}`);
  }
  const { done, work } = requireIn('./work.cjs');
  const found = await work(requireIn('ssvae'), requireIn('ssvae/node'), __dirname);
  if (JSON.stringify(found) !== JSON.stringify(done)) throw new Error(JSON.stringify(found));
  const kl = gaussianKl({ mean: tf.tensor2d([[1, 0]]), logVar: tf.zeros([1, 2]) });
  console.log(kl.dataSync()[0]);
})();
