/** Threads in a page, with workers that are made up: of real ones none can be made to fail alone. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { startThreads } from '../../src/browser/wasmThreads';
import { useThreads } from '../../src/wasm/training';

vi.mock('../../src/wasm/training', () => ({ useThreads: vi.fn() }));

const stock = { setWasmPaths: () => void events.push('paths') };

const binary = await readFile(
  createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'),
);

/** What was done, in order. */
let events: string[];
/** Which worker fails, from 1. */
let failing: number | undefined;

class FakeWorker {
  private static made = 0;
  private readonly number = ++FakeWorker.made;
  onmessage?: () => void;
  onerror?: (event: { message?: string }) => void;

  static reset(): void {
    FakeWorker.made = 0;
  }

  constructor() {
    const fails = this.number === failing;
    setTimeout(() => {
      events.push(`${this.number} ${fails ? 'fails' : 'starts'}`);
      if (fails) this.onerror?.({});
      else this.onmessage?.();
    });
  }

  terminate(): void {
    events.push(`${this.number} ends`);
  }
}

beforeEach(() => {
  events = [];
  failing = undefined;
  FakeWorker.reset();
  const note = (event: string) => () => void events.push(event);
  vi.mocked(useThreads).mockImplementation(note('threads'));
  let urls = 0;
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => {
    events.push(`blob:${++urls}`);
    return `blob:${urls}`;
  });
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation((url) => void events.push(`${url} revoked`));
  vi.stubGlobal('location', { href: 'http://localhost/page/' });
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('crossOriginIsolated', true);
  vi.stubGlobal('fetch', async () => new Response(Uint8Array.from(binary)));
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('starts all workers before it changes anything', async () => {
  await startThreads(3, '/wasm/', stock);
  expect(events).toEqual(['blob:1', '1 starts', '2 starts', 'blob:2', 'paths', 'threads', 'blob:1 revoked']);
});

it.each([1, 2, 3])(
  'ends the workers that have started, and changes nothing, where number %i fails',
  async (n) => {
    failing = n;
    await expect(startThreads(4, '/wasm/', stock)).rejects.toThrow(
      'a worker did not start (its policy may forbid workers of blobs)',
    );
    const [first, ...rest] = events;
    expect(first).toBe('blob:1');
    expect(rest.at(-1)).toBe('blob:1 revoked');
    expect(rest.slice(0, -1).sort()).toEqual(
      [1, 2, 3].flatMap((i) => [`${i} ends`, i === n ? `${i} fails` : `${i} starts`]),
    );
  },
);
