/** What activations make of a range of values. */

/** Least and largest value. */
export type Range = readonly [least: number, largest: number];

/** From a range of values to the range of what is made of them, or one around it. */
export type RangeMap = (range: Range) => Range;

/** Any real number. */
export const ANY: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** The map of a function that never falls. */
const rising =
  (f: (value: number) => number): RangeMap =>
  ([least, largest]) => [f(least), f(largest)];

/** Of activations that dip below 0 ahead of it, and are from 0 to x behind it. */
const dipping =
  (lowest: number): RangeMap =>
  ([least, largest]) => [least >= 0 ? 0 : lowest, Math.max(0, largest)];

const clipped = (least: number, largest: number, f = (value: number) => value): RangeMap =>
  rising((value) => Math.min(largest, Math.max(least, f(value))));

/** By the name that a layer's description gives; no function of tfjs-layers is left out. */
export const OF_ACTIVATION: Readonly<Record<string, RangeMap>> = {
  linear: (range) => range,
  softmax: () => [0, 1],
  logSoftmax: () => [Number.NEGATIVE_INFINITY, 0],
  sigmoid: rising((x) => 1 / (1 + Math.exp(-x))),
  hardSigmoid: clipped(0, 1, (x) => 0.2 * x + 0.5),
  tanh: rising(Math.tanh),
  softsign: rising((x) => (Number.isFinite(x) ? x / (1 + Math.abs(x)) : Math.sign(x))),
  relu6: clipped(0, 6),
  relu: clipped(0, Number.POSITIVE_INFINITY),
  softplus: rising((x) => Math.log1p(Math.exp(x))),
  elu: rising((x) => (x > 0 ? x : Math.expm1(x))),
  selu: rising((x) => (x > 0 ? 1.05 * x : 1.76 * Math.expm1(x))),
  swish: dipping(-0.28),
  mish: dipping(-0.31),
  gelu: dipping(-0.17),
  gelu_new: dipping(-0.17),
};

const numberOf = (value: unknown, absent: number): number => (typeof value === 'number' ? value : absent);

/** Layers that are an activation, by their class, from their description. */
export const OF_LAYER: Readonly<
  Record<string, (config: Readonly<Record<string, unknown>>) => readonly [name: string, map: RangeMap]>
> = {
  Softmax: () => ['softmax', () => [0, 1]],
  ReLU: ({ maxValue }) => ['relu', clipped(0, numberOf(maxValue, Number.POSITIVE_INFINITY))],
  ThresholdedReLU: () => ['relu', clipped(0, Number.POSITIVE_INFINITY)],
  ELU: () => ['elu', rising((x) => (x > 0 ? x : Math.expm1(x)))],
  LeakyReLU: ({ alpha }) => {
    const slope = numberOf(alpha, 0.3);
    return ['leaky relu', slope > 0 ? rising((x) => (x > 0 ? x : slope * x)) : () => ANY];
  },
  // Its slope below 0 is learned.
  PReLU: () => ['parametric relu', (range) => (range[0] >= 0 ? range : ANY)],
};

/** A product of 0 and something without an end is 0, not NaN. */
const product = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

const ends = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];

/** The smallest range around several. */
export const around = (ranges: readonly Range[]): Range => ends(ranges.flat());

const sum = (ranges: readonly Range[]): Range =>
  ranges.reduce(([a, b], [least, largest]) => [a + least, b + largest]);

/** Layers that merge values one by one, by their class. */
export const OF_MERGE: Readonly<Record<string, (ranges: readonly Range[]) => Range>> = {
  Add: sum,
  Average: (ranges) => {
    const [least, largest] = sum(ranges);
    return [least / ranges.length, largest / ranges.length];
  },
  Maximum: (ranges) => [
    Math.max(...ranges.map(([least]) => least)),
    Math.max(...ranges.map(([, largest]) => largest)),
  ],
  Minimum: (ranges) => [
    Math.min(...ranges.map(([least]) => least)),
    Math.min(...ranges.map(([, largest]) => largest)),
  ],
  Multiply: (ranges) =>
    ranges.reduce(([a, b], [c, d]) => ends([product(a, c), product(a, d), product(b, c), product(b, d)])),
};
