/** Whether a classifier is right as often as it says, as a chart. */
import { oneLine } from '../core/describe';
import { FINITE_NUMBER, number, optional, readOptions, text } from '../core/options';
import { assertSeries, chart, type Part, PIXELS, seriesColor, seriesDash, type VegaLiteSpec } from './spec';

/** The examples whose confidence is in one interval. */
export interface CalibrationDiagramBin {
  /** lower end of the interval */
  readonly from: number;
  /** upper end of the interval */
  readonly to: number;
  /** mean confidence of the examples in it, 0 to 1 */
  readonly confidence: number;
  /** share of them that is right, 0 to 1 */
  readonly accuracy: number;
  /** how many they are */
  readonly count: number;
}

/** How it is drawn. */
export interface CalibrationDiagramOptions {
  /** heading; default none */
  readonly title?: string;
  /** width of the plot in pixels; default 320 */
  readonly width?: number;
}

type Series = Readonly<Record<string, readonly CalibrationDiagramBin[]>>;

/** What is drawn of each bin, in percent. */
const pointsOf = (series: Series): Part[] => {
  const names = Object.keys(series);
  return Object.entries(series).flatMap(([name, bins], i) => {
    for (const [m, bin] of bins.entries())
      for (const field of ['from', 'to', 'confidence', 'accuracy', 'count'] as const)
        number(FINITE_NUMBER)('calibrationDiagram', `series.${oneLine(name)}[${m}].${field}`, bin[field]);
    const total = bins.reduce((sum, { count }) => sum + count, 0);
    return bins.map(({ from, to, confidence, accuracy, count }) => ({
      series: name,
      // The bars of a bin are side by side.
      from: 100 * (from + ((to - from) * i) / names.length),
      to: 100 * (from + ((to - from) * (i + 1)) / names.length),
      confidence: 100 * confidence,
      accuracy: 100 * accuracy,
      share: (100 * count) / total,
    }));
  });
};

/**
 * A reliability diagram (Guo et al. 2017, Figure 1): accuracy by confidence, a curve for each series, on the
 * diagonal where they are equal; below it the share of examples in each bin.
 *
 * @param series bins by the name of the series, as `calibration` and `evaluateClassifier` give them
 * @param options heading and width
 * @returns a Vega-Lite specification
 * @throws RangeError when there is no series
 * @example calibrationDiagram({ M2: (await evaluateClassifier(model, dataset)).calibrationBins })
 */
export function calibrationDiagram(
  series: Readonly<Record<string, readonly CalibrationDiagramBin[]>>,
  options: CalibrationDiagramOptions = {},
): VegaLiteSpec {
  const { title, width } = readOptions('calibrationDiagram', options, {
    title: optional(text()),
    width: number(PIXELS, 320),
  });
  assertSeries('calibrationDiagram', series);
  const names = Object.keys(series);
  const values = pointsOf(series);
  const percent = { domain: [0, 100] };
  const ticks = { values: [0, 20, 40, 60, 80, 100] };
  const color = seriesColor(names, width);
  const x = { field: 'confidence', type: 'quantitative', scale: percent, axis: ticks, title: null };
  const y = { field: 'accuracy', type: 'quantitative', scale: percent, axis: ticks, title: 'Accuracy (%)' };
  return chart({
    ...(title !== undefined && { title }),
    data: { values },
    spacing: 14,
    vconcat: [
      {
        width,
        height: width,
        layer: [
          {
            data: {
              values: [
                { confidence: 0, accuracy: 0 },
                { confidence: 100, accuracy: 100 },
              ],
            },
            mark: { type: 'line', color: '#888888', strokeDash: [4, 4], strokeWidth: 1 },
            encoding: { x, y },
          },
          {
            mark: { type: 'line', strokeWidth: 2, point: { size: 36 } },
            encoding: { x, y, color, strokeDash: seriesDash(names, width) },
          },
        ],
      },
      {
        width,
        height: Math.round(width / 4),
        mark: { type: 'bar', binSpacing: names.length > 1 ? 0 : 1 },
        encoding: {
          x: {
            field: 'from',
            type: 'quantitative',
            scale: percent,
            axis: ticks,
            title: 'Confidence (%)',
            bin: { binned: true },
          },
          x2: { field: 'to' },
          y: {
            field: 'share',
            type: 'quantitative',
            title: 'Examples (%)',
            stack: null,
            axis: { tickCount: 3 },
          },
          color,
        },
      },
    ],
  });
}
