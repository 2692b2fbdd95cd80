import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeProject, type NodeProject } from '../support/nodeProject';

/** Every kernel that is divided, at sizes that are, several times over while memory grows; a digest of all numbers. */
const program = (threads: number): string => `
  import '@tensorflow/tfjs-layers';
  import { createHash } from 'node:crypto';
  import * as tf from '@tensorflow/tfjs-core';
  import { selectBackend } from './node.mjs';
  const { description } = await selectBackend({ backend: 'wasm', threads: ${threads} });
  const values = (shape, seed) => {
    const size = shape.reduce((product, axis) => product * axis, 1);
    return tf.tensor(Float32Array.from({ length: size }, (_, i) => Math.sin(seed + i * 1.618)), shape);
  };
  const hash = createHash('sha256');
  const take = (tensors) => { for (const t of tensors) { hash.update(t.dataSync()); tf.keep(t); } };
  for (let round = 0; round < 4; round++) tf.tidy(() => {
    const [a, b] = [values([331, 257], round), values([257, 173], round + 1)];
    take([tf.matMul(a, b), tf.matMul(b, a, true, true), tf.matMul(values([64, 900], 2), values([2000, 900], 3), false, true)]);
    const [x, w] = [values([9, 15, 15, 12], round), values([3, 3, 12, 20], 5)];
    take(tf.grads((p, q) => tf.sum(tf.square(tf.conv2d(p, q, 2, 'valid'))))([x, w]));
    take([tf.softplus(values([300_001], 7)), tf.exp(values([200_003], 8))]);
  });
  console.log(description.split(':')[0], hash.digest('hex'));
`;

describe('threads on WebAssembly in Node', () => {
  let project: NodeProject;

  beforeAll(async () => {
    project = await createNodeProject();
    await project.link('@tensorflow/tfjs-core', '@tensorflow/tfjs-layers', '@tensorflow/tfjs-backend-wasm');
    await project.bundle('src/node/backend.ts', 'node');
  });

  afterAll(() => project.remove());

  it('give the bits that one gives, however many there are, and let the program end', async () => {
    const outputs = await Promise.all(
      [1, 2, 2, 3].map(async (count) => (await project.run(program(count))).stdout),
    );
    const [one = '', ...more] = outputs.map((output) => output.trim());
    expect(one).toMatch(/^WebAssembly with SIMD, with the training kernels of ssvae\/wasm [0-9a-f]{64}$/);
    expect(more).toEqual([2, 2, 3].map((count) => one.replace('SIMD,', `SIMD and ${count} threads,`)));
  });

  it('are refused where the backend has started already, by name', async () => {
    const { stdout } = await project.run(`
      import * as tf from '@tensorflow/tfjs-core';
      import { selectBackend } from './node.mjs';
      await selectBackend({ backend: 'wasm' });
      await selectBackend({ backend: 'wasm', threads: 2 }).catch(({ message }) => console.log(message));
      await selectBackend({ backend: 'wasm', threads: 0 }).catch(({ message }) => console.log(message));
    `);
    expect(stdout).toContain('WebAssembly has started already, and threads are to be had only before');
    expect(stdout).toContain('selectBackend: threads is 0, needed an integer of at least 1');
  });
});
