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

/** An error in one line that names the file. */
const failure = ({ shown }: RemoteFile, why: string, cause?: unknown): Error =>
  new Error(`${shown} ${why}`, { cause });

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

/** What a download needs on its way. */
interface Line extends Required<Pick<FetchOptions, 'fetch'>> {
  readonly remote: RemoteFile;
  readonly partial: PartialFile;
  readonly listener: ReturnType<typeof listening>;
  /** the caller's signal */
  readonly signal: AbortSignal | undefined;
}

/** Waits for the network, and says in its error how far the download is. An error of the disk names its path itself. */
const online = async <T>({ remote, signal }: Line, work: Promise<T>, how: () => string): Promise<T> => {
  try {
    return await work;
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = reasonOf(cause).replaceAll(remote.url.href, remote.shown);
    throw failure(remote, `${how()} (${reason})`, cause);
  }
};

/** The rest of a file. */
interface Rest {
  /** its bytes; null if all are there */
  readonly body: Response['body'];
  /** bytes of the whole, if the server says so */
  readonly total: number | undefined;
}

/** Asks for the bytes that are missing, or for the whole if the server cannot send them. */
const ask = async (line: Line): Promise<Rest> => {
  const { remote, partial, listener } = line;
  const headers = { ...remote.headers, ...rangeFrom(partial) };
  const response = await online(
    line,
    line.fetch(remote.url, { signal: listener.signal, headers }),
    () => 'cannot be reached',
  );
  if (!Number.isInteger(response?.status) || typeof response.headers?.has !== 'function')
    throw failure(remote, `cannot be fetched: fetch gives ${describe(response)}, needed a Response`);
  listener.answered();
  const { body, ok, status, statusText } = response;
  const { from, total } = extentOf(response);
  if (status === 200) {
    await partial.restart(versionOf(response));
    return { body, total };
  }
  if (status === 206 && from === partial.size) return { body, total };
  await body?.cancel();
  if (status === 416 && total === partial.size) return { body: null, total };
  if (partial.size === 0 || !(ok || status === 416))
    throw failure(remote, `answered ${status} ${statusText}`.trimEnd());
  // The server sends another part than the one asked for, or has none: the whole instead.
  await partial.restart(undefined);
  return ask(line);
};

/** Appends a body to what is there. */
const receive = async (
  line: Line,
  { body, total }: Rest,
  { onProgress, maxBytes }: Pick<FetchOptions, 'onProgress'> & { readonly maxBytes: number },
): Promise<void> => {
  const { remote, partial, listener } = line;
  const file = remote.url.pathname.split('/').at(-1) ?? '';
  const brokeOff = (): string =>
    `broke off after ${partial.size}${total === undefined ? '' : ` of ${total}`} bytes`;
  const assertSize = async (size: number): Promise<void> => {
    if (size <= maxBytes) return;
    await partial.restart(undefined);
    throw failure(remote, `sends more than ${maxBytes} bytes, which is not the file`);
  };
  const reader = body?.getReader();
  try {
    await assertSize(total ?? 0);
    while (reader !== undefined) {
      const { done, value } = await online(line, reader.read(), brokeOff);
      if (done) break;
      listener.heard(value.length);
      await assertSize(partial.size + value.length);
      await partial.append(value);
      await onProgress?.({ file, received: partial.size, ...(total !== undefined && { total }) });
    }
  } finally {
    // Of a body that was read to its end there is nothing left to cancel.
    await reader?.cancel().catch(() => undefined);
  }
  if (total !== undefined && partial.size !== total) throw failure(remote, brokeOff());
};

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
  remote: RemoteFile,
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
  const listener = listening(silence, leastRate, signal);
  const line = { remote, partial, fetch, listener, signal };
  try {
    if (partial.size > maxBytes) await partial.restart(undefined);
    const rest = await ask(line);
    const before = partial.size;
    await receive(line, rest, { onProgress, maxBytes });
    return { bytes: await partial.read(), resumed: before > 0 };
  } finally {
    listener.end();
  }
}
