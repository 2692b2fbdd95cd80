/** One download, which goes on where an earlier one stopped. */
import { describe } from '../../core/describe';
import { messageOf } from '../../core/messageOf';
import { codeOf } from '../systemError';
import type { PartialFile } from './partialFile';
import type { RemoteFile } from './remoteFile';

/** How far a download is. */
export interface DownloadProgress {
  /** name of the file that is coming */
  readonly file: string;
  /** bytes that are there, those of an earlier try among them */
  readonly received: number;
  /** bytes of the whole, where the server says */
  readonly total?: number;
}

/** How a file is fetched. */
export interface FetchOptions {
  /** replaces the global `fetch` */
  readonly fetch?: typeof globalThis.fetch;
  /** called as bytes come */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** aborts the download; what has come stays for the next try */
  readonly signal?: AbortSignal;
  /** milliseconds without a byte after which the download is given up; default 60,000 */
  readonly silence?: number;
  /** bytes a second, averaged over each `silence`, below which the download is given up; default 1,000 */
  readonly leastRate?: number;
}

const reasonOf = (error: unknown): string => {
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null) return messageOf(error);
  // The error of fetch says "fetch failed". The reason is in its cause, which has no words if several addresses failed.
  return `${messageOf(error)}: ${messageOf(cause) || String(codeOf(cause))}`;
};

/** A signal that follows another, and fires by itself when nothing is heard for some time, or next to nothing. */
const listening = (silence: number, leastRate: number, signal: AbortSignal | undefined) => {
  const controller = new AbortController();
  const follow = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', follow);
  let timer: NodeJS.Timeout | undefined;
  // A byte ahead of each silence would be enough for ever: so bytes are counted over spans as long as the silence.
  let [since, bytes] = [performance.now(), 0];
  const heard = (count: number): void => {
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(new Error(`nothing came for ${silence / 1000} s`)), silence);
    bytes += count;
    const seconds = (performance.now() - since) / 1000;
    if (seconds < silence / 1000) return;
    if (bytes < leastRate * seconds)
      controller.abort(
        new Error(`${bytes} bytes came in ${Number(seconds.toPrecision(2))} s, needed ${leastRate} a second`),
      );
    [since, bytes] = [performance.now(), 0];
  };
  /** Begins to count: what a server took to answer is not a rate. */
  const answered = (): void => {
    [since, bytes] = [performance.now(), 0];
    heard(0);
  };
  const end = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', follow);
  };
  heard(0);
  return { signal: controller.signal, answered, heard, end };
};

/** Bytes that a body begins at and that the whole has, as far as the headers say; lengths are of encoded bodies. */
const extentOf = ({ status, headers }: Response): { readonly from?: number; readonly total?: number } => {
  if (headers.has('content-encoding')) return {};
  if (status === 200) {
    const length = headers.get('content-length');
    return { from: 0, ...(length !== null && { total: Number(length) }) };
  }
  const [, from, total] = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  return {
    ...(from !== undefined && { from: Number(from) }),
    ...(total !== undefined && total !== '*' && { total: Number(total) }),
  };
};

// A weak ETag promises no equal bytes, and may not be asked by (RFC 9110, §13.1.5).
const versionOf = ({ headers }: Response): string | undefined => {
  const etag = headers.get('etag');
  return (etag?.startsWith('"') ? etag : headers.get('last-modified')) ?? undefined;
};

const rangeFrom = ({ size, version }: PartialFile): Record<string, string> => ({
  ...(size > 0 && { range: `bytes=${size}-` }),
  ...(size > 0 && version !== undefined && { 'if-range': version }),
});

/**
 * Fetches a URL whole: what is there already is not asked for again, where the server can send the rest of the same
 * version; otherwise it begins anew. Check the checksum of the result, if you have one.
 *
 * @param remote what to fetch
 * @param partial what is there, which grows and stays whatever happens
 * @param options fetch, progress, signal, longest silence, least rate, and the most bytes that the file has
 * @returns the bytes, and whether some of them were there before
 * @throws Error in one line naming the URL when it cannot be reached, the server refuses, the body breaks off or
 * is too large; the signal's reason when it is aborted
 */
export async function fetchBytes(
  { url, headers, shown }: RemoteFile,
  partial: PartialFile,
  {
    fetch = globalThis.fetch,
    onProgress,
    signal,
    silence = 60_000,
    leastRate = 1000,
    maxBytes,
  }: FetchOptions & { readonly maxBytes: number },
): Promise<{ readonly bytes: Uint8Array; readonly resumed: boolean }> {
  signal?.throwIfAborted();
  const file = url.pathname.split('/').at(-1) ?? '';
  const failed = (why: string, cause?: unknown): Error => new Error(`${shown} ${why}`, { cause });
  const line = listening(silence, leastRate, signal);
  let answered = false;
  let total: number | undefined;
  const extent = (): string => `${partial.size}${total === undefined ? '' : ` of ${total}`} bytes`;

  /** What the network throws, in words; what the disk throws says its path itself. */
  const online = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (cause) {
      signal?.throwIfAborted();
      const why = answered ? `broke off after ${extent()}` : 'cannot be reached';
      throw failed(`${why} (${reasonOf(cause).replaceAll(url.href, shown)})`, cause);
    }
  };

  const assertSize = async (size: number): Promise<void> => {
    if (size <= maxBytes) return;
    await partial.restart(undefined);
    throw failed(`sends more than ${maxBytes} bytes, which is not the file`);
  };

  /** The body that goes on from what is there, or none where that is all. */
  const ask = async (): Promise<Response['body']> => {
    const response = await online(
      fetch(url, { signal: line.signal, headers: { ...headers, ...rangeFrom(partial) } }),
    );
    if (!Number.isInteger(response?.status) || typeof response.headers?.has !== 'function')
      throw failed(`cannot be fetched: fetch gives ${describe(response)}, needed a Response`);
    line.answered();
    answered = true;
    const { body, ok, status, statusText } = response;
    const { from, total: whole } = extentOf(response);
    total = whole;
    if (status === 200) {
      await partial.restart(versionOf(response));
      return body;
    }
    if (status === 206 && from === partial.size) return body;
    await body?.cancel();
    if (status === 416 && whole === partial.size) return null;
    if (partial.size === 0 || !(ok || status === 416))
      throw failed(`answered ${status} ${statusText}`.trimEnd());
    // The server sends another part than the one asked for, or has none: the whole instead.
    await partial.restart(undefined);
    return ask();
  };

  try {
    if (partial.size > maxBytes) await partial.restart(undefined);
    const reader = (await ask())?.getReader();
    const before = partial.size;
    try {
      await assertSize(total ?? 0);
      while (reader !== undefined) {
        const { done, value } = await online(reader.read());
        if (done) break;
        line.heard(value.length);
        await assertSize(partial.size + value.length);
        await partial.append(value);
        onProgress?.({ file, received: partial.size, ...(total !== undefined && { total }) });
      }
    } finally {
      // Of a body that was read to its end there is nothing left to cancel.
      await reader?.cancel().catch(() => undefined);
    }
    if (total !== undefined && partial.size !== total) throw failed(`broke off after ${extent()}`);
    return { bytes: await partial.read(), resumed: before > 0 };
  } finally {
    line.end();
  }
}
