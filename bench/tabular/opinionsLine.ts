/** The lines of the opinions of `fit`, and their table. */
import { type Opinions, WEIGHTS } from '../../src/training/fit/compare';
import { linesOf } from '../lines';
import { toTable } from '../toTable';

/** A line of docs/results/opinions.jsonl. */
export interface OpinionsLine {
  readonly set: string;
  /** labels of each class */
  readonly labels: number;
  /** seed of the split */
  readonly split: number;
  /** examples that were scored */
  readonly examples: number;
  /** of each of {@link weightings}, from 0 to 1 */
  readonly accuracies: readonly number[];
}

/** One line for each of these. */
export const opinionsKey = ({ set, labels, split }: Pick<OpinionsLine, 'set' | 'labels' | 'split'>): string =>
  JSON.stringify([set, labels, split]);

const weighted = (alone: number, all: number, neighbors: number): Record<keyof Opinions, number> => ({
  'labels alone': alone,
  'labels and unlabeled data': all,
  neighbors,
});

/** Weights of the mean that are compared: first the labels alone, and then those of `fit`. */
export const weightings: readonly {
  readonly title: string;
  readonly weights: Readonly<Record<keyof Opinions, number>>;
}[] = [
  { title: 'the labels alone', weights: weighted(1, 0, 0) },
  { title: 'the mean of `fit`', weights: WEIGHTS },
  { title: 'labels and unlabeled data', weights: weighted(0, 1, 0) },
  { title: 'neighbors', weights: weighted(0, 0, 1) },
  { title: '½, ½, 0', weights: weighted(0.5, 0.5, 0) },
  { title: '⅓, ⅓, ⅓', weights: weighted(1 / 3, 1 / 3, 1 / 3) },
  { title: '½, ¼, ¼', weights: weighted(0.5, 0.25, 0.25) },
  { title: '¼, ¼, ½', weights: weighted(0.25, 0.25, 0.5) },
];

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(1)}`;

/** The table of docs/results.md. */
export const opinionsTables = {
  'tabular opinions': async (): Promise<string> => {
    const lines = await linesOf<OpinionsLine>('opinions');
    const sets = [...new Set(lines.map(({ set }) => set))];
    const rows = weightings.slice(1).map(({ title }, at) => {
      const gain = ({ accuracies: [alone = Number.NaN, ...others] }: OpinionsLine): number =>
        (others[at] as number) - alone;
      const bySet = sets.map((set) => meanOf(lines.filter((line) => line.set === set).map(gain)));
      const lost = lines.filter((line) => gain(line) < -0.02 && Math.round(-gain(line) * line.examples) > 2);
      return [
        title,
        points(meanOf(bySet)),
        `${points(Math.min(...bySet))} (${sets[bySet.indexOf(Math.min(...bySet))]})`,
        `${((100 * lost.length) / lines.length).toFixed(1)} %`,
      ];
    });
    const splits = new Set(lines.map(({ split }) => split)).size;
    const head = ['weights: labels alone, all data, neighbors', 'mean gain', 'worst set', 'runs that lose'];
    return `${toTable(head, rows)}\n\n${sets.length} sets, ${splits} splits each, ${lines[0]?.labels} labels a class.`;
  },
};
