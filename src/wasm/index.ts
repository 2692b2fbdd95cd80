/**
 * The WebAssembly backend with what training needs: importing this module imports
 * `@tensorflow/tfjs-backend-wasm` and registers kernels that it lacks, gets wrong or runs one value at a time.
 *
 * | kernel | stock | here |
 * |---|---|---|
 * | `Conv2DBackpropFilter` | missing: no convolution can be trained | products over patches |
 * | `Conv2D`, `Conv2DBackpropInput` | zeros for some strides with `'same'`; naive loop | products over patches |
 * | `FusedConv2D` | zeros for some strides with `'same'`, a damaged heap for some numbers of padding | right, or an error |
 * | `BatchMatMul`, `_FusedMatMul` | naive loop when transposed, wrong with a bias then | products of packed panels |
 * | `UnsortedSegmentSum` | missing: no gradient of gather | a sum by segment |
 * | `Add`, `Multiply`, `Exp`, `Softplus`, … | one value at a time | four at a time |
 * | `Sum` | a copy transposed, one sum | no copy, many sums, fewer digits lost |
 * | `Tile`, `Identity` | value by value; a copy | whole pieces; shared |
 * | any, without memory left | goes on with wrong numbers | an error |
 *
 * They are a WebAssembly module of our own in the memory of the backend's, and need an engine with SIMD (Node 16,
 * Chrome 91, Firefox 89, Safari 16.4 and later): without, the import is an error. Where the engine has relaxed SIMD
 * (Node 22, Chrome 114), products are faster by fused multiplication and addition. Results repeat to the bit on one
 * machine and engine.
 *
 * The order of imports does not matter: the backend is a dependency of this module, so it is always first.
 *
 * @example
 * import 'ssvae/wasm';
 * await tf.setBackend('wasm');
 *
 * @module ssvae/wasm
 */
import '@tensorflow/tfjs-backend-wasm';
import './training';

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
export type { Shared } from './serve';
export type { StartThread } from './team';
export { useThreads } from './training';
