import { setBackend } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hostOperations, straysOf } from '../support/hostOperations';
import { type Measurements, measure } from './page/measurements';
import type { WorkerAnswer } from './page/worker';
import { absence, call, onGpu, openSite, type Site } from './site';

const wasmPaths = '/wasm/';

const expectClose = (measurements: Measurements, expected: Measurements): void => {
  expect(Object.keys(measurements)).toEqual(Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const actual = measurements[name] ?? [];
    expect(actual.length, name).toBe(values.length);
    const largest = Math.max(...values.map(Math.abs));
    for (const [i, value] of values.entries()) {
      // Drivers compute exp and log to fewer digits than float32 holds.
      expect(Math.abs((actual[i] as number) - value), `${name}[${i}]`).toBeLessThan(1e-4 * largest);
    }
  }
};

describe('the library in Chromium', () => {
  let site: Site;
  let expected: Measurements;

  beforeAll(async () => {
    if (absence !== undefined) return;
    await setBackend('cpu');
    [expected, site] = await Promise.all([measure(), openSite()]);
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(() => site?.close());

  it.each([
    ['webgpu', onGpu ? /^WebGPU on / : /^WebGPU on .*swiftshader.*, in software: as asked$/i],
    [
      'webgl',
      onGpu
        ? /^WebGL in 32-bit floats on /
        : /^WebGL in 32-bit floats on .*swiftshader.*, in software: as asked$/i,
    ],
    ['wasm', /^WebAssembly with SIMD, with the training kernels of ssvae\/wasm: as asked$/],
  ] as const)('computes on %s what it computes on cpu', async (backend, description) => {
    const page = await site.open();
    const { choice, inUse, measurements } = await call(page, 'run', { backend, wasmPaths });
    await page.close();
    expect(choice.name).toBe(backend);
    expect(inUse).toBe(backend);
    expect(choice.description).toMatch(description);
    expectClose(measurements, expected);
  });

  it('does operations together on webgpu, at values of every kind, and a step in few programs', async () => {
    const page = await site.open();
    await call(page, 'select', { backend: 'webgpu' });
    expect(straysOf(await call(page, 'operations', undefined), await hostOperations())).toEqual([]);
    expect(await call(page, 'programs', undefined)).toBeLessThanOrEqual(117);
    await page.close();
  });

  it.each(['webgpu', 'webgl', 'wasm'] as const)('gathers batches of a large set on %s', async (backend) => {
    const page = await site.open();
    expect(await call(page, 'resident', { backend, wasmPaths })).toBe(0);
    await page.close();
  });

  it('computes in a cross-origin-isolated page, without the threads of the backend, which some bundles break', async () => {
    const page = await site.open('isolated');
    const fetched: string[] = [];
    page.on('request', (request) => void fetched.push(request.url()));
    const { choice, measurements } = await call(page, 'run', { backend: 'wasm', wasmPaths });
    await page.close();
    const binaries = fetched.filter((url) => url.endsWith('.wasm'));
    expect(binaries.map((url) => url.replace(/.*\//, ''))).toEqual(['tfjs-backend-wasm-simd.wasm']);
    expect(choice.name).toBe('wasm');
    expectClose(measurements, expected);
  });

  it('computes with threads in a worker of an isolated page, with the same bits', async () => {
    const page = await site.open('isolated');
    const run = (threads: number): Promise<WorkerAnswer> =>
      call(page, 'inWorker', { backend: 'wasm', wasmPaths, threads });
    const [one, two, again] = [await run(1), await run(2), await run(2)];
    await page.close();
    if (!('digest' in one && 'digest' in two && 'digest' in again))
      throw new Error(JSON.stringify([one, two]));
    expect(two.description).toMatch(/^WebAssembly with SIMD and 2 threads, .*: as asked$/);
    expect([two.digest, again.digest]).toEqual([one.digest, one.digest]);
    expectClose(two.measurements, expected);
  });

  it('says why threads are not available, and has one where it may choose', async () => {
    const plain = await site.open();
    const isolated = await site.open('isolated');
    const { origin } = new URL(isolated.url());
    const options = { wasmPaths, threads: 2 } as const;
    const asked = { ...options, backend: 'wasm' } as const;
    const refusal = 'selectBackend: threads is 2, needed 1: ';
    expect(await call(plain, 'inWorker', asked)).toEqual({
      message:
        `${refusal}the page is not cross-origin isolated (Cross-Origin-Opener-Policy: same-origin, ` +
        'Cross-Origin-Embedder-Policy: require-corp), so it can share no memory with threads',
    });
    await expect(call(isolated, 'run', asked)).rejects.toThrow(
      `${refusal}threads wait for each other, which a page itself may not do: train in a worker`,
    );
    for (const [paths, reason] of [
      [undefined, 'threads need the place of tfjs-backend-wasm-simd.wasm, which wasmPaths does not tell'],
      ['/nowhere/', `${origin}/nowhere/tfjs-backend-wasm-simd.wasm answered 404 Not Found`],
      [
        '/?',
        `${origin}/?tfjs-backend-wasm-simd.wasm answered with text/html, which is not a WebAssembly module`,
      ],
    ] as const)
      expect(await call(isolated, 'inWorker', { ...asked, wasmPaths: paths })).toEqual({
        message: refusal + reason,
      });
    expect(await call(isolated, 'inWorker', { ...asked, threads: 1e6 })).toEqual({
      message: expect.stringContaining('selectBackend: threads is 1000000, needed at most '),
    });
    const { choice } = await call(isolated, 'run', options);
    expect(choice.description).toMatch(/^WebAssembly with SIMD, one thread \(threads wait .*\), with/);
    await Promise.all([plain.close(), isolated.close()]);
  });

  it('passes over renderers in software when it chooses by itself, and says so', async () => {
    const page = await site.open();
    const { choice } = await call(page, 'run', { wasmPaths });
    await page.close();
    expect(choice.name).toBe('wasm');
    expect(choice.description).toMatch(/: the best that is available here$/);
    expect(choice.passedOver.map(({ name }) => name)).toEqual(['webgpu', 'webgl']);
    for (const { reason } of choice.passedOver)
      expect(reason).toMatch(/in software .*slower than WebAssembly$/);
  });

  it('refuses half precision', async () => {
    const page = await site.open('tfjsflags=WEBGL_FORCE_F16_TEXTURES:true');
    await expect(call(page, 'run', { backend: 'webgl' })).rejects.toThrow(
      'selectBackend: backend is "webgl", which is not available: WebGL computes in half precision here',
    );
    await page.close();
  });

  it('refuses a wrong place of the files of WebAssembly, asked for or not, rather than take a slower backend', async () => {
    const needed = 'needed the .wasm files of @tensorflow/tfjs-backend-wasm/dist at that address';
    for (const [wasmPaths, reason, hint] of [
      ['/nowhere/', '/nowhere/tfjs-backend-wasm-simd.wasm answered 404 Not Found', ''],
      ['/wasm', '/wasmtfjs-backend-wasm-simd.wasm answered 404 Not Found', '; a folder ends with a slash'],
      [
        '/?',
        '/?tfjs-backend-wasm-simd.wasm answered with text/html, which is not a WebAssembly module',
        '; a folder ends with a slash',
      ],
    ] as const)
      for (const asked of [{ backend: 'wasm' }, {}] as const) {
        const page = await site.open();
        const { origin } = new URL(page.url());
        await expect(call(page, 'run', { ...asked, wasmPaths })).rejects.toThrow(
          `selectBackend: wasmPaths is "${wasmPaths}", where WebAssembly does not start (${origin}${reason}), ${needed}${hint}`,
        );
        await expect(call(page, 'run', { backend: 'wasm', wasmPaths: '/wasm/' })).rejects.toThrow(
          'selectBackend: WebAssembly was tried in this page before, which it takes once, needed to reload the page',
        );
        await page.close();
      }
    const page = await site.open();
    await expect(call(page, 'run', { wasmPaths: { 'tfjs-backend-wasm.wasm': '/wasm/' } })).rejects.toThrow(
      'where WebAssembly does not start (There were no entries found for the following binaries: tfjs-backend-wasm-simd.wasm',
    );
    await page.close();
  });

  it('says so where nobody said where the files of WebAssembly are, and it does not start', async () => {
    const page = await site.open();
    const { choice } = await call(page, 'run', {});
    await page.close();
    expect(choice.name).toBe('cpu');
    expect(choice.description).toMatch(
      /^plain JavaScript: the best that is available here; wasm is installed, faster, and fails: .*; serve the \.wasm files/,
    );
  });
});
