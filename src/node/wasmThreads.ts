/** Worker threads for the WebAssembly backend. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assertWasmNotStarted } from '../core/backend';
import { everyBuild, STOCK_BINARY, shareMemory } from '../wasm/stockBinary';
import { startWorkers, workerSource } from '../wasm/workers';

/** Where the backend's binary lies: seen from the program's folder, or from the program. */
const pathOfBinary = (): string => {
  for (const from of [join(process.cwd(), 'package.json'), process.argv[1] ?? '']) {
    try {
      return createRequire(from).resolve(`@tensorflow/tfjs-backend-wasm/dist/${STOCK_BINARY}`);
    } catch {
      // The next place may know.
    }
  }
  throw new Error(`${STOCK_BINARY} is found from neither the working folder nor the program`);
};

/** A worker that has begun. */
const startWorker = async (source: string): Promise<Worker> => {
  const worker = new Worker(source, { eval: true });
  await once(worker, 'online');
  // Waiting for jobs is no reason to keep a program running.
  worker.unref();
  return worker;
};

/**
 * Makes the backend that starts next share its memory with worker threads, and lets our kernels use them.
 *
 * @param count threads, the main one included
 * @throws Error where the backend has started already, its binary is not found or damaged, or a worker does not start
 */
export async function startThreads(count: number): Promise<void> {
  assertWasmNotStarted();
  const path = pathOfBinary();
  const binary = await readFile(path);
  shareMemory(binary, path);
  const wasm = await import('../wasm/index');
  const source = workerSource(
    (take) => `require('node:worker_threads').parentPort.once('message', ${take});`,
  );
  await startWorkers(
    count - 1,
    () => startWorker(source),
    (startThread) => {
      wasm.setWasmPaths(everyBuild(`data:application/wasm;base64,${binary.toString('base64')}`), true);
      wasm.useThreads(count, startThread);
    },
  );
}
