/**
 * One who multiplies matrices, in Node: takes `{ who, threads }` as its argument and says what it is. To each product on
 * its standard input, a line of JSON with the milliseconds to spend, it answers with the time of its fastest call.
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { createNoise } from 'ssvae';
import { selectBackend } from 'ssvae/node';
import { encodeOnnx } from '../../src/onnx/file';
import type { Multiplier, Product } from './productLine';

/** Where `npm run bench:setup` puts jax-js, which no other part of the package needs. */
const JAX = 'bench/.venv/js/node_modules/@jax-js/jax';

/** Multiplies once; `free` ends it. */
interface Multiplication {
  run(): unknown;
  free?(): unknown;
}

/** Operands as they lie in memory. */
interface Operands {
  readonly product: Product;
  readonly a: Float32Array;
  readonly aShape: [number, number];
  readonly b: Float32Array;
  readonly bShape: [number, number];
}

/** One who multiplies: its versions, and how it is made ready for a product. */
interface Library {
  readonly versions: string;
  prepare(operands: Operands): Promise<Multiplication>;
}

const operandsOf = (product: Product): Operands => {
  const { m, k, n, transposed } = product;
  const noise = createNoise(1);
  return {
    product,
    a: noise.uniforms(m * k),
    aShape: transposed === 'a' ? [k, m] : [m, k],
    b: noise.uniforms(k * n),
    bShape: transposed === 'b' ? [n, k] : [k, n],
  };
};

async function tensorflow(ours: boolean, threads: number): Promise<Library> {
  let description = 'stock WebAssembly';
  if (ours) ({ description } = await selectBackend({ backend: 'wasm', threads }));
  else {
    await import('@tensorflow/tfjs-backend-wasm');
    await tf.setBackend('wasm');
  }
  return {
    versions: `${description}; TensorFlow.js ${tf.version_core}, Node ${process.versions.node}`,
    async prepare({ product: { transposed }, a, aShape, b, bShape }) {
      const [left, right] = [tf.tensor(a, aShape), tf.tensor(b, bShape)];
      return {
        run: () => tf.matMul(left, right, transposed === 'a', transposed === 'b').dispose(),
        free: () => tf.dispose([left, right]),
      };
    },
  };
}

async function onnx(threads: number): Promise<Library> {
  const ort = await import('onnxruntime-web');
  ort.env.wasm.numThreads = threads;
  return {
    versions: `onnxruntime-web ${ort.env.versions.web}`,
    async prepare({ product: { transposed, n }, a, aShape, b, bShape }) {
      const attributes = { transA: Number(transposed === 'a'), transB: Number(transposed === 'b') };
      const file = encodeOnnx({
        name: 'product',
        producerVersion: '0',
        description: '',
        metadata: {},
        nodes: [{ op: 'Gemm', name: 'product', inputs: ['a', 'b'], output: 'c', attributes }],
        constants: [],
        inputs: [
          { name: 'a', shape: aShape.slice(1) },
          { name: 'b', shape: bShape.slice(1) },
        ],
        outputs: [{ name: 'c', shape: [n] }],
      });
      const session = await ort.InferenceSession.create(file);
      const feeds = { a: new ort.Tensor('float32', a, aShape), b: new ort.Tensor('float32', b, bShape) };
      return { run: () => session.run(feeds), free: () => session.release() };
    },
  };
}

/** What is used of jax-js, whose arrays are counted: a call takes its operands away, and `ref` is one more. */
interface Jax {
  init(device: string): Promise<unknown>;
  defaultDevice(device: string): void;
  jit(f: (a: JaxArray, b: JaxArray) => JaxArray): (a: JaxArray, b: JaxArray) => JaxArray;
  blockUntilReady(array: JaxArray): Promise<unknown>;
  readonly numpy: {
    array(data: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    transpose(a: JaxArray): JaxArray;
  };
}
interface JaxArray {
  readonly ref: JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  dispose(): void;
}

async function jax(threads: number): Promise<Library> {
  if (threads > 1) throw new Error('jax-js has one thread in Node');
  const path = pathToFileURL(`${JAX}/dist/index.js`).href;
  const { init, defaultDevice, jit, blockUntilReady, numpy }: Jax = await import(path);
  await init('wasm');
  defaultDevice('wasm');
  return {
    versions: 'jax-js 0.1.25',
    async prepare({ product: { transposed }, a, aShape, b, bShape }) {
      const [left, right] = [numpy.array(a).reshape(aShape), numpy.array(b).reshape(bShape)];
      const multiply = jit((x, y) =>
        numpy.matmul(
          transposed === 'a' ? numpy.transpose(x) : x,
          transposed === 'b' ? numpy.transpose(y) : y,
        ),
      );
      return {
        async run() {
          const c = multiply(left.ref, right.ref);
          await blockUntilReady(c);
          c.dispose();
        },
        free() {
          left.dispose();
          right.dispose();
        },
      };
    },
  };
}

/** The fastest call in so many milliseconds, after one that is not timed. */
async function fastest({ run }: Multiplication, budget: number): Promise<number> {
  await run();
  let best = Number.POSITIVE_INFINITY;
  const end = performance.now() + budget;
  do {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  } while (performance.now() < end);
  return best;
}

const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const { who, threads } = JSON.parse(process.argv.at(-1) as string) as { who: Multiplier; threads: number };
const libraries: Readonly<Partial<Record<Multiplier, () => Promise<Library>>>> = {
  ssvae: () => tensorflow(true, threads),
  'TensorFlow.js': () => tensorflow(false, threads),
  'ONNX Runtime': () => onnx(threads),
  'jax-js': () => jax(threads),
};
try {
  const library = await libraries[who]?.();
  if (library === undefined) throw new Error(`${who} is no library of Node`);
  say({ versions: library.versions });
  for await (const line of createInterface({ input: process.stdin })) {
    const { product, budget } = JSON.parse(line) as { product: Product; budget: number };
    const multiplication = await library.prepare(operandsOf(product));
    say({ ms: await fastest(multiplication, budget) });
    await multiplication.free?.();
  }
} catch (error) {
  say({ unable: error instanceof Error ? (error.message.split('\n')[0] as string) : String(error) });
}
