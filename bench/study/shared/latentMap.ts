/** Where the codes of examples lie, by class. */
import type { figures } from 'ssvae';
import { principalComponents } from './principalComponents';

/**
 * Codes along their two principal components, a colour for each class.
 *
 * @param codes means of q(z|x), N × Z in rows
 * @param labels class of each
 */
export const latentMap = (codes: Float32Array, labels: readonly number[]): figures.VegaLiteSpec => {
  const places = principalComponents(codes, codes.length / labels.length);
  const axis = { grid: false, ticks: false, labels: false };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 420,
    height: 420,
    data: { values: places.map(([x, y], i) => ({ x, y, label: String(labels[i]) })) },
    mark: { type: 'circle', size: 14, opacity: 0.7 },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: 'First principal component of μ(x)', axis },
      y: { field: 'y', type: 'quantitative', title: 'Second', axis },
      color: { field: 'label', type: 'nominal', title: 'Class', scale: { scheme: 'tableau10' } },
    },
    config: { font: 'Inter, system-ui, sans-serif', view: { stroke: null } },
  };
};
