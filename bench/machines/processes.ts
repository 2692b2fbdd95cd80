/** Processes of a study under attack: a Redis of its own, workers, and what happens to them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { Redis } from 'ioredis';
import { starting } from '../../test/support/programs';

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** A Redis server on loopback that writes every change to a file: before it answers, or once a second. */
export class RedisServer {
  #process: ChildProcess | undefined;
  readonly url: string;

  constructor(
    readonly port: number,
    readonly folder: string,
    readonly fsync: 'always' | 'everysec' = 'always',
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const settings = {
      port: this.port,
      bind: '127.0.0.1',
      dir: this.folder,
      save: '',
      appendonly: 'yes',
      appendfsync: this.fsync,
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#process = spawn('redis-server', args, { stdio: 'ignore' });
    await this.ask((redis) => redis.ping());
  }

  /** Ends the server as a power cut does. */
  async kill(): Promise<void> {
    const server = this.#process;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill('SIGKILL');
    await once(server, 'close');
  }

  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }
}

/** A program of the study. */
type StudyProgram = 'queue' | 'run' | 'search' | 'work';

/** The source of a program of the study. */
export const sourceOf = (program: StudyProgram): string => resolve('examples/study', `${program}.ts`);

/** Starts programs of the study, by default their sources. */
export const starter =
  (pathOf: (source: string) => string = (source) => source) =>
  (program: StudyProgram, args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, [...starting(pathOf(sourceOf(program))), ...args], {
      env: { ...process.env, TSX_TSCONFIG_PATH: resolve('tsconfig.json'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });

export const start = starter();

/** What a program prints, once it has ended. */
export async function outputOf(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly output: string }> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}
