/** What our WebAssembly module exports. */

/** A function of `count` values at `from`, to `to`. */
type Unary = (to: number, from: number, count: number) => void;

/** The result is [outer, middle, inner]; operands have steps in bytes, along the last axis 1 value or 0. */
type Binary = (
  to: number,
  ...sizesAndOperands: [
    ...sizes: [outer: number, middle: number, inner: number],
    ...a: [a: number, outer: number, middle: number, inner: number],
    ...b: [b: number, outer: number, middle: number, inner: number],
  ]
) => void;

type Convolution = (to: number, a: number, b: number, sizes: number, scratch: number) => void;

/** Exports of the module, described in `assembly`; all numbers are addresses, counts and steps. */
export interface Exports
  extends Record<(typeof UNARY)[number], Unary>,
    Record<(typeof BINARY)[number], Binary>,
    Record<'convolve' | 'filterGradient' | 'inputGradient', Convolution> {
  adam(
    toValue: number,
    toFirst: number,
    toSecond: number,
    value: number,
    first: number,
    second: number,
    gradient: number,
    count: number,
    firstRate: number,
    secondRate: number,
    kept: number,
    size: number,
    epsilon: number,
  ): void;
  convolutionScratch(sizes: number): number;
  copyBox(
    to: number,
    toOuter: number,
    toMiddle: number,
    toInner: number,
    from: number,
    fromOuter: number,
    fromMiddle: number,
    fromInner: number,
    outer: number,
    middle: number,
    inner: number,
    bytes: number,
  ): void;
  fill(to: number, count: number, value: number): void;
  product(
    c: number,
    line: number,
    a: number,
    aRow: number,
    aColumn: number,
    b: number,
    bRow: number,
    bColumn: number,
    m: number,
    n: number,
    k: number,
    scratch: number,
    adds: number,
  ): void;
  productScratch(m: number, n: number, k: number): number;
  step(to: number, from: number, count: number, slope: number): void;
  sum(to: number, from: number, outer: number, count: number, inner: number): void;
  tile(to: number, from: number, count: number, bytes: number, times: number): void;
}

/** Functions of one tensor. */
export const UNARY = ['abs', 'exp', 'log', 'log1p', 'neg', 'relu', 'sigmoid', 'softplus', 'sqrt', 'square'] as const; // biome-ignore format: a list

/** Functions of two. */
export const BINARY = ['add', 'divide', 'maximum', 'minimum', 'multiply', 'subtract'] as const;
