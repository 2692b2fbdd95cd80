import { createRequire } from 'node:module';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createNodeProject, type NodeProject } from '../support/nodeProject';

const TFJS = ['core', 'layers', 'backend-cpu', 'backend-wasm'].map((name) => `@tensorflow/tfjs-${name}`);

const NOT_INSTALLED = [
  {
    name: 'tensorflow',
    reason: '@tensorflow/tfjs-node-gpu is not installed, @tensorflow/tfjs-node is not installed',
  },
  { name: 'webgpu', reason: 'webgpu is not installed' },
];

const FAKE_NATIVE = `
  const tf = require('@tensorflow/tfjs-core');
  const { MathBackendCPU } = require('@tensorflow/tfjs-backend-cpu');
  const util = require('util');
  if (!util.isNullOrUndefined(undefined) || util.isNullOrUndefined(0) || !util.isArray([])) throw new Error('util');
  tf.copyRegisteredKernels('cpu', 'tensorflow');
  tf.registerBackend('tensorflow', () => new MathBackendCPU(), 3);
`;

const fakeDawn = (adapter: string): string =>
  `exports.globals = {}; exports.create = () => ({ requestAdapter: async () => (${adapter}) });`;

const installed = (name: string): boolean => {
  try {
    createRequire(import.meta.url).resolve(name);
    return true;
  } catch {
    return false;
  }
};

