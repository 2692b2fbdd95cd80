/** Tables of M1 and a support vector machine. */
import { percent } from '../../spread';
import { toTable } from '../../toTable';
import { countsOf } from './compare';
import type { M1Result } from './m1Results';
import { GRID, MACHINE, VAE } from './m1Settings';

/** Test accuracy by number of labels to beat: that of an earlier study of M1 with an RBF machine, in one run each. */
const EARLIER: Readonly<Record<number, number>> = { 100: 70.25, 600: 77.2, 1000: 79.03, 3000: 81.38 };

/** How a setting is told where it differs; others by their name. */
const TOLD: Readonly<Record<string, (value: unknown) => string>> = {
  latent: (value) => `latent ${value}`,
  klWeight: (value) => `KL × ${value}`,
  batchNorm: (value) => (value ? 'batch norm' : 'no batch norm'),
  activation: String,
  epochs: (value) => `${value} epochs`,
  standardised: (value) => (value ? 'codes standardised' : 'codes as they are'),
  virtualExamples: () => 'virtual examples',
};

/** Settings that differ from those of the first table, in words. */
const differencesOf = (settings: object, usual: object): readonly string[] => {
  const known = new Map(Object.entries(usual));
  return Object.entries(settings)
    .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known.get(name)))
    .map(([name, value]) => TOLD[name]?.(value) ?? `${name} ${value}`);
};

/** What sets a run apart from those of the first table; C and γ are chosen anew where the grid is gone through. */
const variantOf = ({ vae, machine, purpose }: M1Result): string => {
  const { cost, gammaOfVariance, ...rest } = machine;
  const words = [
    ...differencesOf({ ...vae, warmup: VAE.warmup }, VAE),
    ...differencesOf(purpose === 'choose' ? rest : { cost, gammaOfVariance, ...rest }, MACHINE),
    // Told by the length, unless it is that alone.
    ...(vae.epochs === VAE.epochs && vae.warmup !== VAE.warmup ? [`warm-up ${vae.warmup}`] : []),
  ];
  return words.length === 0 ? 'as above' : words.join(', ');
};

const report = (all: readonly M1Result[], variant: string): string => {
  const lines = all.filter((line) => variantOf(line) === variant);
  const rows = countsOf(lines).map((labels) => {
    const own = lines.filter((line) => line.labels === labels).sort((a, b) => a.seed - b.seed);
    const test = own.map(({ testAccuracy = Number.NaN }) => testAccuracy);
    const earlier = EARLIER[labels];
    const least = 100 * Math.min(...test);
    return [
      String(labels),
      String(own.length),
      percent(own.map(({ validationAccuracy }) => validationAccuracy)),
      percent(test),
      least.toFixed(2),
      earlier?.toFixed(2) ?? '',
      earlier === undefined ? '' : percent(test.map((accuracy) => accuracy - earlier / 100)),
    ];
  });
  const head = ['labels', 'seeds', 'validation, %', 'test, %', 'worst seed', 'earlier study, %', 'above it'];
  return toTable(head, rows);
};

const variants = (all: readonly M1Result[]): string => {
  // The machine's own choices with virtual examples are in a table of their own.
  const lines = all.filter(({ machine }) => !machine.virtualExamples);
  const counts = countsOf(lines);
  const rows = [...new Set(lines.map(variantOf))].map((variant) => {
    const own = lines.filter((line) => variantOf(line) === variant);
    const at = (labels: number): readonly number[] =>
      own.filter((line) => line.labels === labels).map(({ validationAccuracy }) => validationAccuracy);
    return [variant, String(own[0]?.activeUnits ?? ''), ...counts.map((labels) => percent(at(labels)))];
  });
  return toTable(['', 'active units', ...counts.map((labels) => `${labels} labels, %`)], rows);
};

const machines = (lines: readonly M1Result[], variant: string): string => {
  const own = lines.filter((line) => variantOf(line) === variant);
  const counts = countsOf(own);
  const rows = GRID.map(({ cost, gammaOfVariance }) => {
    const at = (labels: number): readonly number[] =>
      own
        .filter((line) => line.labels === labels)
        .flatMap(({ grid = [] }) =>
          grid.filter((one) => one.cost === cost && one.gammaOfVariance === gammaOfVariance),
        )
        .map(({ validationAccuracy }) => validationAccuracy);
    return [String(cost), String(gammaOfVariance), ...counts.map((labels) => percent(at(labels)))];
  });
  return toTable(['C', 'γ · variance', ...counts.map((labels) => `${labels} labels, %`)], rows);
};

const REPORTED = 'm1-svm-fashion-mnist';
const CHOSEN_BY = `${REPORTED}-choose`;

/** The tables by name. */
export const m1Tables = (
  linesOf: (name: string) => Promise<readonly M1Result[]>,
): Readonly<Record<string, () => Promise<string>>> => ({
  'm1-svm': async () => report(await linesOf(REPORTED), 'as above'),
  'm1-svm virtual': async () => report(await linesOf(REPORTED), 'cost 1, virtual examples'),
  'm1-svm vae': async () => variants(await linesOf(CHOSEN_BY)),
  'm1-svm machine': async () => machines(await linesOf(CHOSEN_BY), 'as above'),
  'm1-svm virtual machine': async () => machines(await linesOf(CHOSEN_BY), 'virtual examples'),
});
