/** Line charts of measurements, for the pages in docs. */
import type { figures, Json } from 'ssvae';

/** A measured point of a series. */
export interface Point {
  readonly series: string;
  readonly x: number;
  readonly y: number;
}

/** What the axes are called, and how they are scaled. */
export interface LineChartOptions {
  readonly x: string;
  readonly y: string;
  /** whether the scales are logarithmic; default `false` */
  readonly log?: boolean;
  /** whether the scale of y begins at 0; default `true` on a linear scale */
  readonly zero?: boolean;
}

/** One chart: a line for each series. */
export function lineChart(
  points: readonly Point[],
  { x, y, log = false, zero = !log }: LineChartOptions,
): figures.VegaLiteSpec {
  const names = [...new Set(points.map(({ series }) => series))];
  const scale: Json = log ? { type: 'log' } : { zero };
  const along: Json = log ? { type: 'log' } : {};
  const grid = { gridColor: '#888888', gridOpacity: 0.25, domainColor: '#888888', tickColor: '#888888' };
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 460,
    height: 260,
    data: { values: points.map((point) => ({ ...point })) },
    mark: { type: 'line', strokeWidth: 2, point: { size: 18 } },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: x, scale: along, axis: grid },
      y: { field: 'y', type: 'quantitative', title: y, scale, axis: grid },
      color: {
        field: 'series',
        type: 'nominal',
        scale: {
          domain: names,
          range: ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00', '#7f7f7f'].slice(
            0,
            names.length,
          ),
        },
        legend: names.length > 1 ? { title: null, orient: 'bottom', columns: 3 } : null,
      },
    },
    config: { font: 'Inter, system-ui, sans-serif', view: { stroke: null } },
  };
}
