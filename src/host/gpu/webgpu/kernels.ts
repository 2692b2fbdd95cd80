/** Registers operations of TensorFlow.js anew. WebGPU puts them off, or does in the same program what was put off. */
import {
  type Attribute,
  backend_util,
  getKernel,
  type KernelConfig,
  type NamedAttrMap,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { sameShape, sizeOf } from '../../../core/shape';
import type { FusedKernel } from '../../fusedKernel';
import type { WebGpuBackend } from './backend';
import { Deferred, FEW } from './deferred';
import { HOST_OPERATIONS, type HostOperation } from './operations';
import type { Reduction } from './source';

/** What a kernel is called with. */
interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: NamedAttrMap;
  readonly backend: WebGpuBackend;
}

/** A kernel's result, or nothing where the host's own has to do it. */
type Attempt = (call: Call) => TensorInfo | undefined;

/** Whether this library's programs can take these. */
const isTaken = (tensors: readonly TensorInfo[], size: number): boolean =>
  size > 0 && tensors.every(({ dtype }) => dtype === 'float32' || dtype === 'bool');

const operationKernel =
  (operation: HostOperation): Attempt =>
  ({ inputs, attrs, backend }) => {
    const tensors = operation.inputs.map((name) => inputs[name] as TensorInfo);
    const [first, ...others] = tensors.map(({ shape }) => shape) as [number[], ...number[][]];
    // The host reads a condition of fewer axes in another way than a broadcast.
    if (operation.name === 'Select' && !tensors.every(({ shape }) => sameShape(shape, first)))
      return undefined;
    const shape = others.reduce((all, next) => backend_util.assertAndGetBroadcastShape(all, next), first);
    if (!isTaken(tensors, sizeOf(shape))) return undefined;
    if (operation.onHost && backend.shouldExecuteOnCPU(tensors)) return undefined;
    const values = operation.name === 'Select' ? tensors.slice(1) : tensors;
    // The host has its own rules for the type.
    if (operation.dtype === 'float32' && values.some(({ dtype }) => dtype !== 'float32')) return undefined;
    const numbers = operation.attributes.map((name) => Number(attrs[name] ?? 0));
    return Deferred.of(backend).defer(operation, tensors, numbers, shape, operation.dtype);
  };

const SAME = { name: 'Same', inputs: ['x'], numbers: [], value: 'x' };
const SUM = { name: 'Sum', inputs: ['a', 'b'], numbers: [], value: 'a + b' };
const CONSTANT = { name: 'Constant', inputs: [], numbers: ['value'], value: 'value' };

const tile: Attempt = ({ inputs: { x }, attrs: { reps }, backend }) => {
  const tensor = x as TensorInfo;
  const shape = tensor.shape.map((size, axis) => size * Number((reps as number[])[axis]));
  if (!isTaken([tensor], sizeOf(shape))) return undefined;
  if (backend.shouldExecuteOnCPU([tensor])) return undefined;
  return Deferred.of(backend).defer(SAME, [tensor], [], shape, tensor.dtype as 'float32');
};

const addN: Attempt = ({ inputs, backend }) => {
  const tensors = Object.values(inputs);
  const shape = (tensors[0] as TensorInfo).shape;
  if (tensors.length < 2 || !isTaken(tensors, sizeOf(shape))) return undefined;
  if (!tensors.every(({ dtype }) => dtype === 'float32')) return undefined;
  const deferred = Deferred.of(backend);
  return tensors.reduce((sum, tensor) => {
    const next = deferred.defer(SUM, [sum, tensor], [], shape);
    if (sum !== tensors[0]) backend.disposeData(sum.dataId);
    return next;
  });
};

const constant = (backend: WebGpuBackend, shape: readonly number[], value: number): TensorInfo | undefined =>
  sizeOf(shape) === 0 ? undefined : Deferred.of(backend).defer(CONSTANT, [], [value], shape);

