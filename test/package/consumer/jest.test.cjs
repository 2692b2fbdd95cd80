// CommonJS in a sandbox without import(): Jest without any configuration.
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { done, work } = require('./work.cjs');

test.each([['cpu'], [undefined], ['wasm']])('selectBackend takes %s', async (backend) => {
  const { selectBackend } = require('ssvae/node');
  const { name } = await selectBackend(backend === undefined ? {} : { backend });
  // Where the runner is installed, native TensorFlow may be too.
  expect(backend === undefined ? ['tensorflow', 'wasm'] : [backend]).toContain(name);
});

test('wasm says that threads come too late', async () => {
  const { selectBackend } = require('ssvae/node');
  await expect(selectBackend({ backend: 'wasm', threads: 2 })).rejects.toThrow(
    'selectBackend: threads is 2, needed 1: WebAssembly has started already',
  );
});

test('what is not installed is said to be not installed', async () => {
  const { selectBackend } = require('ssvae/node');
  await expect(selectBackend({ backend: 'webgpu' })).rejects.toThrow(
    'which is not available: webgpu is not installed; needed: npm install webgpu',
  );
});

test('a run, its resume and its classes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssvae-jest-'));
  expect(await work(require('ssvae'), require('ssvae/node'), folder)).toEqual(done);
  rmSync(folder, { recursive: true });
});
