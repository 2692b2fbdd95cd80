/** Chooses the binary for an engine, and marks its memory as shared. */
import { RELAXED_SIMD, SIMD } from './compiled';

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const IMPORT_SECTION = 2;
const HEADER = 8;
/** Bytes of a name; test environments of pages have no encoder. */
const asciiOf = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));
/** One import, env.memory, of at least 0 pages; shared memories state their most, 65,536 pages, in LEB128. */
const importOf = (limits: readonly number[]): number[] => [
  1,
  3,
  ...asciiOf('env'),
  6,
  ...asciiOf('memory'),
  2,
  ...limits,
];

/** The module with its memory declared as shared: nothing else differs, and that alone would be a second binary. */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const shared = importOf([3, 0, 0x80, 0x80, 4]);
  let at = HEADER;
  while (bytes[at] !== IMPORT_SECTION) {
    // Sections before that of imports, types alone, are shorter than 2¹⁴ bytes.
    const [low = 0, high = 0] = bytes.subarray(at + 1, at + 3);
    at += low < 128 ? 2 + low : 3 + (low - 128 + high * 128);
  }
  const end = at + 2 + (bytes[at + 1] as number);
  const whole = new Uint8Array(at + 2 + shared.length + bytes.length - end);
  whole.set(bytes.subarray(0, at));
  whole.set([IMPORT_SECTION, shared.length, ...shared], at);
  whole.set(bytes.subarray(end), at + 2 + shared.length);
  return whole;
}

/** The best binary that this engine takes, if any. */
export const bestBinary = (): Uint8Array<ArrayBuffer> | undefined =>
  [RELAXED_SIMD, SIMD].map(bytesOf).find((bytes) => WebAssembly.validate(bytes));

/**
 * Refuses engines without SIMD: those of 2021 and before, and Safari's before 16.4.
 *
 * @throws Error
 */
export function assertSimd(): void {
  if (bestBinary() === undefined)
    throw new Error('ssvae/wasm: this engine has no SIMD in WebAssembly, needed for the training kernels');
}
