/** Tables of the study. */
import { linesOf } from '../../lines';
import { percent, spread } from '../../spread';
import { toTable } from '../../toTable';
import { accuracyOf, changedSettings, column, countsOf, grouped, paired, titles } from './compare';
import { ofOneExperiment, type Result } from './results';

/** A line of docs/results/digits-example.jsonl, likewise. */
interface Example {
  readonly method: string;
  readonly seed: number;
  readonly accuracy: number;
  readonly elbo: number;
  readonly entropy: number;
  /** absent for the labels alone, whose decoder is untrained */
  readonly samples?: { readonly fidelity: number };
  readonly seconds: number;
  readonly backend: string;
}

/** Whether the labelled cross-entropy has a weight. */
const isSupervised = ({ settings }: Result): boolean => settings.alpha > 0;

/** Lines of each case, which are of one experiment. */
const byCase = (lines: readonly Result[]): readonly (readonly [string, readonly Result[]])[] =>
  grouped(lines, (line) => line.case).map(([key, own]) => [key, ofOneExperiment(own)]);

const seconds = (lines: readonly Result[]): string =>
  spread(
    column(lines, (line) => line.seconds),
    0,
  );

/** Cases beside each other at one number of labels. */
async function study(name: string): Promise<string> {
  const ours = await linesOf<Result>(name);
  const baseline = ours.filter((line) => line.case === 'labels-only-conv');
  const rows = byCase(ours).map(([key, lines]) => [
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
    seconds(lines),
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

const COMPARED = ['labels-only-conv', 'm2-conv', 'optimized-elbo-conv'] as const;

/** Methods beside each other by the number of labels, of the seeds that all of them were run with. */
async function accuracy(name: string): Promise<string> {
  const all = await linesOf<Result>(`accuracy-${name}`);
  const rows = countsOf(all).flatMap((labels) => {
    const here = all.filter((line) => line.labels === labels);
    const whole = here.filter(({ seed }) =>
      COMPARED.every((one) => here.some((line) => line.case === one && line.seed === seed)),
    );
    if (whole.length === 0) return [];
    const [alone, plain, optimized] = COMPARED.map((one) =>
      ofOneExperiment(whole.filter((line) => line.case === one)),
    ) as [readonly Result[], readonly Result[], readonly Result[]];
    const test = (lines: readonly Result[]): string => percent(column(lines, accuracyOf));
    return [
      [
        String(labels),
        String(optimized.length),
        test(alone),
        test(plain),
        test(optimized),
        percent(paired(optimized, plain, accuracyOf)),
        [plain, optimized]
          .map((lines) => lines.map(({ validationCurve }) => validationCurve.length).join(', '))
          .join(' / '),
        [plain, optimized].map(seconds).join(' / '),
      ],
    ];
  });
  return toTable(
    [
      'labels',
      'seeds',
      'labels alone, %',
      'M2, %',
      'Optimized-ELBO, %',
      'Optimized-ELBO over M2',
      'epochs of both',
      's of both',
    ],
    rows,
  );
}

/** What parts of an objective do, one by one; with the labelled cross-entropy and without it. */
async function ablation(name: string): Promise<string> {
  const all = await linesOf<Result>(`ablation-${name}`);
  const [supervised, without] = [all.filter(isSupervised), all.filter((line) => !isSupervised(line))];
  const atBest = (lines: readonly Result[], curve: string): string =>
    spread(
      column(lines, ({ curves, bestEpoch }) => curves?.[`validation.${curve}`]?.[bestEpoch - 1]),
      2,
    );
  const plain = supervised.filter((line) => line.case === 'm2-conv');
  const rows = byCase(supervised).map(([key, lines]) => {
    const alone = ofOneExperiment(without.filter((line) => line.case === key));
    return [
      titles[key] ?? key,
      String(lines.length),
      percent(column(lines, accuracyOf)),
      key === 'm2-conv' ? '' : percent(paired(lines, plain, accuracyOf)),
      atBest(lines, 'entropy'),
      atBest(lines, 'mutualInformation'),
      atBest(lines, 'calibrationError'),
      String(alone.length),
      percent(column(alone, accuracyOf)),
    ];
  });
  return toTable(
    [
      'objective',
      'seeds',
      'test, %',
      'over M2',
      'entropy, nats',
      'mutual information, nats',
      'calibration error',
      'seeds, α 0',
      'test, %, α 0',
    ],
    rows,
  );
}

/** Runs of recipes by the number of labels, seed by seed, and all of them. */
async function recipe(name: string): Promise<string> {
  const all = await linesOf<Result>(name);
  const rowsAt = (labels: number): string[][] =>
    byCase(all.filter((line) => line.labels === labels)).flatMap(([key, lines]) => {
      const row = (seed: string, own: readonly Result[]): string[] => [
        titles[key] ?? key,
        String(labels),
        seed,
        percent(column(own, (line) => line.validationAccuracy)),
        percent(column(own, accuracyOf)),
        percent(column(own, (line) => 1 - accuracyOf(line))),
        own.map(({ bestEpoch }) => bestEpoch).join(', '),
        seconds(own),
      ];
      const bySeed = lines.map((line) => row(String(line.seed), [line]));
      return lines.length === 1 ? bySeed : [...bySeed, row(`all ${lines.length}`, lines)];
    });
  return toTable(
    ['', 'labels', 'seed', 'validation, %', 'test, %', 'test error, %', 'best epoch', 's'],
    countsOf(all).flatMap(rowsAt),
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

/** An argument as a shell takes it. */
const inShell = (argument: string): string => (/^[\w.=]+$/.test(argument) ? argument : `'${argument}'`);

/** What was tried on the held-out examples on the way to a recipe, as it was told to. */
async function trials(name: string): Promise<string> {
  const rows = (await linesOf<Result>(`${name}-choose`)).map((line) => {
    const { epochs, seed, validationCurve, seconds: s } = line;
    return [
      changedSettings(line)
        .map((setting) => `\`${inShell(setting)}\``)
        .join(', ') || 'as it is',
      String(seed),
      String(epochs),
      percent([validationCurve[9] ?? Number.NaN]),
      percent([Math.max(...validationCurve)]),
      percent([validationCurve.at(-1) as number]),
      String(s),
    ];
  });
  return toTable(['`--set`', 'seed', 'epochs', 'after 10, %', 'at best, %', 'in the end, %', 's'], rows);
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
    percent(own.flatMap(({ samples }) => samples?.fidelity ?? [])),
    spread(
      column(own, ({ seconds }) => seconds),
      0,
    ),
  ]);
  const heads = ['seeds', 'test, %', 'over labels alone', 'ELBO, nats', 'entropy, nats', 'fidelity, %', 's'];
  return toTable(['', ...heads], rows);
}

/** The tables by name. */
export const studyTables: Readonly<Record<string, () => Promise<string>>> = {
  digits: () => example('digits'),
  mnist: () => study('mnist'),
  'mnist choice': () => choice('mnist'),
  'accuracy mnist': () => accuracy('mnist'),
  'accuracy fashion-mnist': () => accuracy('fashion-mnist'),
  'accuracy cifar10': () => accuracy('cifar10'),
  ablation: () => ablation('mnist'),
  kingma: () => recipe('kingma-mnist'),
  'kingma choice': () => trials('kingma-mnist'),
  better: () => recipe('better-mnist'),
  flagship: () => recipe('flagship-mnist'),
  'flagship choice': () => trials('flagship-mnist'),
  'flagship fashion-mnist': () => recipe('flagship-fashion-mnist'),
  'consistent cifar10': () => recipe('consistent-cifar10'),
  'consistent cifar10 choice': () => trials('consistent-cifar10'),
};
