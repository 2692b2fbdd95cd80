import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** What the backend's Emscripten module has and its types do not say. */
interface Emscripten {
  /** exports of the module without threads */
  readonly asm?: { readonly memory?: WebAssembly.Memory };
  /** memory of the module with threads */
  readonly wasmMemory?: WebAssembly.Memory;
  /** a view of the whole memory, made anew whenever it grows */
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** The module that a backend runs on. */
export const emscriptenOf = ({ wasm }: BackendWasm): Emscripten => wasm as unknown as Emscripten;
