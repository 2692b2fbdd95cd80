import type { Conv2DBackpropFilterAttrs, NamedAttrMap } from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';

/** Sizes of a convolution, NHWC, from the attributes both of its gradients share. */
export function convolutionInfo(
  where: string,
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: NamedAttrMap,
): backend_util.Conv2DInfo {
  // The registry types attributes loosely; these are the ones that tfjs-core itself passes to either gradient.
  const { strides, pad, dimRoundingMode, dataFormat } = attributes as unknown as Conv2DBackpropFilterAttrs;
  if (dataFormat === 'NCHW') throw new Error(`${where}: dataFormat is 'NCHW', needed 'NHWC' on WebAssembly`);
  return backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    strides,
    1,
    pad,
    dimRoundingMode,
  );
}
