import { type KernelConfig, UnsortedSegmentSum, util } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';

import { wasmKernel } from './kernels';

/**
 * Sums of the rows of `x` by segment, which the WebAssembly backend lacks: the gradient of gather.
 *
 *   out[s, …] = Σ_{n : segmentIds[n] = s} x[n, …]
 *
 * As on the other backends, a row whose segment lies outside 0 … numSegments − 1 is left out.
 */
export const unsortedSegmentSum: KernelConfig = wasmKernel(
  UnsortedSegmentSum,
  ({ backend, input, attributes }) => {
    const [x, segmentIds] = [input('x'), input('segmentIds')];
    const numSegments = attributes.numSegments as number;
    const [count = 0, ...inner] = x.shape;
    if (segmentIds.shape.length !== 1 || segmentIds.shape[0] !== count) {
      throw new RangeError(
        `${UnsortedSegmentSum}: segmentIds has shape ${formatShape(segmentIds.shape)}, needed [${count}]`,
      );
    }
    const size = util.sizeFromShape(inner);
    const out = backend.makeOutput([numSegments, ...inner], x.dtype);
    const sums = backend.typedArrayFromHeap(out).fill(0);
    const values = backend.typedArrayFromHeap(x);
    const segments = backend.typedArrayFromHeap(segmentIds);
    for (let n = 0, from = 0; n < count; n++) {
      const segment = segments[n] as number;
      if (segment < 0 || segment >= numSegments) {
        from += size;
        continue;
      }
      const start = segment * size;
      for (let to = start; to < start + size; to++)
        sums[to] = (sums[to] as number) + (values[from++] as number);
    }
    return out;
  },
);
