/** Where the codes of examples lie beside each other, by class. */
import type { figures, Noise } from 'ssvae';
import { UMAP } from 'umap-js';

/**
 * Codes in a plane (UMAP: neighbours stay neighbours), a colour for each class.
 *
 * @param codes means of q(z|x), N × Z in rows
 * @param labels class of each
 * @param noise that the places are drawn from at first
 */
export const latentMap = (
  codes: Float32Array,
  labels: readonly number[],
  noise: Noise,
): figures.VegaLiteSpec => {
  const latent = codes.length / labels.length;
  const points = labels.map((_, i) => [...codes.subarray(i * latent, (i + 1) * latent)]);
  const places = new UMAP({ random: () => noise.next() }).fit(points);
  const along = {
    type: 'quantitative',
    scale: { zero: false },
    axis: { grid: false, ticks: false, labels: false, title: null, domain: false },
  };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 420,
    height: 420,
    data: { values: places.map(([x = 0, y = 0], i) => ({ x, y, label: String(labels[i]) })) },
    mark: { type: 'circle', size: 14, opacity: 0.7 },
    encoding: {
      x: { field: 'x', ...along },
      y: { field: 'y', ...along },
      color: { field: 'label', type: 'nominal', title: 'Class', scale: { scheme: 'tableau10' } },
    },
    config: { font: 'Inter, system-ui, sans-serif', view: { stroke: null } },
  };
};
