/** How sure a classifier grows over training. */
import { callable, integersFrom, number, readOptions, text } from '../core/options';
import { curves, type HistoryRow } from './learningCurves';
import type { VegaLiteSpec } from './spec';

/** What is drawn. */
export interface EntropyByEpochOptions<Row extends HistoryRow> {
  /** mean H(q(y|x)) of a row, nats; `undefined` leaves a gap */
  readonly value: (row: Row) => number | undefined;
  /** K: a line marks log K, the entropy of a guess */
  readonly classes: number;
  /** heading; default `Entropy of q(y|x)` */
  readonly title?: string;
}

/**
 * The mean entropy of q(y|x) by epoch, a curve for each series, below the line of the most it can be.
 *
 * @param series history rows by the name of the series
 * @param options value and classes
 * @returns a Vega-Lite specification
 * @throws RangeError when there is no series, or no row has a value
 * @example entropyByEpoch({ M2: history }, { value: (row) => row['unlabeled.labelEntropy'], classes: 10 }) // a line at 2.303 nats
 */
export function entropyByEpoch<Row extends HistoryRow>(
  series: Readonly<Record<string, readonly Row[]>>,
  options: EntropyByEpochOptions<Row>,
): VegaLiteSpec {
  const { value, classes, title } = readOptions('entropyByEpoch', options, {
    value: callable(),
    classes: number(integersFrom(1)),
    title: text('Entropy of q(y|x)'),
  });
  return curves('entropyByEpoch', series, {
    value,
    quantity: 'Mean entropy',
    unit: 'nats',
    title,
    reference: { value: Math.log(classes), label: `log ${classes}` },
  });
}
