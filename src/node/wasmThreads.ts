/** Worker threads for the WebAssembly backend. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { engine } from '@tensorflow/tfjs-core';

const FILE = 'tfjs-backend-wasm-simd.wasm';

const HEADER = 8;
const MEMORY_SECTION = 5;
/** Limits of a memory: with a largest size, and with one and shared. */
const [BOUNDED, SHARED] = [1, 3];

/**
 * Declares the memory of a WebAssembly module as shared, in place.
 *
 * @throws Error where it has none of its own or one without a largest size, which shared memory must have
 */
function shareMemory(binary: Uint8Array): void {
  let at = HEADER;
  const next = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++] as number;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < binary.length) {
    const section = next();
    const size = next();
    // One memory, then its limits.
    if (section === MEMORY_SECTION && binary[at] === 1 && binary[at + 1] === BOUNDED) {
      binary[at + 1] = SHARED;
      return;
    }
    at += size;
  }
  throw new Error(`${FILE} has no memory that can be shared`);
}

/** Where the backend's binary lies: seen from the program's folder, or from the program. */
const pathOfBinary = (): string => {
  for (const from of [join(process.cwd(), 'package.json'), process.argv[1] ?? '']) {
    try {
      return createRequire(from).resolve(`@tensorflow/tfjs-backend-wasm/dist/${FILE}`);
    } catch {
      // The next place may know.
    }
  }
  throw new Error('@tensorflow/tfjs-backend-wasm is not installed');
};

/**
 * Makes the backend that starts next share its memory with worker threads, and lets our kernels use them.
 *
 * The backend has a build with threads, which does not start in Node. Its other build computes the same in shared
 * memory; only one byte of it says whose memory it is.
 *
 * @param count threads, the main one included
 * @throws Error where the backend has started already
 */
export async function startThreads(count: number): Promise<void> {
  if ('wasm' in engine().registry)
    throw new Error('WebAssembly has started already, and threads are to be had only before');
  const wasm = await import('../wasm/index');
  const binary = await readFile(pathOfBinary());
  shareMemory(binary);
  const url = `data:application/wasm;base64,${binary.toString('base64')}`;
  const names = ['tfjs-backend-wasm.wasm', FILE, 'tfjs-backend-wasm-threaded-simd.wasm'];
  wasm.setWasmPaths(Object.fromEntries(names.map((name) => [name, url])), true);
  // Tools that keep names of functions put calls of `__name` into their source.
  const source = `const __name = (f) => f; require('node:worker_threads').parentPort.once('message', ${wasm.serve});`;
  // A thread starts only while the main one is idle, which a training loop is not.
  const waiting = Array.from({ length: count - 1 }, () => new Worker(source, { eval: true }));
  await Promise.all(waiting.map((worker) => once(worker, 'online')));
  // Waiting for jobs is no reason to keep a program running.
  for (const worker of waiting) worker.unref();
  wasm.useThreads(count, (shared) => {
    const worker = waiting.pop();
    worker?.postMessage(shared);
    return { stop: () => void worker?.terminate() };
  });
}
