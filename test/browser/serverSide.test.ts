import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createUserProject, type UserProject } from '../support/installedLibrary';
import { absence, copyWasmFiles, launchBrowser, serveFolder } from './site';
import { type Visit, visit } from './visit';

const run = promisify(execFile);

// Next.js takes a minute to build on two cores that have other work.
vi.setConfig({ testTimeout: 300_000 });

/** Where `scripts/setup-others.ts` installs Next.js. */
const others = resolve('runs/others/node_modules');

const RENDER = `
import { renderToString } from 'react-dom/server';
import Digits from './app/Digits';
if ('document' in globalThis) throw new Error('this is not a server');
console.log(renderToString(<Digits />));
`;

const HYDRATE = `
import { hydrateRoot } from 'react-dom/client';
import Digits from './app/Digits';
hydrateRoot(document.querySelector('#root'), <Digits />);
`;

const expectTrained = ({ text, accuracy, errors, served }: Visit): void => {
  expect(served).toBe('Loading …');
  expect(errors).toEqual([]);
  expect(text).toMatch(/^WebAssembly with SIMD, .*: the best that is available here\. Epoch 3/);
  // Chance is 10.
  expect(accuracy).toBeGreaterThan(60);
};

describe('the page of the examples that a server renders', () => {
  let browser: Browser;
  const projects: UserProject[] = [];

  /** A project with the files of the example. */
  async function projectOf(packages: readonly string[], parent?: string): Promise<string> {
    const project = await createUserProject(packages, parent);
    projects.push(project);
    await cp(resolve('examples/pages/next'), project.folder, { recursive: true });
    await copyWasmFiles(join(project.folder, 'public/wasm'));
    return project.folder;
  }

  beforeAll(async () => {
    if (absence === undefined) browser = await launchBrowser();
  });

  beforeEach((context) => {
    if (absence !== undefined) context.skip(absence);
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all(projects.map(({ remove }) => remove()));
  });

  it('is rendered by react-dom, with the library bundled or imported by Node, and trains in Chromium', async () => {
    const root = await projectOf(['vite', 'react', 'react-dom']);
    await Promise.all([
      writeFile(join(root, 'render.jsx'), RENDER),
      writeFile(join(root, 'hydrate.jsx'), HYDRATE),
      writeFile(join(root, 'package.json'), '{ "private": true, "type": "module" }'),
    ]);
    const { build } = await import('vite');
    const common = { root, configFile: false, logLevel: 'error', esbuild: { jsx: 'automatic' } } as const;
    const rollupOptions = { onwarn: () => {} };
    const rendered: string[] = [];
    for (const noExternal of [[], ['ssvae']]) {
      const outDir = join(root, 'server', String(noExternal.length));
      await build({
        ...common,
        ssr: { noExternal },
        build: { ssr: 'render.jsx', outDir, minify: false, rollupOptions },
      });
      const text = await readFile(join(outDir, 'render.js'), 'utf8');
      expect(/^import .* from "ssvae";$/m.test(text)).toBe(noExternal.length === 0);
      rendered.push((await run(process.execPath, [join(outDir, 'render.js')], { cwd: root })).stdout.trim());
    }
    expect(rendered).toEqual(Array(2).fill('<p id="status">Loading …</p>'));

    await writeFile(
      join(root, 'index.html'),
      `<!doctype html><meta charset="utf-8" /><div id="root">${rendered[0]}</div><script type="module" src="./hydrate.jsx"></script>`,
    );
    await build({ ...common, build: { minify: false, rollupOptions } });
    const { origin, close } = await serveFolder(join(root, 'dist'));
    expectTrained(await visit(browser, origin));
    await close();
  });

  it('is built and rendered by Next.js, and trains in Chromium', async (context) => {
    if (!existsSync(join(others, 'next')))
      context.skip('Next.js is absent; npx tsx scripts/setup-others.ts installs it');
    // Its bundler follows no link out of the folder that holds the lock file, which is this checkout.
    const root = await projectOf([], resolve('runs'));
    const modules = join(root, 'node_modules');
    for (const name of ['next', 'react', 'react-dom']) await symlink(join(others, name), join(modules, name));
    await writeFile(join(root, 'package.json'), '{ "private": true }');
    const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1' };
    const next = join(modules, 'next/dist/bin/next');
    await run(process.execPath, [next, 'build'], { cwd: root, env });

    const server = spawn(process.execPath, [next, 'start', '--port', '0'], { cwd: root, env });
    try {
      const origin = await new Promise<string>((found, failed) => {
        let output = '';
        const look = (chunk: Buffer): void => {
          output += chunk;
          const [address] = /http:\/\/localhost:[1-9]\d*/.exec(output) ?? [];
          if (address) found(address);
        };
        server.stdout.on('data', look);
        server.stderr.on('data', look);
        server.on('close', () => failed(new Error(output)));
      });
      expectTrained(await visit(browser, origin));
    } finally {
      server.kill();
    }
  });
});
