/**
 * Our own WebAssembly module, which works in the memory of the backend's.
 *
 * It is instantiated with that very memory, so nothing is copied: a kernel gets addresses of tensors. Whatever it needs
 * beside them is allocated by the backend too. Memory that grows is seen by both.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { RELAXED_SIMD, SIMD } from './compiled';
import { emscriptenOf } from './emscripten';

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
    adds: boolean,
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

const instances = new WeakMap<BackendWasm, Exports>();

/** The module in the memory of a backend. */
export function exportsOf(backend: BackendWasm): Exports {
  const known = instances.get(backend);
  if (known) return known;
  const { asm, wasmMemory } = emscriptenOf(backend);
  const memory = wasmMemory ?? asm?.memory;
  const bytes = best();
  if (memory === undefined || bytes === undefined)
    throw new Error(
      `ssvae/wasm: the backend's ${memory ? 'engine has no SIMD' : 'memory is not found'}, needed for the training kernels`,
    );
  const isShared =
    typeof SharedArrayBuffer !== 'undefined' &&
    (memory.buffer as ArrayBufferLike) instanceof SharedArrayBuffer;
  const module = new WebAssembly.Module(isShared ? withSharedMemory(bytes) : bytes);
  const exports = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Exports;
  instances.set(backend, exports);
  return exports;
}
