/** The lines of the opinions of `fit`, and their table. */
import { WEIGHTS, type Weights } from '../../src/training/fit/compare';
import { linesOf } from '../lines';
import { toTable } from '../toTable';
import { isLost, meanOf, signed } from './tables';

/** A line of docs/results/opinions.jsonl. */
export interface OpinionsLine {
  readonly set: string;
  /** labels of each class */
  readonly labels: number;
  /** seed of the split */
  readonly split: number;
  /** examples that were scored */
  readonly examples: number;
  /** of each of {@link WEIGHTINGS}, from 0 to 1 */
  readonly accuracies: readonly number[];
}

/** One line for each of these. */
export const opinionsKey = ({ set, labels, split }: Pick<OpinionsLine, 'set' | 'labels' | 'split'>): string =>
  JSON.stringify([set, labels, split]);

const weighted = (alone: number, all: number, neighbors: number): Weights => ({
  'labels alone': alone,
  'labels and unlabeled data': all,
  neighbors,
});

/** The means that are compared, by their names: first the labels alone. */
export const WEIGHTINGS: Readonly<Record<string, Weights>> = {
  ...WEIGHTS,
  neighbors: weighted(0, 0, 1),
  '⅓, ⅓, ⅓': weighted(1 / 3, 1 / 3, 1 / 3),
  '½, ¼, ¼': weighted(0.5, 0.25, 0.25),
  '¼, ¼, ½': weighted(0.25, 0.25, 0.5),
};

/** The table of docs/results.md. */
export const opinionsTables = {
  'tabular opinions': async (): Promise<string> => {
    const lines = await linesOf<OpinionsLine>('opinions');
    const sets = [...new Set(lines.map(({ set }) => set))];
    const titles = Object.keys(WEIGHTINGS).slice(1);
    const rows = titles.map((title, at) => {
      const gain = ({ accuracies: [alone = Number.NaN, ...others] }: OpinionsLine): number =>
        (others[at] as number) - alone;
      const bySet = sets.map((set) => meanOf(lines.filter((line) => line.set === set).map(gain)));
      const lost = lines.filter((line) => isLost(gain(line), line.examples));
      return [
        title,
        signed(meanOf(bySet)),
        `${signed(Math.min(...bySet))} (${sets[bySet.indexOf(Math.min(...bySet))]})`,
        `${((100 * lost.length) / lines.length).toFixed(1)} %`,
      ];
    });
    const splits = new Set(lines.map(({ split }) => split)).size;
    const head = ['weights: labels alone, all data, neighbors', 'mean gain', 'worst set', 'runs that lose'];
    return `${toTable(head, rows)}\n\n${sets.length} sets, ${splits} splits each, ${lines[0]?.labels} labels a class.`;
  },
};
