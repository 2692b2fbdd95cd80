import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { free, heap, run } from './kernels';

/** One axis of one phase: which taps it has, and which positions it fills. */
interface PhaseAxis {
  /** taps phase, phase + stride, … */
  readonly taps: number;
  /** first position filled, and how many, `stride` apart */
  readonly start: number;
  readonly count: number;
  /** zeros before and after `dy` */
  readonly padding: readonly [number, number];
}

// Position h gets Σ_i dy[(h + pad − i) / stride] · W[i] over the taps i that divide: those ≡ h + pad (mod stride).
// With h + pad = stride·m + phase and i = stride·n + phase that is dy[m − n], a convolution of stride 1.
const phaseAxis = (
  phase: number,
  stride: number,
  taps: number,
  pad: number,
  size: number,
  outSize: number,
): PhaseAxis => {
  const own = Math.ceil((taps - phase) / stride);
  const first = Math.ceil((pad - phase) / stride);
  const last = Math.floor((size - 1 + pad - phase) / stride);
  return {
    taps: own,
    start: stride * first + phase - pad,
    count: last - first + 1,
    padding: [own - 1 - first, last - (outSize - 1)],
  };
};

const isConvolution = ({ taps, count, padding }: PhaseAxis): boolean =>
  taps > 0 && count > 0 && padding.every((zeros) => zeros >= 0);

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * Gradient of conv2d in its input by output phases: each of the stride × stride phases is a small convolution
 * of `dy`, stride 1, with the filter's taps of that phase turned round, run by XNNPACK and then interleaved.
 *
 * @returns nothing where a phase has no tap or would need `dy` cropped (strides or padding above the filter's
 * size): those go the general way
 */
export function inputGradientByPhases(
  backend: BackendWasm,
  dy: TensorInfo,
  filter: TensorInfo,
  info: backend_util.Conv2DInfo,
): TensorInfo | undefined {
  const { batchSize, inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = info;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const vertical = range(strideHeight).map((phase) =>
    phaseAxis(phase, strideHeight, filterHeight, padInfo.top, inHeight, outHeight),
  );
  const horizontal = range(strideWidth).map((phase) =>
    phaseAxis(phase, strideWidth, filterWidth, padInfo.left, inWidth, outWidth),
  );
  if (![...vertical, ...horizontal].every(isConvolution)) return undefined;
  const gradient = backend.makeOutput(info.inShape, 'float32');
  for (const [i0, rows] of vertical.entries()) {
    for (const [j0, columns] of horizontal.entries()) {
      const turned = backend.makeOutput([rows.taps, columns.taps, outChannels, inChannels], 'float32');
      const taps = heap(backend, turned);
      const weights = heap(backend, filter);
      let t = 0;
      for (let i = i0 + (rows.taps - 1) * strideHeight; i >= 0; i -= strideHeight) {
        for (let j = j0 + (columns.taps - 1) * strideWidth; j >= 0; j -= strideWidth) {
          const tap = (i * filterWidth + j) * inChannels * outChannels;
          for (let o = 0; o < outChannels; o++) {
            for (let c = 0; c < inChannels; c++) taps[t++] = weights[tap + c * outChannels + o] as number;
          }
        }
      }
      const pad = [[0, 0], [...rows.padding], [...columns.padding], [0, 0]];
      const attrs = { strides: [1, 1], dilations: [1, 1], pad, dataFormat: 'NHWC' };
      const phase = run(backend, 'Conv2D', { x: dy, filter: turned }, attrs);
      const from = heap(backend, phase);
      const to = heap(backend, gradient);
      let f = 0;
      for (let b = 0; b < batchSize; b++) {
        for (let m = 0; m < rows.count; m++) {
          const h = rows.start + m * strideHeight;
          let start = ((b * inHeight + h) * inWidth + columns.start) * inChannels;
          for (let n = 0; n < columns.count; n++, start += strideWidth * inChannels) {
            for (let c = 0; c < inChannels; c++) to[start + c] = from[f++] as number;
          }
        }
      }
      free(backend, turned, phase);
    }
  }
  return gradient;
}
