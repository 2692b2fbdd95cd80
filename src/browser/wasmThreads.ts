/** Workers for the WebAssembly backend, where a page may share memory with them. */
import { assertWasmNotStarted } from '../host/backend';
import { reasonOf } from '../host/backendErrors';
import type { StockBackend } from '../wasm/stockBackend';
import { assertModule, everyBuild, STOCK_BINARY, shareMemory } from '../wasm/stockBinary';
import { startWorkers, workerSource } from '../wasm/workers';

/** Where the `.wasm` files of `@tensorflow/tfjs-backend-wasm` are served: a folder's URL, or one URL per file. */
export type WasmPaths = string | Readonly<Record<string, string>>;

const urlOfBinary = (paths: WasmPaths | undefined): string => {
  const url = typeof paths === 'string' ? `${paths}${STOCK_BINARY}` : paths?.[STOCK_BINARY];
  if (url === undefined)
    throw new Error(`threads need the place of ${STOCK_BINARY}, which wasmPaths does not tell`);
  return url;
};

/** The binary at a URL, or an error that says what is there: the whole address, as a worker resolves it in another way than its page. */
const fetchBinary = async (url: string): Promise<Uint8Array<ArrayBuffer>> => {
  const place = new URL(url, location.href).href;
  const response = await fetch(url).catch((cause) => {
    throw new Error(`${place} could not be fetched (${reasonOf(cause)})`, { cause });
  });
  const { ok, status, statusText, headers } = response;
  if (!ok) throw new Error(`${place} answered ${status} ${statusText}`.trimEnd());
  const binary = new Uint8Array(await response.arrayBuffer());
  assertModule(binary, `${place} answered with ${headers.get('content-type') ?? 'bytes'}, which`);
  return binary;
};

/**
 * What is wrong with the place of the files, as far as one of them tells: the backend itself only says that it failed.
 *
 * @param paths where they should be
 */
export async function faultOfPaths(paths: WasmPaths): Promise<string | undefined> {
  try {
    await fetchBinary(urlOfBinary(paths));
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** A worker that has begun; what a page's policy forbids shows as an error of it. */
const startWorker = (source: string): Promise<Worker> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(source);
    worker.onmessage = () => resolve(worker);
    worker.onerror = ({ message = 'its policy may forbid workers of blobs' }) => {
      worker.terminate();
      reject(new Error(`a worker did not start (${message})`));
    };
  });

/**
 * Makes the backend that starts next share its memory with workers, and lets our kernels use them.
 *
 * @param count threads, the calling one included
 * @param paths where the backend's files are served
 * @param stock the backend, which is not started yet
 * @throws Error where the backend has started already, the page is not isolated, the calling thread is the page's own, the
 *   binary cannot be fetched or is damaged, or a worker does not start
 */
export async function startThreads(
  count: number,
  paths: WasmPaths | undefined,
  { setWasmPaths }: StockBackend,
): Promise<void> {
  assertWasmNotStarted();
  if (!globalThis.crossOriginIsolated)
    throw new Error(
      'the page is not cross-origin isolated (Cross-Origin-Opener-Policy: same-origin, ' +
        'Cross-Origin-Embedder-Policy: require-corp), so it can share no memory with threads',
    );
  if ('document' in globalThis)
    throw new Error('threads wait for each other, which a page itself may not do: train in a worker');
  const url = urlOfBinary(paths);
  const binary = await fetchBinary(url);
  shareMemory(binary, url);
  const { useThreads } = await import('../wasm/training');
  const source = URL.createObjectURL(
    new Blob([workerSource((take) => `onmessage = ({ data }) => ${take}(data); postMessage('ready');`)]),
  );
  try {
    await startWorkers(
      count - 1,
      () => startWorker(source),
      (startThread) => {
        const shared = new Blob([binary], { type: 'application/wasm' });
        setWasmPaths(everyBuild(URL.createObjectURL(shared)));
        useThreads(count, startThread);
      },
    );
  } finally {
    URL.revokeObjectURL(source);
  }
}
