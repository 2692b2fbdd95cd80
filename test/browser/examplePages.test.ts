import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createUserProject, type UserProject } from '../support/installedLibrary';
import { absence, copyWasmFiles, launchBrowser, serveFolder } from './site';
import { type Visit, visit } from './visit';

const WASM =
  /^WebAssembly with SIMD, with the training kernels of ssvae\/wasm: the best that is available here\./;

/** Replaces a text in the only file of a folder that has it. */
async function replaceIn(folder: string, from: string, to: string): Promise<void> {
  let found = 0;
  for (const name of (await readdir(folder, { recursive: true })).filter((file) => /\.[jt]s$/.test(file))) {
    const path = join(folder, name);
    const text = await readFile(path, 'utf8');
    if (!text.includes(from)) continue;
    await writeFile(path, text.replace(from, to));
    found++;
  }
  expect(found, from).toBe(1);
}

describe('the pages of the examples, in Chromium', () => {
  let browser: Browser;
  let project: UserProject;
  /** What the first page that trained reached: the same seed gives the same numbers in all of them. */
  let reached: number | undefined;

  beforeAll(async () => {
    if (absence !== undefined) return;
    [browser, project] = await Promise.all([launchBrowser(), createUserProject(['vite'])]);
    for (const example of ['vite-worker', 'csp']) {
      await cp(resolve('examples/pages', example), join(project.folder, example), { recursive: true });
      await copyWasmFiles(join(project.folder, example, 'public/wasm'));
    }
    await cp(resolve('examples/pages/static'), project.folder, { recursive: true });
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(async () => {
    await browser?.close();
    await project?.remove();
  });

  const folderOf = (example: string): string => join(project.folder, example);

  const visitServer = (server: Server): Promise<Visit> =>
    visit(browser, `http://localhost:${(server.address() as AddressInfo).port}/`);

  /** Builds an example with its own configuration. */
  async function build(example: string): Promise<void> {
    const vite = await import('vite');
    const rollupOptions = { onwarn: () => {} };
    await vite.build({
      root: folderOf(example),
      logLevel: 'silent',
      build: { minify: false, rollupOptions },
    });
  }

  /** Visits what was built, as `vite preview` serves it, with headers in the place of those of the configuration. */
  async function visitBuilt(example: string, headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
    const vite = await import('vite');
    const preview = { port: 0, headers };
    const server = await vite.preview({ root: folderOf(example), logLevel: 'error', preview });
    const found = await visitServer(server.httpServer as Server);
    await server.close();
    return found;
  }

  /** Visits an example as `vite` serves it while it is written. */
  async function visitWritten(example: string): Promise<Visit> {
    const { createServer } = await import('vite');
    const server = await createServer({ root: folderOf(example), logLevel: 'error', server: { port: 0 } });
    await server.listen();
    const found = await visitServer(server.httpServer as Server);
    await server.close();
    return found;
  }

  const expectTrained = ({ text, accuracy, errors }: Visit): void => {
    expect(errors).toEqual([]);
    expect(text).toMatch(WASM);
    reached ??= accuracy;
    expect(accuracy).toBe(reached);
    // Chance is 10.
    expect(accuracy).toBeGreaterThan(60);
  };

  describe('in a worker of Vite', () => {
    const wrongPlace =
      /^selectBackend: wasmPaths is "\/nowhere\/", where WebAssembly does not start \(http:\/\/localhost:\d+\/nowhere\/tfjs-backend-wasm-simd\.wasm answered with text\/html\S*, which is not a WebAssembly module\), needed the \.wasm files of @tensorflow\/tfjs-backend-wasm\/dist at that address$/;

    it('a built page trains on WebAssembly', async () => {
      await build('vite-worker');
      expectTrained(await visitBuilt('vite-worker'));
    });

    it('a built page trains with threads under a policy that allows their blobs', async () => {
      const dist = join(folderOf('vite-worker'), 'dist');
      await replaceIn(dist, 'wasmPaths: "/wasm/"', 'wasmPaths: "/wasm/", backend: "wasm", threads: 2');
      const isolated = {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      };
      const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
      const blobs = "; worker-src 'self' blob:; connect-src 'self' blob:";
      const { text, accuracy, errors } = await visitBuilt('vite-worker', {
        ...isolated,
        'Content-Security-Policy': policy + blobs,
      });
      expect(errors).toEqual([]);
      expect(text).toMatch(/^WebAssembly with SIMD and 2 threads, .*: as asked\./);
      expect(accuracy).toBe(reached);
      const refused = await visitBuilt('vite-worker', { ...isolated, 'Content-Security-Policy': policy });
      expect(refused.text).toMatch(/^selectBackend: threads is 2, needed 1: a worker did not start/);
    });

    it('a wrong wasmPaths of a built page is an error that says what the server gave', async () => {
      const dist = join(folderOf('vite-worker'), 'dist');
      await replaceIn(dist, 'wasmPaths: "/wasm/"', 'wasmPaths: "/nowhere/"');
      await replaceIn(dist, ', backend: "wasm", threads: 2', '');
      expect((await visitBuilt('vite-worker')).text).toMatch(wrongPlace);
    });

    it('a page that is not built trains on WebAssembly, and a wrong wasmPaths is the same error', async () => {
      expectTrained(await visitWritten('vite-worker'));
      const worker = join(folderOf('vite-worker'), 'worker.ts');
      const text = await readFile(worker, 'utf8');
      await writeFile(worker, text.replace("'/wasm/'", "'/nowhere/'"));
      expect((await visitWritten('vite-worker')).text).toMatch(wrongPlace);
    });

    it('the build fails without the option that the configuration sets, and names it', async () => {
      await writeFile(
        join(folderOf('vite-worker'), 'worker.ts'),
        "import { selectBackend } from 'ssvae/browser';\nselectBackend();",
      );
      await replaceIn(folderOf('vite-worker'), "worker: { format: 'es' }", '');
      await expect(build('vite-worker')).rejects.toThrow('Invalid value "iife" for option "worker.format"');
    });
  });

  it('a module script trains without a build, from any file server', async () => {
    const { origin, close } = await serveFolder(project.folder);
    expectTrained(await visit(browser, origin));
    await close();
  });

  describe('under a policy without unsafe-eval', () => {
    const forbidden = { 'Content-Security-Policy': "default-src 'self'; script-src 'self'" };

    it('a page trains on WebAssembly', async () => {
      await build('csp');
      expectTrained(await visitBuilt('csp'));
    });

    it('a policy that forbids WebAssembly too is an error that says what to allow', async () => {
      const { text, errors } = await visitBuilt('csp', forbidden);
      expect(text).toBe(
        "selectBackend: the page's Content-Security-Policy forbids WebAssembly, needed 'wasm-unsafe-eval' in its script-src, or the slower { backend: 'cpu' }",
      );
      expect(errors).toEqual([]);
    });

    it('a policy that forbids WebAssembly too leaves plain JavaScript, for a page that asks for it', async () => {
      const dist = join(folderOf('csp'), 'dist');
      await replaceIn(dist, '{ wasmPaths: "/wasm/" }', '{ backend: "cpu" }');
      await replaceIn(dist, 'widths: [64]', 'widths: [8]');
      const { text, accuracy, errors } = await visitBuilt('csp', forbidden);
      expect(text).toMatch(/^plain JavaScript: as asked\. Epoch 3/);
      expect(errors).toEqual([]);
      expect(accuracy).toBeGreaterThan(20);
    });
  });
});
