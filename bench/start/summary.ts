/** What a comparison says: a table on the terminal, and a page with figures. */
import { type Dataset, figures, gatherInputs } from 'ssvae';
import type { Outcome } from './experiment';
import { modelOf } from './models';
import { type ReportPaths, type ReportTable, writeReport } from './report/index';
import type { Settings } from './settings';

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

const tableOf = (outcomes: readonly Outcome[]): ReportTable => ({
  caption: 'Test set, after the last epoch',
  columns: [
    'Method',
    'Accuracy',
    'Calibration error',
    'ELBO (nats)',
    'Entropy of q(y|x) (nats)',
    'Training (s)',
  ],
  rows: outcomes.map(({ method, title, test, elbo, seconds }) => [
    title,
    percent(test.accuracy),
    percent(test.calibrationError),
    // Without its bound trained, the decoder's output means nothing.
    method === 'labels-only' || elbo === undefined ? '–' : elbo.toFixed(1),
    test.entropy.toFixed(3),
    seconds.toFixed(1),
  ]),
});

/** The table as lines for a terminal. */
export function tableLines(outcomes: readonly Outcome[]): string[] {
  const { columns, rows } = tableOf(outcomes);
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ');
  return [line(columns), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)];
}

const byTitle = <T>(outcomes: readonly Outcome[], value: (outcome: Outcome) => T): Record<string, T> =>
  Object.fromEntries(outcomes.map((outcome) => [outcome.title, value(outcome)]));

/**
 * Writes the page: the table, curves by epoch, confusion, calibration; samples, analogies, reconstructions.
 *
 * @returns paths of the page and of its pictures
 */
export async function writeSummary(
  outcomes: readonly Outcome[],
  test: Dataset,
  settings: Settings,
): Promise<ReportPaths> {
  const histories = byTitle(outcomes, ({ history }) => history);
  const last = outcomes.at(-1) as Outcome;
  const generative = outcomes.filter(({ method }) => method !== 'labels-only').at(-1);
  const examples = gatherInputs(
    test,
    Array.from({ length: 10 }, (_, i) => i),
  );
  try {
    return await writeReport(`${settings.out}/report`, {
      title: `${settings.labels} labels of ${settings.dataset}`,
      summary: `${modelOf(settings.model).title}: the same nets (${settings.nets}), seed (${settings.seed}), batches and steps under each objective; ${settings.epochs} epochs. Curves are measured on validation examples held out of the training set, the table on the test set.`,
      tables: [tableOf(outcomes)],
      charts: [
        {
          name: 'accuracy',
          spec: figures.learningCurves(histories, {
            value: (row) => row['validation.accuracy'],
            quantity: 'Validation accuracy',
            unit: '%',
          }),
          caption: 'Accuracy on validation examples by epoch.',
        },
        {
          name: 'entropy',
          spec: figures.entropyByEpoch(histories, {
            classes: test.classes,
            value: (row) => row['validation.entropy'],
          }),
          caption: 'Mean entropy of q(y|x) on validation examples by epoch: how undecided the classifier is.',
        },
        {
          name: 'confusion',
          spec: figures.confusionMatrix(last.test.confusion),
          caption: `What ${last.title} takes for what, on the test set.`,
        },
        {
          name: 'calibration',
          spec: figures.calibrationDiagram(
            byTitle(outcomes, ({ test: { calibrationBins } }) => calibrationBins),
          ),
          caption: 'Accuracy by confidence on the test set; the diagonal is calibrated.',
        },
      ],
      grids: generative
        ? [
            {
              name: 'samples',
              grid: await figures.classSamples(generative.model, { seed: settings.seed }),
              caption: `Samples of ${generative.title}, a class in each row.`,
            },
            {
              name: 'analogies',
              grid: await figures.analogies(generative.model, examples),
              caption: 'Test examples, and their style with every class.',
            },
            {
              name: 'reconstructions',
              grid: await figures.reconstructions(generative.model, examples),
              caption: 'Test examples, and their reconstructions.',
            },
          ]
        : [],
    });
  } finally {
    examples.dispose();
  }
}
