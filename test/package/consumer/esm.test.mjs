// ES modules, in Jest (--experimental-vm-modules) and in Vitest.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ssvae from 'ssvae';
import * as node from 'ssvae/node';
import work from './work.cjs';

for (const backend of ['cpu', undefined, 'wasm'])
  test(`selectBackend takes ${backend ?? 'the best'}`, async () => {
    const { name } = await node.selectBackend(backend === undefined ? {} : { backend });
    // Where the runner is installed, native TensorFlow may be too.
    expect(backend === undefined ? ['tensorflow', 'wasm'] : [backend]).toContain(name);
  });

test('what is not installed is said to be not installed', async () => {
  await expect(node.selectBackend({ backend: 'webgpu' })).rejects.toThrow(
    'which is not available: webgpu is not installed; needed: npm install webgpu',
  );
});

test('a run, its resume and its classes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ssvae-esm-'));
  expect(await work.work(ssvae, node, folder)).toEqual(work.done);
  rmSync(folder, { recursive: true });
});
