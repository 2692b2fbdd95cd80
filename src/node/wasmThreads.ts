/** Worker threads for the WebAssembly backend. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assertNotStarted } from '../core/backend';
import { everyBuild, STOCK_BINARY, shareMemory, threadSource } from '../wasm/stockBinary';

/** Where the backend's binary lies: seen from the program's folder, or from the program. */
const pathOfBinary = (): string => {
  for (const from of [join(process.cwd(), 'package.json'), process.argv[1] ?? '']) {
    try {
      return createRequire(from).resolve(`@tensorflow/tfjs-backend-wasm/dist/${STOCK_BINARY}`);
    } catch {
      // The next place may know.
    }
  }
  throw new Error('@tensorflow/tfjs-backend-wasm is not installed');
};

/**
 * Makes the backend that starts next share its memory with worker threads, and lets our kernels use them.
 *
 * @param count threads, the main one included
 * @throws Error where the backend has started already
 */
export async function startThreads(count: number): Promise<void> {
  assertNotStarted('wasm');
  const wasm = await import('../wasm/index');
  const binary = await readFile(pathOfBinary());
  shareMemory(binary);
  wasm.setWasmPaths(everyBuild(`data:application/wasm;base64,${binary.toString('base64')}`), true);
  const source = threadSource(
    (take) => `require('node:worker_threads').parentPort.once('message', ${take});`,
  );
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
