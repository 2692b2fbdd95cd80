/** The lines of the family's runs, and their table. */
import { linesOf } from '../lines';
import { percent, spread } from '../spread';
import type { Samples } from '../start/judge';
import { toTable } from '../toTable';
import { CONTENDERS } from './models';
import { STACKED } from './stacked';

/** A line of docs/results/family.jsonl, and of photographs.jsonl. */
export interface FamilyLine {
  readonly model: string;
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  /** absent where the bound is trained as it is */
  readonly recipe?: string;
  readonly backend: string;
  /** test accuracy of the same classifier, trained on the labels alone for as many steps; absent where it has none of its own */
  readonly labelsAlone?: number;
  /** test accuracy */
  readonly accuracy: number;
  /** bound on log p(x) of 1,000 test examples, nats; absent in a model without one */
  readonly elbo?: number;
  /** what a judge says of samples of each class, where there is a recipe */
  readonly samples?: Samples;
  /** of training on all data */
  readonly seconds: number;
  readonly parameters: number;
  /** accuracy on 5,000 validation examples after each tenth of the epochs */
  readonly curve?: readonly number[];
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** What every row is called. */
const TITLES: Readonly<Record<string, { readonly title: string }>> = {
  ...CONTENDERS,
  stacked: { title: STACKED },
};

/** Runs by one recipe, or by the bound as it is. */
const linesBy = async (recipe?: string): Promise<readonly FamilyLine[]> =>
  (await linesOf<FamilyLine>('family')).filter((line) => line.recipe === recipe);

/** A row for each model and length: what it is called, and its figures, means over seeds. */
const rowsOf = (lines: readonly FamilyLine[]) =>
  Object.entries(TITLES).flatMap(([model, { title }]) => {
    const ofModel = lines.filter((line) => line.model === model);
    const lengths = [...new Set(ofModel.map(({ epochs }) => epochs))].sort((a, b) => a - b);
    return lengths.map((epochs) => {
      const own = ofModel.filter((line) => line.epochs === epochs);
      return {
        title,
        epochs: String(epochs),
        seeds: String(own.length),
        labelsAlone: percent(own.flatMap(({ labelsAlone }) => labelsAlone ?? [])),
        accuracy: percent(own.map(({ accuracy }) => accuracy)),
        error: percent(own.map(({ accuracy }) => 1 - accuracy)),
        elbo: spread(
          own.flatMap(({ elbo }) => elbo ?? []),
          1,
        ),
        fidelity: percent(own.flatMap(({ samples }) => samples?.fidelity ?? [])),
        seconds: meanOf(own.map(({ seconds }) => seconds)).toFixed(0),
        weights: (meanOf(own.map(({ parameters }) => parameters)) / 1e6).toFixed(2),
      };
    });
  });

/** The tables of docs/results.md. */
export const familyTables = {
  family: async (): Promise<string> => {
    const rows = rowsOf(await linesBy()).map(
      ({ title, epochs, labelsAlone, accuracy, elbo, seeds, seconds, weights }) => [
        title,
        epochs,
        labelsAlone,
        accuracy,
        elbo,
        seeds,
        seconds,
        weights,
      ],
    );
    const heads = ['labels alone, %', 'all data, %', 'ELBO, nats', 'seeds', 'seconds', 'million weights'];
    return toTable(['model', 'epochs', ...heads], rows);
  },
  'family curves': async (): Promise<string> => {
    const lines = (await linesBy()).filter(({ epochs, curve }) => epochs === 30 && curve);
    const rows = lines.map(({ model, accuracy, curve = [] }) => [
      TITLES[model]?.title ?? model,
      percent([1 - accuracy]),
      curve.map((share) => (100 * share).toFixed(1)).join(', '),
    ]);
    return toTable(
      ['30 epochs', 'test error, %', 'validation accuracy after each tenth of the epochs, %'],
      rows,
    );
  },
  'family photographs': async (): Promise<string> => {
    const rows = rowsOf(await linesOf<FamilyLine>('photographs')).map(
      ({ title, epochs, seeds, labelsAlone, accuracy, seconds, weights }) => [
        title,
        epochs,
        seeds,
        labelsAlone,
        accuracy,
        seconds,
        weights,
      ],
    );
    const heads = ['labels alone, %', 'all data, %', 'seconds', 'million weights'];
    return toTable(['model', 'epochs', 'seeds', ...heads], rows);
  },
  'family consistent': async (): Promise<string> => {
    const generated = rowsOf(await linesBy('generated')).map((row) => ({
      ...row,
      title: `${row.title}, with generated labels`,
    }));
    const rows = [...rowsOf(await linesBy('consistent')), ...generated].map(
      ({ title, epochs, seeds, labelsAlone, accuracy, error, elbo, fidelity, seconds }) => [
        title,
        epochs,
        seeds,
        labelsAlone,
        accuracy,
        error,
        elbo,
        fidelity,
        seconds,
      ],
    );
    const heads = ['labels alone, %', 'all data, %', 'test error, %', 'ELBO, nats', 'fidelity, %', 'seconds'];
    return toTable(['model', 'epochs', 'seeds', ...heads], rows);
  },
};
