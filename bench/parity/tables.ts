/** Tables that compare with PyTorch. */
import { linesOf } from '../lines';
import { percent } from '../spread';
import { accuracyOf, column, grouped, paired, titles } from '../study/shared/compare';
import type { Result } from '../study/shared/results';
import { toTable } from '../toTable';

/** A line of docs/results/mnist-parity.jsonl, as far as a table shows it. */
interface Parity {
  readonly case: string;
  readonly backend: string;
  readonly largest: Readonly<Record<'restarted' | 'free' | 'rounding', number>>;
  readonly stepsWithin: Readonly<Record<'free' | 'rounding', number>>;
  readonly passes: boolean;
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

/** The tables by name. */
export const parityTables: Readonly<Record<string, () => Promise<string>>> = {
  'mnist parity': () => parity('mnist'),
  'mnist pytorch': () => pytorch('mnist'),
};
