/** The accuracies of 20 seeds that `npm run demo:bands` measured, and what they say. */
import recorded from '../data/bands.json';
import { BUDGETS, type PlaneSet } from './plane/settings';

/** Accuracies in percent, by seed from 1 on. */
interface Cell {
  readonly labels: readonly number[];
  readonly m2: readonly number[];
}

/** Mean and range of the middle 80 % of the seeds. */
export interface Spread {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const SETS = recorded.sets as unknown as Readonly<Record<string, Readonly<Record<string, Cell>>>>;

/** Seeds that a number needs before it is shown. */
const LEAST = 20;

const cellOf = (set: PlaneSet, perClass: number): Cell | undefined => {
  const cell = SETS[set]?.[perClass];
  return cell && cell.m2.length >= LEAST && cell.m2.every(Number.isFinite) ? cell : undefined;
};

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const spread = (values: readonly number[]): Spread => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] as number;
  return { mean: mean(values), low: at(0.1), high: at(0.9) };
};

/** What was measured of a set, at each number of labels. */
export const bandsOf = (set: PlaneSet) =>
  BUDGETS.flatMap((perClass) => {
    const cell = cellOf(set, perClass);
    return cell ? [{ perClass, labels: spread(cell.labels), m2: spread(cell.m2) }] : [];
  });

const percent = (value: number): string => `${value.toFixed(1)} %`;

/** One sentence on luck: what 20 seeds say about this set and number of labels. */
export function verdict(set: PlaneSet, perClass: number): string | undefined {
  const cell = cellOf(set, perClass);
  if (!cell) return undefined;
  const differences = cell.m2.map((value, i) => value - (cell.labels[i] as number));
  const better = differences.filter((difference) => difference > 0).length;
  const averages = `${percent(mean(cell.labels))} with labels alone, ${percent(mean(cell.m2))} with the other points`;
  const share = better / differences.length;
  const help = share >= 0.8 ? 'It helps' : share <= 0.4 ? 'Here it hurts' : 'Here it is a gamble';
  const worst = Math.min(...differences);
  const change = `${worst > 0 ? '+' : ''}${worst.toFixed(1)}`.replace('-', '−');
  return `${help}: over ${differences.length} seeds, ${averages}. It was better in ${better} of ${differences.length}, and the worst change was ${change} points.`;
}
