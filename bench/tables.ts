/**
 * Writes the tables of docs/results.md and docs/performance.md out of the lines in docs/results: `npm run tables [-- --check]`.
 *
 * A table stands between `<!-- table: NAME -->` and `<!-- end -->`. With `--check` nothing is written, and a table that
 * is not what its lines give is an error.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { linesOf } from './lines';
import type { SpeedLine } from './speed/line';
import { speedTables } from './speed/tables';
import { percent, spread } from './spread';
import type { M1Result } from './study/shared/m1Results';
import { m1Tables } from './study/shared/m1Tables';
import type { Result } from './study/shared/results';
import { toTable } from './toTable';

const PAGES = ['docs/results.md', 'docs/performance.md'];

/** A line of docs/results/mnist-parity.jsonl, as far as a table shows it. */
interface Parity {
  readonly case: string;
  readonly backend: string;
  readonly largest: Readonly<Record<'restarted' | 'free' | 'rounding', number>>;
  readonly stepsWithin: Readonly<Record<'free' | 'rounding', number>>;
  readonly passes: boolean;
}

/** A line of docs/results/digits-example.jsonl, likewise. */
interface Example {
  readonly method: string;
  readonly seed: number;
  readonly accuracy: number;
  readonly elbo: number;
  readonly entropy: number;
  readonly seconds: number;
  readonly backend: string;
}

const titles: Readonly<Record<string, string>> = {
  'labels-only': 'labels alone',
  m2: 'M2',
  'optimized-elbo': 'Optimized-ELBO',
  'labels-only-mlp': 'labels alone, MLP',
  'm2-mlp': 'M2, MLP, exact',
  'labels-only-conv': 'labels alone, conv',
  'm2-conv': 'M2, conv, Gumbel',
  'optimized-elbo-conv': 'Optimized-ELBO, conv, Gumbel',
};

/** Values that a line has, in the order of the seeds. */
const column = <Line extends { readonly seed: number }>(
  lines: readonly Line[],
  value: (line: Line) => number | undefined,
): readonly number[] =>
  [...lines]
    .sort((a, b) => a.seed - b.seed)
    .map(value)
    .filter((found) => found !== undefined);

/** Differences at the same seed; a seed that one of them lacks is left out. */
const paired = <Line extends { readonly seed: number }>(
  lines: readonly Line[],
  baseline: readonly Line[],
  value: (line: Line) => number,
): readonly number[] =>
  column(lines, (line) => {
    const other = baseline.find(({ seed }) => seed === line.seed);
    return other && value(line) - value(other);
  });

/** Groups of lines, in the order of the titles. */
const grouped = <Line>(lines: readonly Line[], key: (line: Line) => string): readonly [string, Line[]][] =>
  Object.keys(titles)
    .filter((name) => lines.some((line) => key(line) === name))
    .map((name) => [name, lines.filter((line) => key(line) === name)]);

const accuracyOf = ({ testAccuracy = Number.NaN }: Result): number => testAccuracy;

async function study(name: string): Promise<string> {
  const ours = await linesOf<Result>(name);
  const baseline = ours.filter((line) => line.case === 'labels-only-conv');
  const rows = grouped(ours, (line) => line.case).map(([key, lines]) => [
    titles[key] ?? key,
    String(lines.length),
    percent(column(lines, (line) => line.validationAccuracy)),
    percent(column(lines, (line) => line.testAccuracy)),
    key === 'labels-only-conv' ? '' : percent(paired(lines, baseline, accuracyOf)),
    // The decoder of a run on the labels alone is untrained: its bound says nothing.
    key.startsWith('labels-only')
      ? ''
      : spread(
          column(lines, (line) => line.elbo),
          1,
        ),
    spread(
      column(lines, (line) => line.seconds),
      0,
    ),
  ]);
  return toTable(
    [
      'method, nets, labels',
      'seeds',
      'validation, %',
      'test, %',
      'over labels alone, conv',
      'ELBO, nats',
      's',
    ],
    rows,
  );
}

