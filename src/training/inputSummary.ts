/** Summarizes the inputs of a step: if a loss is not finite, they are the likeliest cause. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Batch } from '../core/batch';
import { sizeOf } from '../core/shape';
import { FINITE, supportsOf } from '../core/support';
import type { Model, Vae } from '../models/model';

/** Summary of a step's inputs, in words. */
export interface InputSummary {
  /** smallest and largest value */
  readonly range: string;
  /** what stands out, and what to do about it; may be empty */
  readonly suspects: readonly string[];
}

/** Nets, and squares above all, overflow at inputs far beyond 1. */
const FAR = 10;

/** Range of a column. */
interface Column {
  readonly index: number;
  readonly least: number;
  readonly largest: number;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

const reachOf = ({ least, largest }: Column): number => Math.max(Math.abs(least), Math.abs(largest));

const columnsOf = (values: ArrayLike<number>, width: number): readonly Column[] => {
  const least = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
  const largest = new Float64Array(width).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < values.length; i++) {
    const [column, value] = [i % width, values[i] as number];
    least[column] = Math.min(least[column] as number, value);
    largest[column] = Math.max(largest[column] as number, value);
  }
  return Array.from({ length: width }, (_, index) => ({
    index,
    least: least[index] as number,
    largest: largest[index] as number,
  }));
};

const scaleOf = (columns: readonly Column[], isTable: boolean): readonly string[] => {
  const byReach = [...columns].sort((a, b) => reachOf(b) - reachOf(a));
  const [first] = byReach as [Column];
  if (reachOf(first) <= FAR) return [];
  const middle = reachOf(byReach[Math.floor(byReach.length / 2)] as Column);
  const standsOut = isTable && columns.length > 1 && reachOf(first) > FAR * middle;
  const where = standsOut
    ? `the largest in column ${first.index}, from ${short(first.least)} to ${short(first.largest)}; `
    : '';
  return [`${where}scale ${isTable ? 'the columns' : 'them'} to mean 0 and deviation 1`];
};

/** A learned log-variance has no minimum if nothing varies. */
const ofLearnedVariance = (
  columns: readonly Column[],
  values: ArrayLike<number>,
  names: readonly string[],
): readonly string[] => {
  const constant = columns.filter(({ least, largest }) => least === largest);
  const [first] = constant;
  const width = columns.length;
  const blank = names.find((_, row) => {
    for (let i = 0; i < width; i++) if (values[row * width + i] !== 0) return false;
    return true;
  });
  const others = constant.length > 1 ? `, and so ${constant.length - 1} more,` : '';
  return [
    ...(first && names.length > 1
      ? [
          `column ${first.index}${others} has one value in all of them, whose learned variance has no end: leave it out, or fix sigma`,
        ]
      : []),
    ...(blank === undefined ? [] : [`${blank} is all 0`]),
  ];
};

/**
 * Summarizes the inputs of a step; reads the device.
 *
 * @param model whose likelihood may learn a variance
 * @param batch as the objective saw it
 */
export async function inputSummary(model: Model, { labeled, unlabeled }: Batch): Promise<InputSummary> {
  const parts = Object.entries({ labeled: labeled?.x, unlabeled: unlabeled?.x }).filter(
    (part): part is [string, Tensor] => part[1] !== undefined,
  );
  const read = await Promise.all(parts.map(async ([, x]) => Array.from(await x.data())));
  const values = Float32Array.from(read.flat());
  const names = parts.flatMap(([part, { shape }]) =>
    Array.from({ length: shape[0] as number }, (_, row) => `${part} example ${row}`),
  );
  const width = sizeOf(model.inputShape);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const found = `${names[Math.floor(bad / width)]} holds ${values[bad]} in column ${bad % width}`;
    return { range: 'inputs are not finite', suspects: [found] };
  }
  const columns = columnsOf(values, width);
  const least = columns.reduce((a, { least: b }) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const largest = columns.reduce((a, { largest: b }) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const { likelihood } = model as Partial<Vae>;
  const counts = supportsOf(likelihood?.support ?? FINITE).some(({ integers }) => integers);
  const learned = likelihood?.parameterKinds?.includes('logVar') ?? false;
  return {
    range: `inputs from ${short(least)} to ${short(largest)}`,
    suspects: [
      ...(counts ? [] : scaleOf(columns, model.inputShape.length === 1)),
      ...(learned ? ofLearnedVariance(columns, values, names) : []),
    ],
  };
}
