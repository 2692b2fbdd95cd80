/** Keeps the library's kernels to SIMD that rounds alike on every machine, so that the page may quote digits. */
import { RELAXED_SIMD } from '../../src/wasm/compiled';

/** Lets engines with relaxed SIMD take the other module. Call it before the WebAssembly backend starts. */
export function useFixedSimd(): void {
  const relaxed = atob(RELAXED_SIMD).length;
  const validate = WebAssembly.validate.bind(WebAssembly);
  WebAssembly.validate = (bytes) => bytes.byteLength !== relaxed && validate(bytes);
}
