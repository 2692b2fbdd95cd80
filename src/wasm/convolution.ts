import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Conv2DBackpropFilterAttrs, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';

import { emscriptenOf } from './emscripten';
import { runJobs } from './jobs';
import { address, withScratch } from './kernels';
import { exportsOf } from './module';

const NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * Sizes of a convolution, NHWC, from the attributes that it and both of its gradients share.
 *
 * @throws Error for channels first, and for one number of padding with a filter or strides that differ by axis:
 * tfjs-core then computes the output's width from the height's filter and stride, and the stock kernel writes
 * beyond the output it allocated
 */
export function convolutionInfo(
  where: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: NamedAttrMap,
  dilations: number | [number, number] = 1,
): backend_util.Conv2DInfo {
  // The registry types attributes loosely; these are tfjs-core's.
  const { strides, pad, dimRoundingMode, dataFormat } = attributes as NamedAttrMap &
    Conv2DBackpropFilterAttrs;
  if (dataFormat === 'NCHW') throw new Error(`${where}: dataFormat is 'NCHW', needed 'NHWC' on WebAssembly`);
  const info = backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    dilations,
    pad,
    dimRoundingMode,
  );
  const oblong =
    info.effectiveFilterHeight !== info.effectiveFilterWidth || info.strideHeight !== info.strideWidth;
  if (typeof pad === 'number' && oblong) {
    throw new Error(
      `${where}: pad is ${pad} with a filter ${formatShape(filterShape)} and strides ` +
        `${formatShape([info.strideHeight, info.strideWidth])}, needed padding per side`,
    );
  }
  return info;
}

/** Parts that the images of a batch are cut into: the sum of a filter's gradient is the same for any number of threads. */
const PARTS = 4;

/**
 * Runs one of the three, its batch in parts: `to` has been allocated, and the operands are those of the kernel.
 *
 * @param a tensor that is cut like the batch
 * @param b the filter, which every part has whole; or the other tensor of the batch where the filter is the result
 */
export function runConvolution(
  backend: BackendWasm,
  name: 'convolve' | 'filterGradient' | 'inputGradient',
  to: TensorInfo,
  [a, b]: readonly [TensorInfo, TensorInfo],
  info: backend_util.Conv2DInfo,
): TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const perPart = Math.max(1, Math.ceil(batchSize / PARTS));
  const parts = Math.max(1, Math.ceil(batchSize / perPart));
  const sizes = Array.from({ length: parts }, (_, part) => [
    Math.min(perPart, batchSize - part * perPart),
    ...[inHeight, inWidth, inChannels, outHeight, outWidth, outChannels],
    ...[filterHeight, filterWidth, strideHeight, strideWidth, padInfo.top, padInfo.left],
  ]);
  const bytes = NUMBER * (sizes[0]?.length ?? 0);
  const exports = exportsOf(backend);
  const filterSize = filterHeight * filterWidth * inChannels * outChannels;
  const partials = name === 'filterGradient' && parts > 1;
  withScratch(backend, parts * (bytes + (partials ? filterSize * NUMBER : 0)), (at) => {
    new Int32Array(emscriptenOf(backend).HEAPU8.buffer, at, (parts * bytes) / NUMBER).set(sizes.flat());
    const sums = at + parts * bytes;
    const spare = exports.convolutionScratch(at);
    withScratch(backend, parts * spare, (scratch) => {
      const inImages = perPart * inHeight * inWidth * inChannels * NUMBER;
      const outImages = perPart * outHeight * outWidth * outChannels * NUMBER;
      // Bytes from one part to the next of the result and of both operands.
      const steps = {
        convolve: [outImages, inImages, 0],
        filterGradient: [filterSize * NUMBER, inImages, outImages],
        inputGradient: [inImages, outImages, 0],
      }[name];
      const starts = [partials ? sums : address(backend, to), address(backend, a), address(backend, b)];
      const jobs = sizes.map((_, part) => [
        ...starts.map((start, i) => start + part * (steps[i] as number)),
        at + part * bytes,
        scratch + part * spare,
      ]);
      runJobs(backend, name, jobs);
      if (partials) exports.sum(address(backend, to), sums, 1, parts, filterSize);
    });
  });
  return to;
}
