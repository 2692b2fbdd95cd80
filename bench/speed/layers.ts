/** Layers of nets, as the work of a step is counted from them. */

/** Products of one row of a layer. */
export interface Layer {
  readonly products: number;
  readonly weights: number;
  readonly rows: number;
  /** times that the products of a row are taken: once forward and twice back, and once less where no gradient reaches the input */
  readonly passes: number;
}

/** Where a chain begins. */
export interface Start {
  /** whether it begins at data, which take no gradient */
  readonly first?: boolean;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Layers of a chain of dense layers. */
export const dense = (
  widths: readonly number[],
  rows: number,
  { first = false }: Start = {},
): readonly Layer[] =>
  widths.slice(1).map((above, i) => {
    const below = widths[i] as number;
    const passes = first && i === 0 ? 2 : 3;
    return { products: below * above, weights: (below + 1) * above, rows, passes };
  });

/** Two trainable numbers for each unit that is normalized. */
export const norms = (widths: readonly number[]): Layer => ({
  products: 0,
  weights: 2 * sum(widths),
  rows: 0,
  passes: 0,
});
