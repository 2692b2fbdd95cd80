import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeProject, type NodeProject } from '../support/nodeProject';

/** A convolution's filter gradient: an error without our kernels. */
const program = `
  await tf.setBackend('wasm');
  const x = tf.reshape(tf.range(0, 16), [1, 4, 4, 1]);
  const gradient = tf.grad((w) => tf.sum(tf.conv2d(x, w, 2, 'valid')))(tf.ones([2, 2, 1, 1]));
  console.log(tf.getBackend(), Array.from(await gradient.data()).join());
`;

const backend = '@tensorflow/tfjs-backend-wasm';

const orders: readonly (readonly [string, readonly string[]])[] = [
  ['the backend before', [backend, './wasm']],
  ['the backend after', ['./wasm', backend]],
  ['no backend', ['./wasm']],
];

describe('importing ssvae/wasm', () => {
  let project: NodeProject;

  beforeAll(async () => {
    project = await createNodeProject();
    await project.link('@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', backend);
    await project.bundle('src/wasm/index.ts', 'wasm');
  });

  afterAll(() => project.remove());

  const esModule = (imports: readonly string[], rest: string): string =>
    ['@tensorflow/tfjs-layers', ...imports]
      .map((name) => `import '${name}';`)
      .concat(`import * as tf from '@tensorflow/tfjs-core';`, rest)
      .join('\n');

  it.each(orders)('gives an ES module the training kernels with %s', async (_, order) => {
    const imports = order.map((name) => (name === './wasm' ? './wasm.mjs' : name));
    const { stdout, stderr } = await project.run(esModule(imports, program));
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
    expect(stderr).not.toContain('already registered');
  });

  it.each(orders)('gives a CommonJS module the training kernels with %s', async (_, order) => {
    const requires = ['@tensorflow/tfjs-layers', ...order].map(
      (name) => `require('${name === './wasm' ? './wasm.cjs' : name}');`,
    );
    const { stdout, stderr } = await project.run(
      `${requires.join('\n')}\nconst tf = require('@tensorflow/tfjs-core');\n(async () => {${program}})();`,
      { format: 'cjs' },
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
    expect(stderr).not.toContain('already registered');
  });

  it('reaches a backend that is in use already', async () => {
    const { stdout } = await project.run(
      esModule([backend], `await tf.setBackend('wasm');\nawait import('./wasm.mjs');\n${program}`),
    );
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
  });

  it('may happen twice, as an ES module and as CommonJS', async () => {
    const { stdout } = await project.run(esModule(['./wasm.cjs', './wasm.mjs'], program));
    expect(stdout.trim()).toBe('wasm 20,24,36,40');
  });
});
