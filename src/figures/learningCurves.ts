/** How a quantity changes over training, for one run or several beside each other. */
import { oneLine } from '../core/describe';
import { callable, FINITE_NUMBER, number, optional, readOptions, record, text } from '../core/options';
import {
  assertSeries,
  chart,
  finite,
  type Part,
  PIXELS,
  seriesColor,
  seriesDash,
  type VegaLiteSpec,
} from './spec';

/** A line of a training history. */
export interface HistoryRow {
  /** 0, 1, 2, … as in the history of a run; drawn from 1 on, as people count */
  readonly epoch: number;
}

/** A horizontal line to compare with. */
export interface ReferenceLine {
  /** where it lies, in the unit of the values */
  readonly value: number;
  /** what is written on it */
  readonly label: string;
}

/** What is drawn, and how. */
export interface LearningCurvesOptions<Row extends HistoryRow> {
  /** the quantity of a row; `undefined` or NaN leaves a gap */
  readonly value: (row: Row) => number | undefined;
  /** what it is called on the axis, such as `Test accuracy` */
  readonly quantity: string;
  /** its unit; with `%` values are shares, and are multiplied by 100 */
  readonly unit: string;
  /** heading; default none */
  readonly title?: string;
  /** a line to compare with; default none */
  readonly reference?: ReferenceLine;
  /** width of the plot in pixels; default 420 */
  readonly width?: number;
  /** height of the plot in pixels; default 260 */
  readonly height?: number;
}

/**
 * A quantity by epoch, a curve for each series.
 *
 * Rows of one series that share an epoch are runs of it (other seeds, say): their mean is drawn, in a band of one
 * standard deviation (n − 1) on either side.
 *
 * @param series history rows by the name of the series; the order of names is that of the legend
 * @param options value, quantity, unit and looks
 * @returns a Vega-Lite specification
 * @throws RangeError when there is no series, or no row has a value
 * @example learningCurves({ M2: history }, { value: (row) => row['validation.accuracy'], quantity: 'Accuracy', unit: '%' })
 */
export function learningCurves<Row extends HistoryRow>(
  series: Readonly<Record<string, readonly Row[]>>,
  options: LearningCurvesOptions<Row>,
): VegaLiteSpec {
  return curves('learningCurves', series, options);
}

/** {@link learningCurves}, by the name of the calling function. */
export function curves<Row extends HistoryRow>(
  where: string,
  series: Readonly<Record<string, readonly Row[]>>,
  options: LearningCurvesOptions<Row>,
): VegaLiteSpec {
  const { value, quantity, unit, title, reference, width, height } = readOptions(where, options, {
    value: callable(),
    quantity: text(),
    unit: text(),
    title: optional(text()),
    reference: optional(record({ value: number(FINITE_NUMBER), label: text() })),
    width: number(PIXELS, 420),
    height: number(PIXELS, 260),
  });
  assertSeries(where, series);
  for (const [name, rows] of Object.entries(series))
    for (const [i, { epoch }] of rows.entries())
      number(FINITE_NUMBER)(where, `series.${oneLine(name)}[${i}].epoch`, epoch);
  const names = Object.keys(series);
  assertDrawn(where, series, value);
  const scale = unit === '%' ? 100 : 1;
  const points = Object.entries(series).flatMap(([name, rows]) =>
    byEpoch(name, rows, (row) => {
      const drawn: unknown = value(row);
      return typeof drawn === 'number' ? drawn * scale : Number.NaN;
    }),
  );
  const longest = Object.values(series).reduce(
    (most, rows) => Math.max(most, new Set(rows.map(({ epoch }) => epoch)).size),
    0,
  );

  const epoch = {
    field: 'epoch',
    type: 'quantitative',
    title: 'Epoch',
    axis: { tickMinStep: 1, format: 'd' },
    scale: { zero: false, nice: false, padding: 4 },
  };
  const quantityTitle = `${quantity} (${unit})`;
  const color = seriesColor(names, width);
  const band: Part = {
    mark: { type: 'area', opacity: 0.18, invalid: 'break-paths-show-domains' },
    encoding: {
      x: epoch,
      y: { field: 'low', type: 'quantitative', title: quantityTitle, scale: { zero: false } },
      y2: { field: 'high' },
      color,
    },
  };
  const line: Part = {
    mark: {
      type: 'line',
      strokeWidth: 2,
      invalid: 'break-paths-show-domains',
      ...(longest <= 30 && { point: { size: 24 } }),
    },
    encoding: {
      x: epoch,
      y: { field: 'mean', type: 'quantitative', title: quantityTitle, scale: { zero: false } },
      color,
      strokeDash: seriesDash(names, width),
    },
  };
  return chart({
    ...(title !== undefined && { title }),
    width,
    height,
    data: { values: points },
    layer: [
      ...(points.some(({ low, high }) => low !== high) ? [band] : []),
      line,
      ...(reference ? referenceLine(reference.value * scale, reference.label, width) : []),
    ],
  });
}

/** A chart without a point would say that there was nothing, where a column was misnamed. */
const assertDrawn = <Row extends HistoryRow>(
  where: string,
  series: Readonly<Record<string, readonly Row[]>>,
  value: (row: Row) => number | undefined,
): void => {
  const rows = Object.values(series).flat();
  if (rows.length === 0 || rows.some((row) => Number.isFinite(value(row)))) return;
  throw new RangeError(
    `${where}: value gives no number for any row, needed a column of the rows: ${Object.keys(rows[0] as Row).join(', ')}`,
  );
};

const referenceLine = (value: number, label: string, width: number): Part[] => {
  const data = { values: [{ value, label }] };
  const y = { field: 'value', type: 'quantitative' };
  return [
    { data, mark: { type: 'rule', color: '#888888', strokeDash: [4, 4] }, encoding: { y } },
    {
      data,
      mark: {
        type: 'text',
        align: 'right',
        baseline: 'bottom',
        dx: -2,
        dy: -3,
        color: '#888888',
        fontSize: 11,
      },
      encoding: { y, x: { value: width }, text: { field: 'label' } },
    },
  ];
};

/** Mean and band of the rows at each epoch, by rising epoch. */
function byEpoch<Row extends HistoryRow>(series: string, rows: readonly Row[], value: (row: Row) => number) {
  const grouped = new Map<number, number[]>();
  for (const row of rows) grouped.set(row.epoch, [...(grouped.get(row.epoch) ?? []), value(row)]);
  return [...grouped]
    .sort(([a], [b]) => a - b)
    .map(([epoch, values]) => {
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
      const squares = values.reduce((sum, v) => sum + (v - mean) ** 2, 0);
      const deviation = Math.sqrt(squares / Math.max(1, values.length - 1));
      return {
        series,
        epoch: epoch + 1,
        mean: finite(mean),
        low: finite(mean - deviation),
        high: finite(mean + deviation),
      };
    });
}
