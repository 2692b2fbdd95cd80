import { Conv2DBackpropFilter, type KernelConfig } from '@tensorflow/tfjs-core';
import { convolutionInfo } from './convolution';
import { as, free, heap, product, wasmKernel } from './kernels';

/**
 * Gradient of conv2d in its filter, which the WebAssembly backend lacks.
 *
 *   dW[i,j,c,o] = Σ_{b,p,q} x[b, p·s + i − top, q·s + j − left, c] · dy[b,p,q,o]
 *
 * One matrix product, [taps·C, B·P·Q] × [B·P·Q, O]. The left matrix is written transposed at once, so that
 * neither `dy` nor anything of its size is copied.
 */
export const conv2DBackpropFilter: KernelConfig = wasmKernel(
  Conv2DBackpropFilter,
  ({ backend, input, attributes }) => {
    const [x, dy] = [input('x'), input('dy')];
    const filterShape = attributes.filterShape as [number, number, number, number];
    const info = convolutionInfo(Conv2DBackpropFilter, x.shape, filterShape, attributes);
    const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = info;
    const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
    const rows = filterHeight * filterWidth * inChannels;
    const columns = batchSize * outHeight * outWidth;
    const patches = backend.makeOutput([rows, columns], 'float32');
    const to = heap(backend, patches);
    const from = heap(backend, x);
    const next = strideWidth * inChannels;
    for (let b = 0; b < batchSize; b++) {
      let row = b * outHeight * outWidth;
      for (let i = 0; i < filterHeight; i++) {
        for (let j = 0; j < filterWidth; j++) {
          // Output columns whose tap j lies inside the image.
          const offset = padInfo.left - j;
          const first = Math.min(outWidth, Math.max(0, Math.ceil(offset / strideWidth)));
          const end = Math.max(first, Math.min(outWidth, Math.ceil((inWidth + offset) / strideWidth)));
          for (let c = 0; c < inChannels; c++, row += columns) {
            let t = row;
            for (let p = 0; p < outHeight; p++) {
              const h = p * strideHeight + i - padInfo.top;
              if (h < 0 || h >= inHeight) {
                to.fill(0, t, t + outWidth);
                t += outWidth;
                continue;
              }
              let f = ((b * inHeight + h) * inWidth + first * strideWidth - offset) * inChannels + c;
              for (const inside = t + first; t < inside; ) to[t++] = 0;
              for (const inside = t + end - first; t < inside; f += next) to[t++] = from[f] as number;
              for (const line = t + outWidth - end; t < line; ) to[t++] = 0;
            }
          }
        }
      }
    }
    const gradient = product(backend, patches, as(dy, [columns, outChannels]));
    free(backend, patches);
    return as(gradient, filterShape);
  },
);
