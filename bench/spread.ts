/** Figures over seeds, as tables show them. */
import { spreadOf } from './start/statistics';

/** Mean ± standard deviation, or the one value there is; nothing without any. */
export const spread = (values: readonly number[], digits: number, scale = 1): string => {
  if (values.length === 0) return '';
  const scaled = values.map((value) => scale * value);
  const { mean, deviation } = spreadOf(scaled);
  return scaled.length === 1
    ? mean.toFixed(digits)
    : `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
};

/** The same of shares, in per cent. */
export const percent = (values: readonly number[]): string => spread(values, 2, 100);
