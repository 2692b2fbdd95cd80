/** The lines of the family's runs, and their table. */
import { linesOf } from '../lines';
import { percent, spread } from '../spread';
import { toTable } from '../toTable';
import { CONTENDERS } from './models';
import { STACKED } from './stacked';

/** A line of docs/results/family.jsonl. */
export interface FamilyLine {
  readonly model: string;
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  readonly backend: string;
  /** test accuracy of the same classifier, trained on the labels alone for as many steps; absent where it has none of its own */
  readonly labelsAlone?: number;
  /** test accuracy */
  readonly accuracy: number;
  /** bound on log p(x) of 1,000 test examples, nats; absent in a model without one */
  readonly elbo?: number;
  /** of training on all data */
  readonly seconds: number;
  readonly parameters: number;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The table of docs/results.md: a row for each model, means over its seeds. */
export const familyTables = {
  family: async (): Promise<string> => {
    const lines = await linesOf<FamilyLine>('family');
    const rows = Object.entries({ ...CONTENDERS, stacked: { title: STACKED } }).flatMap(
      ([name, { title }]) => {
        const own = lines.filter((line) => line.model === name);
        const [first] = own;
        if (first === undefined) return [];
        const elbos = own.flatMap(({ elbo }) => (elbo === undefined ? [] : [elbo]));
        return [
          [
            title,
            percent(own.flatMap(({ labelsAlone }) => (labelsAlone === undefined ? [] : [labelsAlone]))),
            percent(own.map((line) => line.accuracy)),
            spread(elbos, 1),
            String(own.length),
            meanOf(own.map((line) => line.seconds)).toFixed(0),
            (first.parameters / 1e6).toFixed(2),
          ],
        ];
      },
    );
    return toTable(
      ['model', 'labels alone, %', 'all data, %', 'ELBO, nats', 'seeds', 'seconds', 'million weights'],
      rows,
    );
  },
};
