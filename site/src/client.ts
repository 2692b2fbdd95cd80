/** The page's side of the worker. */
import type { Answer, Backend, Request } from './protocol';

/** What went wrong, in words for a reader, and whether starting anew may help. */
export interface Trouble {
  readonly message: string;
  readonly fatal: boolean;
  /** what was asked for; nothing where the worker itself failed */
  readonly during?: Request['type'];
}

/** Something that hears the worker. */
export interface Listener {
  hear(answer: Answer): void;
  trouble(trouble: Trouble): void;
}

const NO_WORKER = 'This browser runs no module workers, so nothing can train here.';

/** A message for readers: what ran out, or what is missing, before what the engine says. */
function inWords(message: string): string {
  if (/memory|allocat|out of bounds|Array buffer/i.test(message))
    return `The browser ran out of memory. Close other pages, then start again. (${message})`;
  if (/no SIMD/i.test(message))
    return `This browser's WebAssembly lacks SIMD, which training needs. (${message})`;
  return message;
}

/** The worker, started when it is first needed. */
export class Client {
  #worker: Worker | undefined;
  #backend: Backend = 'wasm';
  #run = 0;
  #description = '';
  readonly #listeners = new Set<Listener>();
  readonly #wasmPaths: string;

  /** @param wasmPaths the folder of the .wasm files */
  constructor(wasmPaths: string) {
    this.#wasmPaths = wasmPaths;
  }

  get backend(): Backend {
    return this.#backend;
  }

  /** what computes, in the library's words */
  get description(): string {
    return this.#description;
  }

  listen(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** The number of a new run. */
  next(): number {
    return ++this.#run;
  }

  /** Sends a request, and starts the worker before the first. */
  send(request: Request): void {
    this.#started()?.postMessage(request);
  }

  /** Ends the worker with all that it holds; the next request starts one on this backend. */
  restart(backend: Backend): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#backend = backend;
    this.#description = '';
  }

  #started(): Worker | undefined {
    if (this.#worker) return this.#worker;
    try {
      this.#worker = new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' });
    } catch {
      this.#tell({ message: NO_WORKER, fatal: true });
      return undefined;
    }
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#tell({ message: inWords(event.message || NO_WORKER), fatal: true });
    };
    this.#worker.postMessage({
      type: 'start',
      backend: this.#backend,
      wasmPaths: this.#wasmPaths,
    } satisfies Request);
    return this.#worker;
  }

  #hear(answer: Answer): void {
    if (answer.type === 'ready') this.#description = answer.description;
    if (answer.type === 'failed') this.#failed(answer);
    for (const listener of this.#listeners) listener.hear(answer);
  }

  #failed({ during, message }: Extract<Answer, { type: 'failed' }>): void {
    const fatal = during === 'start';
    const advice =
      this.#backend === 'webgpu' && !fatal ? ' Switch WebGPU off: then WebAssembly computes.' : '';
    this.#tell({ message: inWords(message) + advice, fatal, during });
  }

  #tell(trouble: Trouble): void {
    if (trouble.fatal) this.restart(this.#backend);
    for (const listener of this.#listeners) listener.trouble(trouble);
  }
}
