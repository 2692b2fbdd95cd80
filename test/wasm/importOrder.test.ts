import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = fileURLToPath(new URL('../../src/wasm/index.ts', import.meta.url));

/** A convolution's filter gradient: an error without our kernels, and on wasm by their numbers alone. */
const program = `
  await tf.setBackend('wasm');
  const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
  const gradient = tf.grad((w) => tf.sum(tf.conv2d(x, w, 2, 'valid')))(tf.ones([2, 2, 1, 1]));
  console.log(tf.getBackend(), Array.from(await gradient.data()).join());
`;

describe('importing ssvae/wasm', () => {
  let folder: string;

  beforeAll(async () => {
    // Inside the project, so that the peers resolve as they do for a user.
    folder = await mkdtemp(new URL('../../node_modules/.import-order-', import.meta.url).pathname);
    for (const [format, extension] of [
      ['esm', 'mjs'],
      ['cjs', 'cjs'],
    ] as const) {
      await build({
        entryPoints: [entry],
        outfile: `${folder}/wasm.${extension}`,
        bundle: true,
        format,
        platform: 'node',
        packages: 'external',
        logLevel: 'error',
      });
    }
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  const run = async (extension: string, source: string): Promise<{ stdout: string; stderr: string }> => {
    const file = `${folder}/main-${Math.random().toString(36).slice(2)}.${extension}`;
    await writeFile(file, source);
    return promisify(execFile)(process.execPath, [file], { cwd: root });
  };

  const ours = './wasm';
  const backend = '@tensorflow/tfjs-backend-wasm';

  it.each([
    ['the backend before', [backend, ours]],
    ['the backend after', [ours, backend]],
    ['no backend', [ours]],
  ])('gives an ES module the training kernels with %s', async (_, order) => {
    const imports = order.map((name) => `import '${name === ours ? './wasm.mjs' : name}';`).join('\n');
    const { stdout, stderr } = await run(
      'mjs',
      `import * as tf from '@tensorflow/tfjs-core';\nimport '@tensorflow/tfjs-layers';\n${imports}\n${program}`,
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
    expect(stderr).not.toContain('already registered');
  });

  it.each([
    ['the backend before', [backend, ours]],
    ['the backend after', [ours, backend]],
    ['no backend', [ours]],
  ])('gives a CommonJS module the training kernels with %s', async (_, order) => {
    const imports = order.map((name) => `require('${name === ours ? './wasm.cjs' : name}');`).join('\n');
    const { stdout, stderr } = await run(
      'cjs',
      `const tf = require('@tensorflow/tfjs-core');\nrequire('@tensorflow/tfjs-layers');\n${imports}\n(async () => {${program}})();`,
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
    expect(stderr).not.toContain('already registered');
  });

  it('reaches a backend that is in use already', async () => {
    const { stdout } = await run(
      'mjs',
      `import * as tf from '@tensorflow/tfjs-core';\nimport '@tensorflow/tfjs-layers';\nimport '${backend}';
       await tf.setBackend('wasm');\nawait import('./wasm.mjs');\n${program}`,
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
  });

  it('may happen twice, as an ES module and as CommonJS', async () => {
    const { stdout } = await run(
      'mjs',
      `import * as tf from '@tensorflow/tfjs-core';\nimport '@tensorflow/tfjs-layers';\nimport './wasm.cjs';\nimport './wasm.mjs';\n${program}`,
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
  });
});
