/** Programs in TypeScript, run as their users run them. */
import { execFile, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** What runs TypeScript in Node: `node --import LOADER program.ts`. */
export const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;

/** Where and with which variables a program runs. */
export interface Place {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end; fails with what it printed where its exit code is not 0. */
export const runProgram = (path: string, args: readonly string[], place: Place) =>
  promisify(execFile)(process.execPath, ['--import', loader, path, ...args], place);

/** A server that listens. */
export interface Server {
  /** Posts a text; resolves to the status and the text of the answer. */
  post(body: string): Promise<{ readonly status: number; readonly text: string }>;
  /** Sends SIGTERM; resolves to the exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Starts a program that prints its address once it listens. */
export async function startServer(path: string, { cwd, env = process.env }: Place): Promise<Server> {
  const child = spawn(process.execPath, ['--import', loader, path], { cwd, env: { ...env, PORT: '0' } });
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
