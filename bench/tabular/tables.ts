/** The tables of the tabular benchmark. */
import { linesOf } from '../lines';
import { toTable } from '../toTable';
import type { BaselineLine, FitLine, PriorLine, SearchLine, SettingLine, TabularLine } from './line';

const METHODS = ['logistic regression', 'label spreading', 'self-training'] as const;

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const deviationOf = (values: readonly number[]): number =>
  values.length < 2
    ? 0
    : Math.sqrt(values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / (values.length - 1));

const percent = (share: number): string => (100 * share).toFixed(1);

/** ± standard deviation, where there are several. */
const deviation = (values: readonly number[]): string =>
  values.length < 2 ? '' : ` ± ${percent(deviationOf(values))}`;

export const signed = (difference: number): string =>
  `${difference < 0 ? '−' : '+'}${percent(Math.abs(difference))}`;

/** A row: set and labels, the labels alone, and the differences of the others. */
const rowOf = (fits: readonly FitLine[], baselines: readonly BaselineLine[]): readonly string[] => {
  const [first] = fits as readonly [FitLine];
  const alone = fits.map((line) => line.labelsAlone);
  const gains = fits.map((line) => line.fit - line.labelsAlone);
  const others = METHODS.map((method) => meanOf(baselines.map((line) => line[method])));
  const best = Math.max(...others);
  const own = meanOf(fits.map((line) => line.fit));
  const gain = signed(meanOf(gains)) + deviation(gains);
  return [
    first.set,
    String(first.labels),
    String(fits.length),
    percent(meanOf(alone)) + deviation(alone),
    own >= best ? `**${gain}**` : gain,
    ...others.map((other) => signed(other - meanOf(alone))),
    meanOf(fits.map(({ seconds }) => seconds)).toFixed(0),
  ];
};

/** Rows by set and labels, in the order of the lines; those that lack a method are left out. */
const groups = (lines: readonly TabularLine[]) => {
  const keys = [...new Set(lines.map(({ set, labels }) => JSON.stringify([set, labels])))];
  return keys.flatMap((key) => {
    const of = lines.filter(({ set, labels }) => JSON.stringify([set, labels]) === key);
    const fits = of.filter((line): line is FitLine => line.kind === 'fit');
    // Of the same splits: one that was not fitted would be compared with others.
    const baselines = of.filter(
      (line): line is BaselineLine =>
        line.kind === 'scikit-learn' && fits.some(({ split }) => split === line.split),
    );
    return fits.length > 0 && baselines.length > 0 ? [{ fits, baselines }] : [];
  });
};

/** Whether a run loses more than two points and more than two examples. */
export const isLost = (gain: number, examples: number): boolean =>
  gain < -0.02 && Math.round(-gain * examples) > 2;

/** What the rows of one number of labels say together. */
const summaryOf = (labels: number, rows: ReturnType<typeof groups>): string => {
  const gains = rows.map(({ fits }) => meanOf(fits.map((line) => line.fit - line.labelsAlone)));
  const runs = rows.flatMap(({ fits }) => fits);
  const lost = runs.filter(({ fit, labelsAlone, examples }) => isLost(fit - labelsAlone, examples));
  const ahead = rows.filter(({ fits, baselines }) => {
    const own = meanOf(fits.map((line) => line.fit));
    return METHODS.every((method) => own >= meanOf(baselines.map((line) => line[method])));
  });
  const below = rows.filter((_, i) => (gains[i] as number) < -0.005).map(({ fits }) => fits[0]?.set);
  return [
    `${labels} labels a class: mean gain of the ${rows.length} rows ${signed(meanOf(gains))} points, the worst row ${signed(Math.min(...gains))};`,
    `more than half a point below the labels alone: ${below.join(', ') || 'none'}.`,
    `Of ${runs.length} runs, ${percent(lost.length / runs.length)} % lose more than 2 points and more than 2 examples.`,
    `\`fit\` is not below the best of scikit-learn in ${ahead.length} of ${rows.length} rows.`,
  ].join(' ');
};

