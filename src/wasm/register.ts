import {
  Abs,
  Add,
  backend,
  Exp,
  getBackend,
  getKernel,
  type KernelConfig,
  Log,
  Log1p,
  Maximum,
  Minimum,
  Multiply,
  Neg,
  RealDiv,
  Relu,
  registerKernel,
  Sigmoid,
  Softplus,
  Sqrt,
  Square,
  Sub,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { adam } from './adam';
import { batchMatMul } from './batchMatMul';
import { binary } from './binary';
import { pad, slice } from './boxes';
import { cast } from './cast';
import { conv2D } from './conv2D';
import { conv2DBackpropFilter } from './conv2DBackpropFilter';
import { conv2DBackpropInput } from './conv2DBackpropInput';
import { refuseWithoutRoom } from './emscripten';
import { fusedMatMul } from './fusedMatMul';
import { identity } from './identity';
import { endThreads } from './module';
import { assertSimd } from './moduleBytes';
import { step } from './step';
import { sum } from './sum';
import { tile } from './tile';
import { unary } from './unary';
import { unsortedSegmentSum } from './unsortedSegmentSum';

/** Puts this folder's kernels in the place of the stock ones. The WebAssembly backend must be imported before. */
export function registerTrainingKernels(): void {
  assertSimd();
  const kernels: readonly KernelConfig[] = [
    { ...batchMatMul, setupFunc: refuseWithoutRoom, disposeFunc: endThreads },
    fusedMatMul(),
    conv2D('Conv2D'),
    conv2D('FusedConv2D'),
    conv2DBackpropFilter,
    conv2DBackpropInput,
    unsortedSegmentSum,
    adam,
    sum(),
    identity(),
    cast(),
    tile(),
    slice(),
    pad(),
    step(),
    unary(Abs, 'abs'),
    unary(Exp, 'exp'),
    unary(Log, 'log'),
    unary(Log1p, 'log1p'),
    unary(Neg, 'neg'),
    unary(Relu, 'relu'),
    unary(Sigmoid, 'sigmoid'),
    unary(Softplus, 'softplus'),
    unary(Sqrt, 'sqrt'),
    unary(Square, 'square'),
    binary(Add, 'add'),
    binary(Maximum, 'maximum'),
    binary(Minimum, 'minimum'),
    binary(Multiply, 'multiply'),
    binary(RealDiv, 'divide'),
    binary(Sub, 'subtract'),
  ];
  for (const kernel of kernels) {
    // Registering over a kernel prints a warning.
    if (getKernel(kernel.kernelName, 'wasm')) unregisterKernel(kernel.kernelName, 'wasm');
    registerKernel(kernel);
  }
  // Asking for another backend would start it.
  if (getBackend() === 'wasm') refuseWithoutRoom(backend());
}