const fill: Attempt = ({ attrs: { shape, value, dtype }, backend }) =>
  dtype === 'float32' ? constant(backend, shape as number[], Number(value)) : undefined;

const alike =
  (value: number): Attempt =>
  ({ inputs: { x }, backend }) =>
    x?.dtype === 'float32' ? constant(backend, x.shape, value) : undefined;

const sum: Reduction = { start: '0.0', both: 'a + b', isMean: false };
const mean: Reduction = { ...sum, isMean: true };
const max: Reduction = {
  start: '-uniforms.infinity',
  both: 'chosen(isnan(a), a, chosen(isnan(b), b, max(a, b)))',
  isMean: false,
};

/** A reduction of axes that lie side by side. */
const reductionKernel =
  (reduction: Reduction, attribute: string): Attempt =>
  ({ inputs: { x }, attrs, backend }) => {
    const tensor = x as TensorInfo;
    const axes = util.parseAxisParam(attrs[attribute] as number[], tensor.shape).sort((a, b) => a - b);
    const [from = 0] = axes;
    const sideBySide = axes.every((axis, i) => axis === from + i);
    if (tensor.dtype !== 'float32' || axes.length === 0 || !sideBySide) return undefined;
    const sizes = (begin: number, end?: number): number => sizeOf(tensor.shape.slice(begin, end));
    const end = from + axes.length;
    const reduced = { before: sizes(0, from), count: sizes(from, end), after: sizes(end) };
    if (!isTaken([tensor], sizeOf(tensor.shape))) return undefined;
    const kept = tensor.shape.map((size, axis) => (axis >= from && axis < end ? 1 : size));
    const shape = attrs.keepDims === true ? kept : kept.filter((_, axis) => axis < from || axis >= end);
    const deferred = Deferred.of(backend);
    if (reduction === max) {
      if (backend.shouldExecuteOnCPU([tensor])) return undefined;
      // The gradient looks for values equal to the largest: both have to come from one program.
      deferred.settle(tensor.dataId);
    }
    if (reduced.count === 1) return deferred.defer(SAME, [tensor], [], shape);
    if (reduction !== sum || reduced.before * reduced.after > 1 || reduced.count <= FEW)
      return deferred.reduce(tensor, reduction, reduced, shape);
    const total = deferred.sum([tensor], sum);
    return { ...total, shape: [...shape] };
  };

const ATTEMPTS: ReadonlyMap<string, Attempt> = new Map([
  ...[...HOST_OPERATIONS].map(([name, operation]) => [name, operationKernel(operation)] as const),
  ['Tile', tile],
  ['AddN', addN],
  ['Fill', fill],
  ['ZerosLike', alike(0)],
  ['OnesLike', alike(1)],
  ['Sum', reductionKernel(sum, 'axis')],
  ['Mean', reductionKernel(mean, 'axis')],
  ['Max', reductionKernel(max, 'reductionIndices')],
]);

/** Registers them for the backend, which is loaded. */
export function deferOperations(): void {
  registerKernel({
    kernelName: 'SsvaeSum' satisfies FusedKernel,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const deferred = Deferred.of(backend as WebGpuBackend);
      const tensors = Object.values(inputs as Call['inputs']);
      if (attrs?.readAgain === 1) deferred.settleAll(tensors);
      return deferred.sum(tensors, sum);
    },
  });
  for (const [kernelName, attempt] of ATTEMPTS) {
    const host = getKernel(kernelName, 'webgpu') as KernelConfig | undefined;
    if (host === undefined) continue;
    unregisterKernel(kernelName, 'webgpu');
    registerKernel({
      ...host,
      kernelFunc: (call) =>
        attempt({
          inputs: call.inputs as Readonly<Record<string, TensorInfo>>,
          attrs: call.attrs as Readonly<Record<string, Attribute>>,
          backend: call.backend as WebGpuBackend,
        }) ?? host.kernelFunc(call),
    });
  }
}
