/** Lines of the measurements of what a model knows, and their tables. */
import { linesOf } from '../lines';
import { toTable } from '../toTable';

/** What an experiment finds of one way to train. */
export interface Finding {
  readonly setting: string;
  /** numbers by the head of their column; shares from 0 to 1 where the head ends in % */
  readonly measures: Readonly<Record<string, number>>;
}

/** A finding, and what it was found with. */
export interface KnowingLine extends Finding {
  readonly experiment: string;
  readonly seed: number;
  readonly backend: string;
  readonly seconds: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

const cell = (head: string, value: number): string =>
  head.endsWith('%') ? (100 * value).toFixed(1) : value.toFixed(Number.isInteger(value) ? 0 : 2);

/** The table of one experiment: a row for each setting, means over the seeds. */
const tableOf = (lines: readonly KnowingLine[], experiment: string): string => {
  const found = lines.filter((line) => line.experiment === experiment);
  const heads = Object.keys(found[0]?.measures ?? {});
  const settings = [...new Set(found.map(({ setting }) => setting))];
  return toTable(
    ['training', ...heads],
    settings.map((setting) => {
      const of = found.filter((line) => line.setting === setting);
      return [
        setting,
        ...heads.map((head) => cell(head, mean(of.map(({ measures }) => measures[head] ?? 0)))),
      ];
    }),
  );
};

/** Experiments, in the order of the page. */
export const EXPERIMENTS = [
  'unseen class',
  'classes without labels',
  '26 classes',
  '100 classes',
  'rare class',
  'wrong labels',
  'temperature',
] as const;

/** The tables by their names on the pages. */
export const knowingTables: Readonly<Record<string, () => Promise<string>>> = Object.fromEntries(
  EXPERIMENTS.map((experiment) => [
    `knowing: ${experiment}`,
    async () => tableOf(await linesOf<KnowingLine>('knowing'), experiment),
  ]),
);
