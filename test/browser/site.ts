/** Builds the page, serves it on localhost, and opens it in a headless Chromium. */
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { PageFunctions } from './page/main';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Where the browser is looked for. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Why no browser test can run; nothing where they can. */
export const absence: string | undefined = existsSync(executablePath)
  ? undefined
  : `there is no browser at ${executablePath}; install Chromium, or set CHROMIUM to its path`;

/** Whether the browser shall compute on a GPU: `npm run test:gpu` sets the variable. */
export const onGpu = process.env.SSVAE_BROWSER === 'gpu';

// A renderer in software takes twice as long to put pages together as they take to compute.
const ADAPTER = onGpu
  ? ['--ignore-gpu-blocklist']
  : [
      '--use-webgpu-adapter=swiftshader',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--disable-gpu-compositing',
    ];

// No traffic of the browser's own.
const FLAGS = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--enable-features=Vulkan',
  ...ADAPTER,
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
];

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** The page on localhost, and a browser to see it with. */
export interface Site {
  /** Opens the page afresh; `query` without its question mark, with `isolated` cross-origin isolated. */
  open(query?: string): Promise<Page>;
  /** Opens the page in another tab of the same browser, with the same storage. */
  openBeside(page: Page): Promise<Page>;
  /** Loads an open page anew: its memory is lost, its storage is kept. */
  reload(page: Page): Promise<void>;
  close(): Promise<void>;
}

/** Calls a function of the page. */
export const call = <Name extends keyof PageFunctions>(
  page: Page,
  name: Name,
  argument: Parameters<PageFunctions[Name]>[0],
): ReturnType<PageFunctions[Name]> =>
  page.evaluate(
    ([called, given]) => {
      type Functions = Readonly<Record<string, (argument: unknown) => Promise<unknown>>>;
      const { ssvaeTest } = globalThis as unknown as { readonly ssvaeTest: Functions };
      return ssvaeTest[called]?.(given);
    },
    [name as string, argument as unknown] as const,
  ) as ReturnType<PageFunctions[Name]>;

/** The sources that the library's names mean. */
export const alias = {
  'ssvae/browser': join(root, 'src/browser/index.ts'),
  ssvae: join(root, 'src/index.ts'),
};

/** A page: how it is built, and what holds once it can be used. */
export interface PageUnderTest {
  /** Writes index.html and its scripts into a folder. */
  build(folder: string): Promise<void>;
  /** an expression in the page */
  readonly ready: string;
}

const ownPage: PageUnderTest = {
  async build(folder) {
    await build({
      entryPoints: ['main', 'worker'].map((name) => join(root, `test/browser/page/${name}.ts`)),
      outdir: folder,
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'browser',
      alias,
      logLevel: 'error',
    });
    const html = '<!doctype html><script type="module" src="main.js"></script>';
    await writeFile(join(folder, 'index.html'), html);
  },
  ready: 'globalThis.ssvaeTest !== undefined',
};

/** Starts the browser. */
export const launchBrowser = (): Promise<Browser> => chromium.launch({ executablePath, args: FLAGS });

/** Copies the `.wasm` files of the WebAssembly backend into a folder. */
export const copyWasmFiles = (folder: string): Promise<void> =>
  cp(join(root, 'node_modules/@tensorflow/tfjs-backend-wasm/dist'), folder, {
    recursive: true,
    filter: (path) => extname(path) === '' || path.endsWith('.wasm'),
  });

/** A folder that is served on localhost. */
interface ServedFolder {
  readonly origin: string;
  close(): Promise<unknown>;
}

/** Serves the files of a folder; with `isolated` in the query a page is cross-origin isolated. */
export async function serveFolder(folder: string): Promise<ServedFolder> {
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    // A script may be run by a worker of an isolated page only if it asks for the same.
    const isolated = searchParams.has('isolated') || pathname.endsWith('.js');
    const path = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
    try {
      const body = await readFile(path);
      response
        .writeHead(200, {
          'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
          ...(isolated && {
            'cross-origin-opener-policy': 'same-origin',
            'cross-origin-embedder-policy': 'require-corp',
          }),
        })
        .end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((closed) => server.close(closed));
  return { origin: `http://localhost:${port}`, close };
}

/** Builds and serves a page, by default that of these tests, and starts the browser. */
export async function openSite(site: PageUnderTest = ownPage): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'ssvae-page-'));
  await site.build(folder);
  await copyWasmFiles(join(folder, 'wasm'));
  const { origin, close } = await serveFolder(folder);
  const browser = await launchBrowser();

  const ready = (page: Page) => page.waitForFunction(site.ready);

  const openIn = async (context: BrowserContext, query: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${origin}/?${query}`);
    await ready(page);
    return page;
  };

  return {
    open: async (query = '') => openIn(await browser.newContext(), query),
    openBeside: (page) => openIn(page.context(), ''),
    async reload(page) {
      await page.reload();
      await ready(page);
    },
    async close() {
      await browser.close();
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
