/**
 * Our own WebAssembly module, which works in the memory of the backend's.
 *
 * It is instantiated with that very memory, so nothing is copied: a kernel gets addresses of tensors. Whatever it needs
 * beside them is allocated by the backend too. Memory that grows is seen by both.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { RELAXED_SIMD, SIMD } from './compiled';
import { emscriptenOf } from './emscripten';
import { createTeam, type StartThread, type Team } from './team';

/** A function of `count` values at `from`, to `to`. */
type Unary = (to: number, from: number, count: number) => void;

/** The result is [outer, middle, inner]; operands have steps in bytes, along the last axis 1 value or 0. */
type Binary = (
  to: number,
  ...sizesAndOperands: [
    ...sizes: [outer: number, middle: number, inner: number],
    ...a: [a: number, outer: number, middle: number, inner: number],
    ...b: [b: number, outer: number, middle: number, inner: number],
  ]
) => void;

type Convolution = (to: number, a: number, b: number, sizes: number, scratch: number) => void;

/** Exports of the module, described in `assembly`; all numbers are addresses, counts and steps. */
export interface Exports
  extends Record<(typeof UNARY)[number], Unary>,
    Record<(typeof BINARY)[number], Binary>,
    Record<'convolve' | 'filterGradient' | 'inputGradient', Convolution> {
  adam(
    toValue: number,
    toFirst: number,
    toSecond: number,
    value: number,
    first: number,
    second: number,
    gradient: number,
    count: number,
    firstRate: number,
    secondRate: number,
    kept: number,
    size: number,
    epsilon: number,
  ): void;
  bernoulli(to: number, logits: number, x: number, count: number): void;
  bernoulliGradient(to: number, dy: number, logits: number, x: number, count: number): void;
  convolutionScratch(sizes: number): number;
  copyBox(
    to: number,
    toOuter: number,
    toMiddle: number,
    toInner: number,
    from: number,
    fromOuter: number,
    fromMiddle: number,
    fromInner: number,
    outer: number,
    middle: number,
    inner: number,
    bytes: number,
  ): void;
  fill(to: number, count: number, value: number): void;
  product(
    c: number,
    line: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
    adds: number,
  ): void;
  productScratch(m: number, n: number, k: number): number;
  step(to: number, from: number, count: number, slope: number): void;
  sum(to: number, from: number, outer: number, count: number, inner: number): void;
  tile(to: number, from: number, count: number, bytes: number, times: number): void;
}

/** Functions of one tensor. */
export const UNARY = ['abs', 'exp', 'log', 'log1p', 'neg', 'relu', 'sigmoid', 'softplus', 'sqrt', 'square'] as const; // biome-ignore format: a list

/** Functions of two. */
export const BINARY = ['add', 'divide', 'maximum', 'minimum', 'multiply', 'subtract'] as const;

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const IMPORT_SECTION = 2;
const HEADER = 8;
const ASCII = new TextEncoder();
/** One import, env.memory, of at least 0 pages; shared memories state their most, 65,536 pages, in LEB128. */
const importOf = (limits: readonly number[]): number[] => [
  1,
  3,
  ...ASCII.encode('env'),
  6,
  ...ASCII.encode('memory'),
  2,
  ...limits,
];

/** The module with its memory declared as shared: nothing else differs, and that alone would be a second binary. */
function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = importOf([3, 0, 0x80, 0x80, 4]);
  let at = HEADER;
  while (bytes[at] !== IMPORT_SECTION) {
    // Sections before that of imports, types alone, are shorter than 2¹⁴ bytes.
    const [low = 0, high = 0] = bytes.subarray(at + 1, at + 3);
    at += low < 128 ? 2 + low : 3 + (low - 128 + high * 128);
  }
  const end = at + 2 + (bytes[at + 1] as number);
  return Uint8Array.of(
    ...bytes.subarray(0, at),
    IMPORT_SECTION,
    shared.length,
    ...shared,
    ...bytes.subarray(end),
  );
}

