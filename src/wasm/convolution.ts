import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Conv2DBackpropFilterAttrs, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import { formatShape } from '../core/shape';
import { emscriptenOf } from './emscripten';
import { address, withScratch } from './kernels';
import { exportsOf } from './module';

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

/** Runs one of the three with its scratch memory; `to` has been allocated, and the operands are those of the kernel. */
export function runConvolution(
  backend: BackendWasm,
  name: 'convolve' | 'filterGradient' | 'inputGradient',
  to: TensorInfo,
  [a, b]: readonly [TensorInfo, TensorInfo],
  info: backend_util.Conv2DInfo,
): TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const sizes = Int32Array.of(
    batchSize,
    inHeight,
    inWidth,
    inChannels,
    outHeight,
    outWidth,
    outChannels,
    filterHeight,
    filterWidth,
    strideHeight,
    strideWidth,
    padInfo.top,
    padInfo.left,
  );
  const exports = exportsOf(backend);
  const [target, left, right] = [address(backend, to), address(backend, a), address(backend, b)];
  withScratch(backend, sizes.byteLength, (at) => {
    new Int32Array(emscriptenOf(backend).HEAPU8.buffer, at, sizes.length).set(sizes);
    withScratch(backend, exports.convolutionScratch(at), (scratch) => {
      exports[name](target, left, right, at, scratch);
    });
  });
  return to;
}
