/** Lines of results beside each other: names, groups, differences at the same seed. */
import { cases } from './cases';
import type { Result } from './results';

/** Share of the test examples that a run classifies right; NaN where it did not look at them. */
export const accuracyOf = ({ testAccuracy = Number.NaN }: Result): number => testAccuracy;

/** Numbers of labels that lines have, the least first. */
export const countsOf = (lines: readonly { readonly labels: number }[]): readonly number[] =>
  [...new Set(lines.map(({ labels }) => labels))].sort((a, b) => a - b);

/** The settings of a line that are not its case's, as `--set` takes them. */
export const changedSettings = ({ case: name, settings }: Result): readonly string[] => {
  const usual: Readonly<Record<string, unknown>> = { ...cases[name] };
  return Object.entries(settings)
    .map(([setting, value]) => [setting, JSON.stringify(value)] as const)
    .filter(([setting, json]) => json !== JSON.stringify(usual[setting]))
    .map(([setting, json]) => `${setting}=${json}`);
};

/** Methods and cases as tables call them, in their order. */
export const titles: Readonly<Record<string, string>> = {
  'labels-only': 'labels alone',
  m2: 'M2',
  'optimized-elbo': 'Optimized-ELBO',
  'generated-labels': 'Optimized-ELBO, with generated labels and consistency',
  'labels-only-mlp': 'labels alone, MLP',
  'm2-mlp': 'M2, MLP, exact',
  'm2-mlp-gumbel': 'M2, MLP, Gumbel',
  'labels-only-conv': 'labels alone, conv',
  'm2-conv': 'M2, conv, Gumbel',
  'entropy-penalty': '+ entropy penalty, β 0.5',
  'mutual-information': '+ mutual information, γ 1',
  'both-entropies': '+ both',
  'label-prior': '+ KL(q ‖ p(y)) at labelled images',
  'smoothed-labels': '+ smoothed labels, KL(ỹ ‖ q)',
  'smoothed-labels-reverse': '+ smoothed labels, KL(q ‖ ỹ)',
  'optimized-elbo-conv': 'Optimized-ELBO, conv, Gumbel',
  'optimized-elbo-reverse': 'Optimized-ELBO with KL(q ‖ ỹ)',
  flagship: 'flagship',
  'flagship-generated': 'with generated labels',
  'flagship-without-bound': 'without the bound',
  'flagship-without-entropies': 'without γ and β',
  'flagship-without-consistency': 'without consistency',
  'flagship-labels-only': 'labels alone',
  'photographs-conv': 'the report’s nets',
  'photographs-conv-labels-only': 'the report’s nets, labels alone',
  'photographs-deep': 'six convolutions',
  'photographs-deep-labels-only': 'six convolutions, labels alone',
};

/** Values that a line has, in the order of the seeds. */
export const column = <Line extends { readonly seed: number }>(
  lines: readonly Line[],
  value: (line: Line) => number | undefined,
): readonly number[] =>
  [...lines]
    .sort((a, b) => a.seed - b.seed)
    .map(value)
    .filter((found) => found !== undefined);

/** Differences at the same seed; a seed that one of them lacks is left out. */
export const paired = <Line extends { readonly seed: number }>(
  lines: readonly Line[],
  baseline: readonly Line[],
  value: (line: Line) => number,
): readonly number[] =>
  column(lines, (line) => {
    const other = baseline.find(({ seed }) => seed === line.seed);
    return other && value(line) - value(other);
  });

/** Groups of lines, in the order of the titles, and then those without one. */
export const grouped = <Line>(
  lines: readonly Line[],
  key: (line: Line) => string,
): readonly [string, Line[]][] =>
  [...new Set([...Object.keys(titles), ...lines.map(key)])]
    .filter((name) => lines.some((line) => key(line) === name))
    .map((name) => [name, lines.filter((line) => key(line) === name)]);
