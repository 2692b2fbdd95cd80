import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNodeProject, type NodeProject } from '../support/nodeProject';

const program = (threads: number): string => `
  import '@tensorflow/tfjs-layers';
  import { digestOfDividedWork } from './work.mjs';
  import { selectBackend } from './node.mjs';
  const { description } = await selectBackend({ backend: 'wasm', threads: ${threads} });
  console.log(description.split(':')[0], await digestOfDividedWork());
`;

describe('threads on WebAssembly in Node', () => {
  let project: NodeProject;

  beforeAll(async () => {
    project = await createNodeProject();
    await project.link(
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-wasm',
      'google-protobuf',
    );
    await project.bundle('src/node/backend.ts', 'node');
    await project.bundle('test/support/dividedWork.ts', 'work');
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

  it('are refused where the backend has started already, in words of their own', async () => {
    const { stdout } = await project.run(`
      import * as tf from '@tensorflow/tfjs-core';
      import { selectBackend } from './node.mjs';
      await selectBackend({ backend: 'wasm' });
      for (const threads of [2, 0, 1e6])
        await selectBackend({ backend: 'wasm', threads }).catch((error) => console.log(String(error)));
    `);
    expect(stdout.trim().split('\n')).toEqual([
      'Error: selectBackend: threads is 2, needed 1: ' +
        'WebAssembly has started already, and threads are available only before it starts',
      'RangeError: selectBackend: threads is 0, needed an integer of at least 1',
      expect.stringMatching(
        /^RangeError: selectBackend: threads is 1000000, needed at most \d+ on this machine, as threads beyond its cores only take memory$/,
      ),
    ]);
  });

  it('stay as they are where the backend is chosen again', async () => {
    const { stdout } = await project.run(`
      import * as tf from '@tensorflow/tfjs-core';
      import { selectBackend } from './node.mjs';
      for (const threads of [2, 2, undefined, 3])
        await selectBackend({ backend: 'wasm', ...(threads && { threads }) }).then(
          ({ description }) => console.log(description.split(', ')[0]),
          (error) => console.log(String(error)),
        );
      process.exit();
    `);
    expect(stdout.trim().split('\n')).toEqual([
      ...Array(3).fill('WebAssembly with SIMD and 2 threads'),
      'Error: selectBackend: threads is 3, needed 2: ' +
        'WebAssembly has started already, and threads are available only before it starts',
    ]);
  });

  // The second of three workers cannot be made, as where a policy or a limit forbids it.
  const withFailingWorker = (options: string): string => `
    import workers from 'node:worker_threads';
    import { syncBuiltinESMExports } from 'node:module';
    import * as tf from '@tensorflow/tfjs-core';
    let made = 0;
    const ended = [];
    workers.Worker = class extends workers.Worker {
      constructor(...options) {
        if (++made === 2) throw new Error('no more workers');
        super(...options);
        this.on('exit', () => ended.push(this));
      }
    };
    syncBuiltinESMExports();
    const { selectBackend } = await import('./node.mjs');
    const { description } = await selectBackend(${options}).catch(({ message }) => ({ description: message }));
    await selectBackend({ backend: 'wasm' });
    for (let i = 0; i < 500 && ended.length < 2; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    const { wasm } = tf.backend();
    console.log(description);
    console.log(ended.length);
    console.log((wasm.asm?.memory ?? wasm.wasmMemory).buffer.constructor.name);
    process.exit();
  `;

  it.each([
    [`{ backend: 'wasm', threads: 4 }`, 'selectBackend: threads is 4, needed 1: no more workers'],
    [
      '{ threads: 4 }',
      'WebAssembly with SIMD, one thread (no more workers), with the training kernels of ssvae/wasm: ' +
        'the best that is available here',
    ],
  ])('leave nothing behind where one does not start: %s', async (options, said) => {
    const { stdout } = await project.run(withFailingWorker(options));
    expect(stdout.trim().split('\n')).toEqual([said, '2', 'ArrayBuffer']);
  });
});
