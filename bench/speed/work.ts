/** The work of a step, counted from what it must compute, not from what a contender does. */
import { FAMILY_LAYERS } from './familyWork';
import { dense, type Layer, norms, sum } from './layers';
import type { Workload } from './workloads';

/** Work of a step. */
export interface Work {
  /** multiplications and additions of products and convolutions, 10⁹ */
  readonly gigaflop: number;
  /** bytes that Adam reads and writes, 10⁹: weight, gradient and two moments read, weight and moments written */
  readonly gigabytes: number;
  /** trainable numbers */
  readonly parameters: number;
}

const CONV = 3 * 3;

const conv = (positions: number, below: number, above: number, bias: number, rows: number): Layer => ({
  products: positions * CONV * below * above,
  weights: CONV * below * above + bias,
  rows,
  passes: 3,
});

/** The convolutions of the report: two that halve the map, a dense layer of 512; and the same back. */
function convolutional(
  { inputShape, classes, latent }: Workload,
  own: number,
  expanded: number,
): readonly Layer[] {
  const [height, width, channels] = inputShape;
  const [half, quarter] = [(height * width) / 4, (height * width) / 16];
  return [
    { ...conv(half, channels, 32, 32, own), passes: 2 },
    conv(quarter, 32, 64, 64, own),
    ...dense([64 * quarter, 512], own),
    ...dense([512, classes], own),
    ...dense([512, 2 * latent], own),
    ...dense([latent + classes, 512], expanded),
    ...dense([512, 64 * quarter], expanded),
    conv(quarter, 64, 32, 32, expanded),
    conv(half, 32, channels, channels, expanded),
  ];
}

/** Classifier, encoder and decoder of M2, encoder and decoder of a VAE, or the nets of another model; a label enters a layer apart from x. */
function layersOf(workload: Workload): readonly Layer[] {
  const { model, nets, widths, inputShape, classes, latent, labeled, unlabeled, labelHandling } = workload;
  const size = inputShape.reduce((product, axis) => product * axis, 1);
  const own = labeled + unlabeled;
  if (model === 'm1') {
    const encoder = dense([size, ...widths, 2 * latent], own, { first: true });
    const decoder = dense([latent, ...[...widths].reverse(), size], own);
    return [...encoder, ...decoder, norms(widths), norms(widths)];
  }
  if (model !== 'm2') return FAMILY_LAYERS[model](workload, size, own);
  const expanded = labeled + unlabeled * (labelHandling === 'exact' ? classes : 1);
  if (nets === 'conv') return convolutional(workload, own, expanded);
  const [hidden] = widths as [number];
  return [
    ...dense([size, hidden, classes], own, { first: true }),
    ...dense([size, hidden], own, { first: true }),
    // A label's row of weights is looked up, not multiplied, in the encoder and the decoder.
    { products: 0, weights: 2 * classes * hidden, rows: 0, passes: 0 },
    ...dense([hidden, 2 * latent], expanded),
    ...dense([latent, hidden], expanded),
    ...dense([hidden, size], expanded),
  ];
}

/**
 * Work of a training step: a layer multiplies once forward and twice back, for its input and its weights. Normalization,
 * activations, likelihood and noise are left out, and so are bytes that a cache may hold.
 */
export function workOf(workload: Workload): Work {
  const layers = layersOf(workload);
  const products = sum(layers.map(({ products, rows, passes }) => passes * products * rows));
  const parameters = sum(layers.map(({ weights }) => weights));
  return { gigaflop: (2 * products) / 1e9, gigabytes: (7 * 4 * parameters) / 1e9, parameters };
}

/** Milliseconds below which no step can be: products at the peak, then Adam's bytes at the speed of a copy. */
export const floorOf = ({ gigaflop, gigabytes }: Work, peak: number, copy: number): number =>
  1000 * (gigaflop / peak + gigabytes / copy);
