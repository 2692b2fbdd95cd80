/**
 * The WebAssembly backend with what training needs: importing this module imports
 * `@tensorflow/tfjs-backend-wasm` and registers kernels that it lacks, gets
 * wrong or runs as naive loops.
 *
 * | kernel | stock | here |
 * |---|---|---|
 * | `Conv2DBackpropFilter` | missing: no convolution can be trained | one matrix product |
 * | `Conv2DBackpropInput` | naive loop | convolutions by output phase, or one product and a scatter |
 * | `BatchMatMul` | naive loop when transposed: every dense backward pass | transposed first |
 * | `Conv2D`, `FusedConv2D` | zeros for some strides with `'same'`, a damaged heap for some numbers of padding | right, or an error |
 * | `UnsortedSegmentSum` | missing: no gradient of gather | a sum by segment |
 *
 * The order of imports does not matter: the backend is a dependency of this module, so it is always first.
 *
 * @example
 * import 'ssvae/wasm';
 * await tf.setBackend('wasm');
 *
 * @module
 */
import '@tensorflow/tfjs-backend-wasm';
import { registerTrainingKernels } from './register';

registerTrainingKernels();

export { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