const best = (): Uint8Array<ArrayBuffer> | undefined =>
  [RELAXED_SIMD, SIMD].map(bytesOf).find((bytes) => WebAssembly.validate(bytes));

/**
 * Refuses engines without SIMD: those of 2021 and before, and Safari's before 16.4.
 *
 * @throws Error
 */
export function assertSimd(): void {
  if (best() === undefined)
    throw new Error('ssvae/wasm: this engine has no SIMD in WebAssembly, needed for the training kernels');
}

/** The module in the memory of a backend, and the threads that compute with it. */
interface Instance {
  readonly exports: Exports;
  readonly team: Team | undefined;
}

const instances = new WeakMap<BackendWasm, Instance>();

let threads: { readonly count: number; readonly start: StartThread } | undefined;

/**
 * Lets backends that start from now on compute with several threads, where their memory is shared.
 *
 * @param count threads, the calling one included; 1 is none
 * @param start starts a thread
 */
export function useThreads(count: number, start: StartThread): void {
  threads = count > 1 ? { count, start } : undefined;
}

const isSharedMemory = ({ buffer }: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;

function instanceOf(backend: BackendWasm): Instance {
  const known = instances.get(backend);
  if (known) return known;
  const { asm, wasmMemory } = emscriptenOf(backend);
  const memory = wasmMemory ?? asm?.memory;
  const bytes = best();
  if (memory === undefined || bytes === undefined)
    throw new Error(
      `ssvae/wasm: the backend's ${memory ? 'engine has no SIMD' : 'memory is not found'}, needed for the training kernels`,
    );
  const shared = isSharedMemory(memory);
  const module = new WebAssembly.Module(shared ? withSharedMemory(bytes) : bytes);
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  const team =
    shared && threads ? createTeam(module, memory, exports, threads.count, threads.start) : undefined;
  const instance = { exports, team };
  instances.set(backend, instance);
  return instance;
}

/** The module in the memory of a backend. */
export const exportsOf = (backend: BackendWasm): Exports => instanceOf(backend).exports;

/** Threads that compute for a backend. */
export const threadsOf = (backend: BackendWasm): number => instanceOf(backend).team?.size ?? 1;

/** Calls a function of the module once for each list of operands, by several threads where there are any. */
export function runJobs(
  backend: BackendWasm,
  name: keyof Exports,
  jobs: readonly (readonly number[])[],
): void {
  const { exports, team } = instanceOf(backend);
  const call = exports[name] as (...operands: readonly number[]) => void;
  if (team && jobs.length > 1) team.run(name, jobs);
  else for (const job of jobs) call(...job);
}

/** Ends the threads of a backend that goes. */
export function endThreads(backend: object): void {
  instances.get(backend as BackendWasm)?.team?.stop();
}

/**
 * Cuts a range into parts for the threads of a backend; one part where it is not worth the while.
 *
 * @param size of the range
 * @param unit what parts other than the last are multiples of
 * @param least that a part shall have
 * @returns where each part begins, and its size
 */
export function partsOf(
  backend: BackendWasm,
  size: number,
  unit: number,
  least: number,
): readonly (readonly [begin: number, size: number])[] {
  const count = Math.max(1, Math.min(threadsOf(backend), Math.floor(size / least)));
  const part = Math.max(unit, Math.ceil(size / count / unit) * unit);
  return Array.from({ length: Math.max(1, Math.ceil(size / part)) }, (_, i) => [
    i * part,
    Math.min(part, size - i * part),
  ]);
}

/** Values that take longer than waking a thread. */
const WORTH_A_THREAD = 2 ** 16;

/** Runs a function that treats each value by itself: addresses of its tensors, how many values, and further numbers. */
export function runInParts(
  backend: BackendWasm,
  name: keyof Exports,
  addresses: readonly number[],
  count: number,
  others: readonly number[] = [],
): void {
  const parts = partsOf(backend, count, 4, WORTH_A_THREAD);
  const jobs = parts.map(([begin, size]) => [...addresses.map((at) => at + 4 * begin), size, ...others]);
  runJobs(backend, name, jobs);
}