describe('selectBackend in Node', () => {
  let library: NodeProject;
  let project: NodeProject;

  beforeAll(async () => {
    library = await createNodeProject();
    // A bundle of one file imports what the recorder needs at its top.
    await library.link(...TFJS, 'google-protobuf');
    await library.bundle('src/node/backend.ts', 'backend');
  });

  afterAll(() => library.remove());

  // A user's project, in which packages can be made up; the library lies elsewhere.
  beforeEach(async () => {
    project = await createNodeProject();
    await project.link(...TFJS);
    return () => project.remove();
  });

  const select = async (
    options: string,
    { format = 'mjs', before = '' }: { format?: 'mjs' | 'cjs'; before?: string } = {},
  ) => {
    const body = `
      const tf = await import('@tensorflow/tfjs-core');
      const { selectBackend } = await import('./backend.${format}');
      await import('@tensorflow/tfjs-layers');
      ${before}
      try {
        const choice = await selectBackend(${options});
        const w = tf.ones([2, 2, 1, 1]);
        const gradient = tf.grad((f) => tf.sum(tf.conv2d(tf.reshape(tf.range(0, 16), [1, 4, 4, 1]), f, 2, 'valid')))(w);
        const log = process.env.TF_CPP_MIN_LOG_LEVEL;
        console.log(JSON.stringify({ choice, inUse: tf.getBackend(), gradient: [...(await gradient.data())], log }));
      } catch (error) {
        console.log(JSON.stringify({ name: error.name, message: error.message }));
      }`;
    const { stdout } = await library.run(`(async () => {${body}})();`, { format, cwd: project.folder });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };

  it.each(['mjs', 'cjs'] as const)(
    'takes WebAssembly where nothing better is installed, from %s',
    async (format) => {
      const { choice, inUse, gradient } = await select('', { format });
      expect(choice).toEqual({
        name: 'wasm',
        description:
          'WebAssembly with SIMD, with the training kernels of ssvae/wasm: the best that is available here',
        passedOver: NOT_INSTALLED,
      });
      expect(inUse).toBe('wasm');
      expect(gradient).toEqual([20, 24, 36, 40]);
    },
  );

  it('takes the backend asked for', async () => {
    const { choice, inUse } = await select(`{ backend: 'cpu' }`);
    expect(choice).toEqual({ name: 'cpu', description: 'plain JavaScript: as asked', passedOver: [] });
    expect(inUse).toBe('cpu');
  });

  it('names the package to install when the one asked for is absent', async () => {
    expect(await select(`{ backend: 'tensorflow' }`)).toEqual({
      name: 'Error',
      message:
        'selectBackend: backend is "tensorflow", which is not available: @tensorflow/tfjs-node-gpu is not installed, ' +
        '@tensorflow/tfjs-node is not installed; needed: npm install @tensorflow/tfjs-node',
    });
    expect(await select(`{ backend: 'webgpu' }`)).toEqual({
      name: 'Error',
      message:
        'selectBackend: backend is "webgpu", which is not available: webgpu is not installed; ' +
        'needed: npm install webgpu @tensorflow/tfjs-backend-webgpu',
    });
  });

  it('refuses a name it does not know, listing those it does', async () => {
    expect(await select(`{ backend: 'webgl' }`)).toEqual({
      name: 'RangeError',
      message: 'selectBackend: backend is "webgl", needed one of "tensorflow", "webgpu", "wasm", "cpu"',
    });
  });

  it("finds native TensorFlow in the user's project, and gives it the util functions Node 23 removed", async () => {
    await project.write('node_modules/@tensorflow/tfjs-node/index.js', FAKE_NATIVE);
    const { choice, inUse, gradient, log } = await select('', {
      before: `const util = (await import('node:util')).default; delete util.isArray; delete util.isNullOrUndefined;`,
    });
    expect(choice.description).toBe(
      'native TensorFlow from @tensorflow/tfjs-node: the best that is available here',
    );
    expect(inUse).toBe('tensorflow');
    expect(gradient).toEqual([20, 24, 36, 40]);
    expect(log).toBe('2');
  });

  it('keeps the log level of TensorFlow that was set', async () => {
    await project.write('node_modules/@tensorflow/tfjs-node/index.js', FAKE_NATIVE);
    const { log } = await select('', { before: `process.env.TF_CPP_MIN_LOG_LEVEL = '0';` });
    expect(log).toBe('0');
  });

  it('goes on to the CPU build when the GPU build does not load, and says why in one line', async () => {
    await project.write(
      'node_modules/@tensorflow/tfjs-node-gpu/index.js',
      `require('@tensorflow/tfjs-core').registerKernel({ kernelName: 'Add', backendName: 'tensorflow', kernelFunc() {} });
       throw new Error('The native addon module cannot be found.\\nPlease run a command');`,
    );
    const { choice } = await select('');
    expect(choice.name).toBe('wasm');
    expect(choice.passedOver[0].reason).toBe(
      '@tensorflow/tfjs-node-gpu: The native addon module cannot be found, @tensorflow/tfjs-node is not installed',
    );
    await project.write('node_modules/@tensorflow/tfjs-node/index.js', FAKE_NATIVE);
    expect((await select('')).choice.description).toContain('from @tensorflow/tfjs-node:');
  });

  it('does not say to install what is installed and fails, and says what else was taken instead', async () => {
    await project.write(
      'node_modules/@tensorflow/tfjs-node/index.js',
      `throw new Error('The native addon module cannot be found.');`,
    );
    const reason =
      '@tensorflow/tfjs-node-gpu is not installed, @tensorflow/tfjs-node: The native addon module cannot be found';
    expect(await select(`{ backend: 'tensorflow' }`)).toEqual({
      name: 'Error',
      message: `selectBackend: backend is "tensorflow", which is not available: ${reason}`,
    });
    const { choice } = await select('');
    expect(choice.description).toBe(
      'WebAssembly with SIMD, with the training kernels of ssvae/wasm: the best that is available here; ' +
        `tensorflow is installed, faster, and fails: ${reason}`,
    );
  });

  it('says that WebAssembly does not start, rather than only being slow', async () => {
    const before = `
      const { registerBackend, removeBackend } = tf;
      await import('@tensorflow/tfjs-backend-wasm');
      removeBackend('wasm');
      registerBackend('wasm', () => Promise.reject({ message: 'no such .wasm file' }));`;
    const { choice } = await select('', { before });
    const reason =
      'its .wasm files do not load; a bundled program needs those of @tensorflow/tfjs-backend-wasm/dist beside it';
    expect(choice.name).toBe('cpu');
    expect(choice.description).toBe(
      `plain JavaScript: the best that is available here; wasm is installed, faster, and fails: ${reason}`,
    );
    expect(choice.passedOver.at(-1)).toEqual({ name: 'wasm', reason });
    expect(await select(`{ backend: 'wasm' }`, { before })).toEqual({
      name: 'Error',
      message: `selectBackend: backend is "wasm", which is not available: ${reason}`,
    });
  });

  it.each(['mjs', 'cjs'] as const)(
    'finds packages of the project when the working folder was changed, from %s',
    async (format) => {
      await project.write('node_modules/@tensorflow/tfjs-node/index.js', FAKE_NATIVE);
      const { choice } = await select('', { format, before: `process.chdir('/');` });
      expect(choice.name).toBe('tensorflow');
    },
  );

  const together = async (...options: readonly string[]) => {
    const body = `
      const backends = await Promise.all(['mjs', 'cjs'].map((format) => import('./backend.' + format)));
      const choices = [${options}].map((options, i) => backends[i % 2].selectBackend({ backend: 'wasm', ...options }));
      const said = await Promise.allSettled(choices);
      console.log(JSON.stringify(said.map(({ value, reason }) => value?.description ?? reason.message)));
      process.exit();`;
    const { stdout } = await library.run(`(async () => {${body}})();`, { cwd: project.folder });
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  };

  it('answers two calls at once one after the other, of two copies of the library too', async () => {
    const said = (team: string): string =>
      `WebAssembly with SIMD${team}, with the training kernels of ssvae/wasm: as asked`;
    const refused = (threads: number, needed: number): string =>
      `selectBackend: threads is ${threads}, needed ${needed}: WebAssembly has started already, and threads are available only before it starts`;
    expect(await together('{}', '{}')).toEqual([said(''), said('')]);
    expect(await together('{}', '{ threads: 2 }')).toEqual([said(''), refused(2, 1)]);
    const two = said(' and 2 threads');
    expect(await together('{ threads: 2 }', '{ threads: 2 }', '{}')).toEqual([two, two, two]);
    expect(await together('{ threads: 2 }', '{ threads: 3 }')).toEqual([two, refused(3, 2)]);
  });

  it.each([
    ['no adapter', 'null', 'WebGPU finds no adapter'],
    [
      'a software adapter by its name',
      `{ info: { vendor: 'google', architecture: 'swiftshader', description: '' } }`,
      'WebGPU finds only an adapter in software (google swiftshader), slower than WebAssembly',
    ],
    [
      'a software adapter by its flag',
      `{ info: { vendor: 'acme', isFallbackAdapter: true } }`,
      'WebGPU finds only an adapter in software (acme), slower than WebAssembly',
    ],
  ])('passes over WebGPU with %s', async (_, adapter, reason) => {
    await project.write('node_modules/webgpu/index.js', fakeDawn(adapter));
    const { choice } = await select('');
    expect(choice.name).toBe('wasm');
    expect(choice.passedOver[1]).toEqual({ name: 'webgpu', reason });
  });

  it('runs native TensorFlow on the same engine', async (context) => {
    if (!installed('@tensorflow/tfjs-node')) context.skip('@tensorflow/tfjs-node is not installed');
    await project.link('@tensorflow/tfjs-node');
    const { choice, inUse, gradient } = await select(`{ backend: 'tensorflow' }`);
    expect(choice.description).toBe('native TensorFlow from @tensorflow/tfjs-node: as asked');
    expect(inUse).toBe('tensorflow');
    expect(gradient).toEqual([20, 24, 36, 40]);
  });
});
