import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { as, free, heap, product, transposed } from './kernels';

/**
 * Gradient of conv2d in its input by one product and a scatter.
 *
 *   patches[b,p,q,(i,j,c)] = Σ_o dy[b,p,q,o] · W[i,j,c,o],   dx[b, p·s + i − top, q·s + j − left, c] += patches[b,p,q,(i,j,c)]
 *
 * Right for every stride and padding.
 */
export function inputGradientByScatter(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  info: backend_util.Conv2DInfo,
): TensorInfo {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const line = filterWidth * inChannels;
  const byOutput = transposed(backend, as(filter, [filterHeight * line, outChannels]));
  const patches = product(backend, as(dy, [batchSize * outHeight * outWidth, outChannels]), byOutput);
  free(backend, byOutput);
  const gradient = backend.makeOutput(info.inShape, 'float32');
  const to = heap(backend, gradient).fill(0);
  const from = heap(backend, patches);
  for (let b = 0; b < batchSize; b++) {
    for (let p = 0; p < outHeight; p++) {
      for (let i = 0; i < filterHeight; i++) {
        const h = p * strideHeight + i - padInfo.top;
        if (h < 0 || h >= inHeight) continue;
        for (let q = 0; q < outWidth; q++) {
          // Taps of one filter row lie side by side in the image: those inside it are one run.
          const w = q * strideWidth - padInfo.left;
          const first = Math.max(0, -w);
          const end = Math.min(filterWidth, inWidth - w);
          let t = ((b * inHeight + h) * inWidth + w + first) * inChannels;
          let f = (((b * outHeight + p) * outWidth + q) * filterHeight + i) * line + first * inChannels;
          for (const stop = f + (end - first) * inChannels; f < stop; t++, f++) {
            to[t] = (to[t] as number) + (from[f] as number);
          }
        }
      }
    }
  }
  free(backend, patches);
  return gradient;
}
