/** Layers of nets, as the work of a step is counted from them. */

/** Products of one row of a layer. */
export interface Layer {
  readonly products: number;
  readonly weights: number;
  readonly rows: number;
  /** times that the products of a row are taken: once forward and twice back, and once less where no gradient reaches the input */
  readonly passes: number;
}

/** How often a chain is gone through. */
export interface Passes {
  /** those of a layer that gives gradients to its weights and to its input; default 3 */
  readonly passes?: number;
  /** whether the chain begins at data, which take no gradient */
  readonly first?: boolean;
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Layers of a chain of dense layers. */
export const dense = (
  widths: readonly number[],
  rows: number,
  { passes = 3, first = false }: Passes = {},
): readonly Layer[] =>
  widths.slice(1).map((above, i) => {
    const below = widths[i] as number;
    const less = first && i === 0 ? 1 : 0;
    return { products: below * above, weights: (below + 1) * above, rows, passes: passes - less };
  });

/** Two trainable numbers for each unit that is normalized. */
export const norms = (widths: readonly number[]): Layer => ({
  products: 0,
  weights: 2 * sum(widths),
  rows: 0,
  passes: 0,
});
