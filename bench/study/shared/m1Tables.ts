/** Tables of M1 and a support vector machine. */
import { percent } from '../../spread';
import { toTable } from '../../toTable';
import type { M1Result } from './m1Results';
import { GRID, VAE, type VaeSettings } from './m1Settings';

/** Test accuracy by number of labels, as published: Kingma's M1 with an RBF machine on Fashion-MNIST. */
const PUBLISHED: Readonly<Record<number, number>> = { 100: 70.25, 600: 77.2, 1000: 79.03, 3000: 81.38 };

const NAMES: readonly (readonly [keyof VaeSettings, (value: unknown) => string])[] = [
  ['latent', (value) => `latent ${value}`],
  ['klWeight', (value) => `KL × ${value}`],
  ['batchNorm', (value) => (value ? 'batch norm' : 'no batch norm')],
  ['activation', String],
  ['epochs', (value) => `${value} epochs`],
];

/** What sets a run apart from those of the first table. */
const variantOf = ({ vae, machine }: M1Result): string => {
  const words = NAMES.filter(([name]) => vae[name] !== VAE[name]).map(([name, told]) => told(vae[name]));
  const all = [...words, ...(machine.standardised ? ['codes standardised'] : [])];
  return all.length === 0 ? 'as above' : all.join(', ');
};

const countsOf = (lines: readonly M1Result[]): readonly number[] =>
  [...new Set(lines.map(({ labels }) => labels))].sort((a, b) => a - b);

const report = (lines: readonly M1Result[]): string => {
  const rows = countsOf(lines).map((labels) => {
    const own = lines.filter((line) => line.labels === labels).sort((a, b) => a.seed - b.seed);
    const test = own.map(({ testAccuracy = Number.NaN }) => testAccuracy);
    const published = PUBLISHED[labels];
    const least = 100 * Math.min(...test);
    return [
      String(labels),
      String(own.length),
      percent(own.map(({ validationAccuracy }) => validationAccuracy)),
      percent(test),
      least.toFixed(2),
      published?.toFixed(2) ?? '',
      published === undefined ? '' : percent(test.map((accuracy) => accuracy - published / 100)),
    ];
  });
  const head = ['labels', 'seeds', 'validation, %', 'test, %', 'worst seed', 'published, %', 'above it'];
  return toTable(head, rows);
};

const variants = (lines: readonly M1Result[]): string => {
  const counts = countsOf(lines);
  const rows = [...new Set(lines.map(variantOf))].map((variant) => {
    const own = lines.filter((line) => variantOf(line) === variant);
    const at = (labels: number): readonly number[] =>
      own.filter((line) => line.labels === labels).map(({ validationAccuracy }) => validationAccuracy);
    return [variant, String(own[0]?.activeUnits ?? ''), ...counts.map((labels) => percent(at(labels)))];
  });
  return toTable(['', 'active units', ...counts.map((labels) => `${labels} labels, %`)], rows);
};

const machines = (lines: readonly M1Result[]): string => {
  const own = lines.filter((line) => variantOf(line) === 'as above');
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

/** The tables by name. */
export const m1Tables = (
  linesOf: (name: string) => Promise<readonly M1Result[]>,
): Readonly<Record<string, () => Promise<string>>> => ({
  'm1-svm': async () => report(await linesOf('m1-svm')),
  'm1-svm vae': async () => variants(await linesOf('m1-svm-choose')),
  'm1-svm machine': async () => machines(await linesOf('m1-svm-choose')),
});
