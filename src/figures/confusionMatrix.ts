/** Which classes are taken for which, as a chart. */
import { describe } from '../core/describe';
import { checked, optional, readOptions, text } from '../core/options';
import { isFiniteNumber, isListOf, isString } from '../files/json';
import { chart, type VegaLiteSpec } from './spec';

/** What is drawn, and how. */
export interface ConfusionMatrixOptions {
  /** what the classes are called; default 0 … K − 1 */
  readonly classNames?: readonly string[];
  /** heading; default none */
  readonly title?: string;
}

// Above this many classes a cell is too small for its count.
const MOST_WITH_COUNTS = 20;

// ColorBrewer's blues; white text is readable from the middle on.
const blues = ['#f7fbff', '#c6dbef', '#6baed6', '#2171b5', '#08306b'];

const assertNames = (where: string, name: string, names: readonly string[]): void => {
  if (!isListOf(isString)(names))
    throw new TypeError(`${where}: ${name} is ${describe(names)}, needed an array of names`);
};

/**
 * A confusion matrix: counts, on a color by the share of the true class.
 *
 * @param counts K × K: a row for each true class, a column for each predicted one
 * @param options names and heading
 * @returns a Vega-Lite specification
 * @throws RangeError when the counts are not square, or names are given that do not fit
 * @example confusionMatrix([[9, 1], [2, 8]], { classNames: ['cat', 'dog'] }) // cat taken for dog: 10 %
 */
export function confusionMatrix(
  counts: readonly (readonly number[])[],
  options: ConfusionMatrixOptions = {},
): VegaLiteSpec {
  const { classNames, title } = readOptions('confusionMatrix', options, {
    classNames: optional(checked(assertNames)),
    title: optional(text()),
  });
  if (!Array.isArray(counts) || !counts.every(isListOf(isFiniteNumber)))
    throw new TypeError(`confusionMatrix: counts is ${describe(counts)}, needed rows of numbers`);
  const classes = counts.length;
  const ragged = (counts as readonly (readonly number[])[]).find((row) => row.length !== classes);
  if (classes === 0 || ragged) {
    throw new RangeError(
      `confusionMatrix: counts have ${classes} rows and ${ragged?.length ?? 0} columns, needed K × K`,
    );
  }
  const names = classNames ?? counts.map((_, k) => String(k));
  if (new Set(names).size !== classes) {
    throw new RangeError(
      `confusionMatrix: classNames hold ${new Set(names).size} different names, needed ${classes}`,
    );
  }
  const values = counts.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      true: names[i] ?? '',
      predicted: names[j] ?? '',
      count,
      share: total > 0 ? (100 * count) / total : 0,
    }));
  });
  const x = {
    field: 'predicted',
    type: 'nominal',
    sort: names,
    title: 'Predicted class',
    axis: { labelAngle: classNames ? -40 : 0 },
  };
  const y = { field: 'true', type: 'nominal', sort: names, title: 'True class' };
  const side = Math.max(12, Math.min(38, Math.round(640 / classes)));
  return chart({
    ...(title !== undefined && { title }),
    width: { step: side },
    height: { step: side },
    data: { values },
    layer: [
      {
        mark: { type: 'rect', stroke: '#ffffff', strokeWidth: 1 },
        encoding: {
          x,
          y,
          color: {
            field: 'share',
            type: 'quantitative',
            title: ['Share of', 'true class (%)'],
            scale: { domain: [0, 25, 50, 75, 100], range: blues },
            legend: { gradientLength: Math.min(160, side * classes) },
          },
        },
      },
      ...(classes > MOST_WITH_COUNTS
        ? []
        : [
            {
              mark: { type: 'text', fontSize: 11 },
              encoding: {
                x,
                y,
                text: { field: 'count', type: 'quantitative', format: 'd' },
                color: { condition: { test: 'datum.share > 50', value: '#ffffff' }, value: '#1a1a1a' },
                opacity: { condition: { test: 'datum.count === 0', value: 0.25 }, value: 1 },
              },
            },
          ]),
    ],
  });
}
