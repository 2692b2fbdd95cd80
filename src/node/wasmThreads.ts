/** Worker threads for the WebAssembly backend. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assertWasmNotStarted } from '../host/backend';
import type { StockBackend } from '../wasm/stockBackend';
import { everyBuild, STOCK_BINARY, shareMemory } from '../wasm/stockBinary';
import { startWorkers, workerSource } from '../wasm/workers';
import { pathInProject } from './packages';

/** Where the backend's binary lies: in the project, or beside a program that was bundled. */
const pathOfBinary = (): string => {
  const beside = join(dirname(process.argv[1] ?? ''), STOCK_BINARY);
  const path =
    pathInProject(`@tensorflow/tfjs-backend-wasm/dist/${STOCK_BINARY}`) ??
    (existsSync(beside) ? beside : undefined);
  if (path === undefined)
    throw new Error(`${STOCK_BINARY} is found from neither the working folder nor the program`);
  return path;
};

/** A worker that has begun. */
const startWorker = async (source: string): Promise<Worker> => {
  const worker = new Worker(source, { eval: true });
  await once(worker, 'online');
  // Waiting for jobs is not a reason to keep a program running.
  worker.unref();
  return worker;
};

/**
 * Makes the backend that starts next share its memory with worker threads, and lets our kernels use them.
 *
 * @param count threads, the main one included
 * @param stock the backend, which is not started yet
 * @throws Error where the backend has started already, its binary is not found or damaged, or a worker does not start
 */
export async function startThreads(count: number, { setWasmPaths }: StockBackend): Promise<void> {
  assertWasmNotStarted();
  // The backend reads its binary by fetch then, and where there is none it would end the program.
  if (typeof globalThis.fetch !== 'function') throw new Error('threads need fetch, which this realm lacks');
  const path = pathOfBinary();
  const binary = await readFile(path);
  shareMemory(binary, path);
  const { useThreads } = await import('../wasm/training');
  const source = workerSource(
    (take) => `require('node:worker_threads').parentPort.once('message', ${take});`,
  );
  await startWorkers(
    count - 1,
    () => startWorker(source),
    (startThread) => {
      setWasmPaths(everyBuild(`data:application/wasm;base64,${binary.toString('base64')}`), true);
      useThreads(count, startThread);
    },
  );
}