/** A row for each set whose model was told the shares of its classes, on the splits of that. */
const priorTable = (lines: readonly TabularLine[]): string => {
  const told = lines.filter((line): line is PriorLine => line.kind === 'prior');
  const keys = [...new Set(told.map(({ set, labels }) => JSON.stringify([set, labels])))];
  const rows = keys.map((key) => {
    const own = told.filter(({ set, labels }) => JSON.stringify([set, labels]) === key);
    const [{ set, labels }] = own as [PriorLine];
    const same = own.map((line) => {
      const fit = lines.find(
        (other): other is FitLine =>
          other.kind === 'fit' && other.set === set && other.labels === labels && other.split === line.split,
      );
      if (!fit) throw new Error(`tables: ${set} has no line of fit at split ${line.split}`);
      return fit.fit - fit.labelsAlone;
    });
    const gains = own.map((line) => line.fit - line.labelsAlone);
    return [
      set,
      String(labels),
      String(own.length),
      percent(meanOf(own.map(({ labelsAlone }) => labelsAlone))),
      signed(meanOf(same)) + deviation(same),
      signed(meanOf(gains)) + deviation(gains),
    ];
  });
  const head = ['set', 'labels a class', 'splits', 'labels alone, %', '`fit`', '`fit` with a `labelPrior`'];
  return toTable(head, rows);
};

/** A row for each search: the same split by every method, in percent. */
const searchTable = (lines: readonly TabularLine[]): string => {
  const rows = lines
    .filter((line): line is SearchLine => line.kind === 'search')
    .map((found) => {
      const same = lines.filter(
        ({ set, labels, split }) => set === found.set && labels === found.labels && split === found.split,
      );
      const fit = same.find((line): line is FitLine => line.kind === 'fit');
      const baseline = same.find((line): line is BaselineLine => line.kind === 'scikit-learn');
      if (!fit || !baseline) throw new Error(`tables: ${found.set} was searched, and has no line of fit`);
      return [
        found.set,
        String(found.labels),
        String(found.split),
        percent(fit.labelsAlone),
        percent(fit.fit),
        percent(Math.max(...METHODS.map((method) => baseline[method]))),
        percent(found.search),
        inWords(found.best.settings),
      ];
    });
  const head = [
    'set',
    'labels a class',
    'split',
    'labels alone, %',
    '`fit`',
    'best of scikit-learn',
    '`search`',
  ];
  return toTable([...head, 'settings found'], rows);
};

/** A setting in words. */
const inWords = (settings: SettingLine['settings']): string =>
  Object.entries(settings)
    .map(([name, value]) => `\`${name}: ${JSON.stringify(value).replaceAll('"', "'")}\``)
    .join(', ') || 'the settings of `fit`';

/** Gains over the labels alone, a row for each setting and a column for each set. */
const settingsTable = (lines: readonly SettingLine[]): string => {
  const keys = [...new Set(lines.map(({ settings }) => JSON.stringify(settings)))];
  const sets = [...new Set(lines.map(({ set }) => set))];
  const splits = new Set(lines.map(({ split }) => split)).size;
  const cellOf = (key: string, set: string): string => {
    const own = lines.filter((line) => line.set === set && JSON.stringify(line.settings) === key);
    return own.length === 0 ? '' : signed(meanOf(own.map((line) => line.fit - line.labelsAlone)));
  };
  const rows = keys.map((key) => [inWords(JSON.parse(key)), ...sets.map((set) => cellOf(key, set))]);
  return `${toTable(['setting', ...sets], rows)}\n\n${splits} splits, 5 labels a class.`;
};

/** The tables by name. */
export const tabularTables = {
  'tabular prior': async (): Promise<string> => priorTable(await linesOf<TabularLine>('tabular')),
  'tabular search': async (): Promise<string> => searchTable(await linesOf<TabularLine>('tabular')),
  'tabular settings': async (): Promise<string> => settingsTable(await linesOf<SettingLine>('settings')),
  tabular: async (): Promise<string> => {
    const rows = groups(await linesOf<TabularLine>('tabular'));
    const labelsOf = ({ fits }: (typeof rows)[number]): number => fits[0]?.labels ?? 0;
    const summaries = [...new Set(rows.map(labelsOf))].map((labels) =>
      summaryOf(
        labels,
        rows.filter((row) => labelsOf(row) === labels),
      ),
    );
    const head = ['set', 'labels a class', 'splits', 'labels alone, %', '`fit`', ...METHODS, 'seconds'];
    return `${toTable(
      head,
      rows.map(({ fits, baselines }) => rowOf(fits, baselines)),
    )}\n\n${summaries.join('\n\n')}`;
  },
};