async function pytorch(name: string): Promise<string> {
  const [ours, theirs] = await Promise.all([linesOf<Result>(name), linesOf<Result>(`${name}-pytorch`)]);
  const rows = grouped(theirs, (line) => line.case).map(([key, lines]) => {
    const same = ours.filter((line) => line.case === key && lines.some(({ seed }) => seed === line.seed));
    return [
      titles[key] ?? key,
      percent(column(same, accuracyOf)),
      percent(column(lines, accuracyOf)),
      percent(paired(same, lines, accuracyOf)),
    ];
  });
  return toTable(['method, nets, labels', 'ssvae, %', 'PyTorch, %', 'difference at the same seed'], rows);
}

async function parity(name: string): Promise<string> {
  const rows = (await linesOf<Parity>(`${name}-parity`)).map(({ largest, stepsWithin, ...line }) => [
    titles[line.case] ?? line.case,
    largest.restarted.toExponential(1),
    largest.free.toExponential(1),
    String(stepsWithin.free),
    largest.rounding.toExponential(1),
    String(stepsWithin.rounding),
  ]);
  return toTable(
    [
      'method, nets, labels',
      'put back every ten steps',
      'free',
      'steps within 1e-3',
      'PyTorch float32, free',
      'steps within 1e-3',
    ],
    rows,
  );
}

async function choice(name: string): Promise<string> {
  const others = await linesOf<Result>(`${name}-choose`);
  const sameBut = (line: Result): string => JSON.stringify([line.case, line.epochs, line.seed]);
  const chosen = (await linesOf<Result>(name)).filter((line) =>
    others.some((other) => sameBut(other) === sameBut(line)),
  );
  const rows = grouped([...others, ...chosen], (line) => line.case).flatMap(([key, lines]) =>
    [...lines]
      .sort((a, b) => a.epochs - b.epochs || a.settings.alpha - b.settings.alpha)
      .map(({ settings, epochs, validationAccuracy }) => [
        titles[key] ?? key,
        String(settings.alpha),
        String(epochs),
        percent([validationAccuracy]),
      ]),
  );
  return toTable(['method, nets, labels', 'α', 'epochs', 'validation, %'], rows);
}

async function example(name: string): Promise<string> {
  const lines = await linesOf<Example>(`${name}-example`);
  const baseline = lines.filter(({ method }) => method === 'labels-only');
  const rows = grouped(lines, ({ method }) => method).map(([method, own]) => [
    titles[method] ?? method,
    String(own.length),
    percent(column(own, ({ accuracy }) => accuracy)),
    method === 'labels-only' ? '' : percent(paired(own, baseline, ({ accuracy }) => accuracy)),
    method === 'labels-only'
      ? ''
      : spread(
          column(own, ({ elbo }) => elbo),
          1,
        ),
    spread(
      column(own, ({ entropy }) => entropy),
      2,
    ),
    spread(
      column(own, ({ seconds }) => seconds),
      0,
    ),
  ]);
  return toTable(['', 'seeds', 'test, %', 'over labels alone', 'ELBO, nats', 'entropy, nats', 's'], rows);
}

const tables: Readonly<Record<string, () => Promise<string>>> = {
  digits: () => example('digits'),
  mnist: () => study('mnist'),
  'mnist choice': () => choice('mnist'),
  'mnist parity': () => parity('mnist'),
  'mnist pytorch': () => pytorch('mnist'),
  'fashion-mnist': () => study('fashion-mnist'),
  cifar10: () => study('cifar10'),
  ...m1Tables((name) => linesOf<M1Result>(name)),
  ...speedTables(() => linesOf<SpeedLine>('performance')),
};

/** A page with each of its tables made anew. */
async function renewed(path: string, page: string): Promise<string> {
  let text = page;
  for (const [, name = ''] of page.matchAll(/<!-- table: (.+?) -->/g)) {
    const table = tables[name];
    if (!table)
      throw new Error(`tables: ${path} asks for "${name}", known are ${Object.keys(tables).join(', ')}`);
    const rows = await table();
    text = text.replace(
      new RegExp(`(<!-- table: ${name} -->\n)[^]*?(<!-- end -->)`),
      (_, begin, end) => `${begin}\n${rows}\n\n${end}`,
    );
  }
  return text;
}

const { values: flags } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
for (const path of PAGES) {
  const page = await readFile(path, 'utf8');
  const text = await renewed(path, page);
  if (!flags.check) await writeFile(path, text);
  else if (text !== page)
    throw new Error(`tables: ${path} is not what docs/results gives, run npm run tables`);
}
