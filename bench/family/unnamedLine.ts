/** The lines of runs with classes that no label names, and their table. */
import { linesOf } from '../lines';
import { percent } from '../spread';
import { toTable } from '../toTable';

/** A line of docs/results/unnamed.jsonl. */
export interface UnnamedLine {
  readonly model: string;
  readonly title: string;
  /** weight of the mutual information */
  readonly gamma: number;
  /** weight of the classification loss */
  readonly alpha: number;
  /** weight of the consistency between changed images */
  readonly consistency: number;
  readonly labels: number;
  readonly seed: number;
  readonly epochs: number;
  readonly backend: string;
  /** of 5,000 held-out training examples, with the assignment */
  readonly validation: number;
  /** of the test examples, with the assignment */
  readonly accuracy: number;
  /** the true class of each predicted one, found on the training examples */
  readonly assignment: readonly number[];
  /** of the test examples */
  readonly normalizedMutualInformation: number;
  readonly seconds: number;
}

/** The table of docs/results.md: a row for each model and setting, means over its seeds. */
export const unnamedTables = {
  'unnamed classes': async (): Promise<string> => {
    const lines = await linesOf<UnnamedLine>('unnamed');
    const settingOf = ({ title, gamma, consistency, epochs }: UnnamedLine): string =>
      [title, gamma, consistency, epochs].join('|');
    const rows = [...new Set(lines.map(settingOf))].map((setting) => {
      const own = lines.filter((line) => settingOf(line) === setting);
      const seconds = own.reduce((sum, line) => sum + line.seconds, 0) / own.length;
      return [
        ...setting.split('|'),
        String(own.length),
        percent(own.map(({ validation }) => 1 - validation)),
        percent(own.map(({ accuracy }) => 1 - accuracy)),
        seconds.toFixed(0),
      ];
    });
    const heads = [
      'model',
      'γ',
      'consistency',
      'epochs',
      'seeds',
      'held-out error, %',
      'test error, %',
      'seconds',
    ];
    return toTable(heads, rows);
  },
};
