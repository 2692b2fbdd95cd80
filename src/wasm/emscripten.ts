/** The Emscripten module of the stock backend, and its memory. */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { memory as tensorMemory } from '@tensorflow/tfjs-core';

/** What the backend's Emscripten module has and its types do not say. */
interface Emscripten {
  /** exports of the module without threads */
  readonly asm?: { readonly memory?: WebAssembly.Memory };
  /** memory of the module with threads */
  readonly wasmMemory?: WebAssembly.Memory;
  /** a view of the whole memory, made anew whenever it grows */
  readonly HEAPU8: Uint8Array;
  _malloc: (bytes: number) => number;
  _free(address: number): void;
}

/** The memory of a module. */
export const memoryOf = ({ asm, wasmMemory }: Emscripten): WebAssembly.Memory | undefined =>
  wasmMemory ?? asm?.memory;

/** The module that a backend runs on. */
export const emscriptenOf = ({ wasm }: BackendWasm): Emscripten => wasm as unknown as Emscripten;

const guarded = /* @__PURE__ */ new WeakSet<object>();

/**
 * Has a backend refuse a tensor for which its memory has no room. It would take the address 0 that it gets then for a place,
 * write there over its own data, and go on with wrong numbers.
 */
export function refuseWithoutRoom(backend: object): void {
  const module = emscriptenOf(backend as BackendWasm);
  if (guarded.has(module)) return;
  guarded.add(module);
  // At its first call the module puts the export in the place of the function that looked for it.
  module._free(module._malloc(1));
  const allocate = module._malloc;
  const memory = memoryOf(module);
  module._malloc = (bytes) => {
    const address = allocate(bytes);
    // Near 4 GB the allocator's sums overflow: it gives an address whose block ends outside.
    const end = (address >>> 0) + bytes;
    if ((address === 0 && bytes > 0) || (memory && end > memory.buffer.byteLength))
      throw new RangeError(
        `wasm: memory for ${bytes} bytes is not available beside ${tensorMemory().numBytes} bytes of tensors, needed fewer or smaller ones: dispose what you no longer use, or take smaller batches`,
      );
    return address;
  };
}
