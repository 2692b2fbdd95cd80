/** Programs in TypeScript, run in processes of their own. */
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What runs TypeScript in Node: `node --import LOADER program.ts`. */
export const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Programs in plain JavaScript. */
export interface BuiltPrograms {
  /** the folder that they are in, as they are in the repository */
  readonly folder: string;
  /** The built file of a source. */
  pathOf(source: string): string;
  remove(): Promise<void>;
}

/**
 * Builds programs with the library in them, and packages outside: a loader of TypeScript takes seconds for the sources
 * of the library, at each start.
 *
 * @param sources of the programs, in the repository
 */
export async function buildPrograms(sources: readonly string[]): Promise<BuiltPrograms> {
  // Below the packages that the programs import.
  const runs = join(root, 'runs');
  await mkdir(runs, { recursive: true });
  const folder = await mkdtemp(join(runs, 'programs-'));
  await build({
    entryPoints: sources.map((source) => resolve(root, source)),
    outdir: folder,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    tsconfig: join(root, 'tsconfig.json'),
    logLevel: 'error',
  });
  return {
    folder,
    pathOf: (source) => join(folder, relative(root, resolve(root, source)).replace(/\.ts$/, '.mjs')),
    remove: () => rm(folder, { recursive: true }),
  };
}

/** Where and with which variables a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** What Node is started with for a program: one in TypeScript needs the loader. */
export const starting = (path: string): readonly string[] =>
  path.endsWith('.ts') ? ['--import', loader, path] : [path];

/** Runs a program to its end; fails with what it printed where its exit code is not 0. */
export const runProgram = (path: string, args: readonly string[], place: Place) =>
  promisify(execFile)(process.execPath, [...starting(path), ...args], place);

/** A server that listens. */
export interface Server {
  /** Posts a text; resolves to the status and the text of the answer. */
  post(body: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Sends SIGTERM; resolves to the exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program that prints its address once it listens. */
export async function startServer(path: string, { cwd, env = process.env }: Place): Promise<Server> {
  const child = spawn(process.execPath, starting(path), { cwd, env: { ...env, PORT: '0' } });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal)),
  );
  let output = '';
  const address = await new Promise<string>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += chunk;
      const [found] = /http:\/\/localhost:\d+/.exec(output) ?? [];
      if (found) resolve(found);
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    ended.then((code) => reject(new Error(`the server ended with ${code}:\n${output}`)));
  });
  return {
    async post(body) {
      const response = await fetch(address, { method: 'POST', body });
      return { status: response.status, text: await response.text() };
    },
    stop() {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
