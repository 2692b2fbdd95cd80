import { backend_util, type KernelConfig, Sum, util } from '@tensorflow/tfjs-core';
import { groupAxes } from './axes';
import { address, overStock } from './kernels';
import { exportsOf } from './module';

/**
 * Sums over neighboring axes: nothing is transposed, and along the last axis many sums run side by side, which loses
 * fewer digits than the single one of the stock kernel. That one takes other types than float32 and axes that lie apart.
 *
 * @returns the kernel, around the one registered now
 */
export function sum(): KernelConfig {
  return overStock(Sum, ({ backend, input, attributes }, runStock) => {
    const x = input('x');
    const axes = util.parseAxisParam(attributes.axis as number | number[], x.shape);
    const groups = groupAxes(x.shape, (axis) => axes.includes(axis));
    if (groups[0]?.kind !== false) groups.unshift({ size: 1, kind: false });
    const [outer, count, inner, ...others] = groups;
    const empty = util.sizeFromShape(x.shape) === 0;
    if (x.dtype !== 'float32' || others.length > 0 || empty) return runStock();
    const [shape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
    const out = backend.makeOutput(
      attributes.keepDims ? backend_util.expandShapeToKeepDim(shape, axes) : shape,
      'float32',
    );
    const sizes = [outer, count, inner].map((group) => group?.size ?? 1) as [number, number, number];
    exportsOf(backend).sum(address(backend, out), address(backend, x), ...sizes);
    return out;
  });
}
