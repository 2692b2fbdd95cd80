/** One download into memory. */

/** How far a download is. */
export interface DownloadProgress {
  /** name of the file that is coming */
  readonly file: string;
  /** bytes that have come */
  readonly received: number;
  /** bytes of the whole, where the server says */
  readonly total?: number;
}

/** How a file is fetched. */
export interface FetchBytesOptions {
  /** replaces the global `fetch` */
  readonly fetch?: typeof globalThis.fetch;
  /** called as bytes come */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** aborts the download */
  readonly signal?: AbortSignal;
  /** more than this is refused */
  readonly maxBytes: number;
}

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // What fetch throws says "fetch failed"; why stands in its cause.
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
};

/**
 * Fetches a URL whole.
 *
 * @param url what to fetch
 * @param options fetch, progress, signal, largest size
 * @returns the body's bytes
 * @throws Error in one line naming the URL when it cannot be reached, the server refuses, the body breaks off or
 * is too large; the signal's reason when it is aborted
 */
export async function fetchBytes(
  url: URL,
  { fetch = globalThis.fetch, onProgress, signal, maxBytes }: FetchBytesOptions,
): Promise<Uint8Array> {
  const file = url.pathname.split('/').at(-1) ?? '';
  const failed = (why: string, cause?: unknown): Error => new Error(`${url.href} ${why}`, { cause });
  const pieces: Uint8Array[] = [];
  let received = 0;
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw failed(`answered ${response.status} ${response.statusText}`.trimEnd());
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    // With a content encoding the length is that of the encoded body, which fetch unpacks on the way.
    const known = Number.isFinite(length) && !response.headers.has('content-encoding');
    const reader = response.body?.getReader();
    for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader?.read()) {
      pieces.push(read.value);
      received += read.value.length;
      if (received > maxBytes) {
        await reader?.cancel();
        throw failed(`sends more than ${maxBytes} bytes, which is not the file`);
      }
      onProgress?.({ file, received, ...(known && { total: length }) });
    }
    if (known && received !== length) throw failed(`broke off after ${received} of ${length} bytes`);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof Error && error.message.startsWith(url.href)) throw error;
    throw failed(
      received > 0
        ? `broke off after ${received} bytes (${reasonOf(error)})`
        : `cannot be reached (${reasonOf(error)})`,
      error,
    );
  }
  return Buffer.concat(pieces);
}
