/** The lines of the family's runs, and their table. */
import { linesOf } from '../lines';
import { percent, spread } from '../spread';
import type { Samples } from '../start/judge';
import { toTable } from '../toTable';
import { CONTENDERS } from './models';
import { STACKED } from './stacked';

/** A line of docs/results/family.jsonl. */
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
  /** of training on all data */
  /** what a judge says of samples of each class, where there is a recipe */
  readonly samples?: Samples;
  readonly seconds: number;
  readonly parameters: number;
  /** accuracy on 5,000 validation examples after each tenth of the epochs */
  readonly curve?: readonly number[];
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs by one recipe, or by the bound as it is. */
const linesBy = async (recipe?: string): Promise<readonly FamilyLine[]> =>
  (await linesOf<FamilyLine>('family')).filter((line) => line.recipe === recipe);

const titleOf = (model: string): string => CONTENDERS[model]?.title ?? STACKED;

/** The tables of docs/results.md: a row for each model and length, means over its seeds. */
export const familyTables = {
  family: async (): Promise<string> => {
    const lines = await linesBy();
    const rows = Object.entries({ ...CONTENDERS, stacked: { title: STACKED } }).flatMap(
      ([name, { title }]) => {
        const ofModel = lines.filter(({ model }) => model === name);
        const lengths = [...new Set(ofModel.map(({ epochs }) => epochs))].sort((a, b) => a - b);
        return lengths.map((epochs) => {
          const own = ofModel.filter((line) => line.epochs === epochs);
          const of = (field: 'labelsAlone' | 'elbo'): readonly number[] =>
            own.flatMap((line) => line[field] ?? []);
          return [
            title,
            String(epochs),
            percent(of('labelsAlone')),
            percent(own.map(({ accuracy }) => accuracy)),
            spread(of('elbo'), 1),
            String(own.length),
            meanOf(own.map(({ seconds }) => seconds)).toFixed(0),
            (meanOf(own.map(({ parameters }) => parameters)) / 1e6).toFixed(2),
          ];
        });
      },
    );
    const heads = ['labels alone, %', 'all data, %', 'ELBO, nats', 'seeds', 'seconds', 'million weights'];
    return toTable(['model', 'epochs', ...heads], rows);
  },
  'family curves': async (): Promise<string> => {
    const lines = (await linesBy()).filter(({ epochs, curve }) => epochs === 30 && curve);
    const rows = lines.map(({ model, accuracy, curve = [] }) => [
      titleOf(model),
      percent([1 - accuracy]),
      curve.map((share) => (100 * share).toFixed(1)).join(', '),
    ]);
    return toTable(
      ['30 epochs', 'test error, %', 'validation accuracy after each tenth of the epochs, %'],
      rows,
    );
  },
  'family consistent': async (): Promise<string> => {
    const lines = [...(await linesBy('consistent')), ...(await linesBy('generated'))];
    const nameOf = ({ model, recipe }: FamilyLine): string =>
      [titleOf(model), recipe === 'generated' && 'with generated labels'].filter(Boolean).join(', ');
    const rows = [...new Set(lines.map(nameOf))].map((name) => {
      const own = lines.filter((line) => nameOf(line) === name);
      const errors = own.map(({ accuracy }) => 1 - accuracy);
      return [
        name,
        String(own.length),
        percent(own.flatMap(({ labelsAlone }) => labelsAlone ?? [])),
        percent(own.map(({ accuracy }) => accuracy)),
        percent(errors),
        spread(
          own.flatMap(({ elbo }) => elbo ?? []),
          1,
        ),
        percent(own.flatMap(({ samples }) => samples?.fidelity ?? [])),
        meanOf(own.map(({ seconds }) => seconds)).toFixed(0),
      ];
    });
    const heads = ['labels alone, %', 'all data, %', 'test error, %', 'ELBO, nats', 'fidelity, %', 'seconds'];
    return toTable(['model', 'seeds', ...heads], rows);
  },
};
