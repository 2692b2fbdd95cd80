/** Operations of TensorFlow.js, alone and together, at values of every kind: a backend that does them its own way has to agree. */
import * as tf from '@tensorflow/tfjs-core';

/** A number in place of what no number is close to. */
const told = (value: number): number => {
  if (Number.isNaN(value)) return -4321;
  return Number.isFinite(value) ? value : Math.sign(value) * 1234;
};

const HOSTILE = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.25,
  3,
  -40,
  60,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];

const wave = (shape: number[], step: number): tf.Tensor => {
  const size = shape.reduce((product, axis) => product * axis, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, (_, i) => 2 * Math.sin(step * (i + 1))),
    shape,
  );
};

/** Operations on one tensor. */
const UNARY = {
  abs: tf.abs,
  neg: tf.neg,
  exp: tf.exp,
  expm1: tf.expm1,
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  square: tf.square,
  reciprocal: tf.reciprocal,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  tanh: tf.tanh,
  relu: tf.relu,
  elu: tf.elu,
  sign: tf.sign,
  floor: tf.floor,
  ceil: tf.ceil,
  round: tf.round,
  isFinite: tf.isFinite,
  isNaN: tf.isNaN,
} as const;

/** Operations on two. */
const BINARY = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
} as const;

type Make = () => tf.Tensor;

/** What hosts answer differently among themselves at values that are no numbers; there is nothing to agree on. */
const UNSETTLED: Readonly<Record<string, (x: number) => boolean>> = {
  // −0 has a sign on some.
  reciprocal: (x) => Object.is(x, -0),
  sign: Number.isNaN,
  round: (x) => !Number.isInteger(2 * x) || Math.abs(x % 1) === 0.5,
  relu: Number.isNaN,
  elu: Number.isNaN,
  tanh: (x) => !Number.isFinite(x),
  softplus: Number.isNaN,
  log: (x) => x < 0,
  log1p: (x) => x < -1,
  sqrt: (x) => x < 0 || Object.is(x, -0),
  rsqrt: (x) => x <= 0,
};

const hostileFor = (name: string): number[] => HOSTILE.filter((x) => UNSETTLED[name]?.(x) !== true);

const unary = Object.entries(UNARY).map(([name, of]): [string, Make] => [
  name,
  () => of(tf.tensor1d(hostileFor(name))),
]);

/** Numbers of both signs, infinities, and NaN where the comparison of it is settled. */
const pairs = (name: string): [tf.Tensor, tf.Tensor] => {
  const values = /equal|less|greater|imum/i.test(name) ? HOSTILE.filter((x) => !Number.isNaN(x)) : HOSTILE;
  return [tf.tensor2d(values, [values.length, 1]), tf.tensor1d(values)];
};

const binary = Object.entries(BINARY).map(([name, of]): [string, Make] => [name, () => of(...pairs(name))]);

/** Shapes that are read at other places than their own. */
const BROADCASTS: readonly (readonly [readonly number[], readonly number[]])[] = [
  [[4, 3], []],
  [[4, 3], [3]],
  [
    [4, 3],
    [4, 1],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [
    [2, 3, 4],
    [2, 1, 4],
  ],
  [
    [2, 3, 1, 2],
    [1, 3, 5, 1],
  ],
  [
    [1, 1],
    [6, 1],
  ],
  [
    [2, 2, 2, 2, 2],
    [2, 1, 2, 1, 2],
  ],
];

const broadcasts = BROADCASTS.map(([a, b]): [string, Make] => [
  `sub of [${a}] and [${b}]`,
  () => tf.sub(tf.exp(wave([...a], 0.7)), tf.square(wave([...b], 0.3))),
]);

const REDUCED: readonly (readonly [readonly number[], readonly number[] | undefined])[] = [
  [[5, 7], [0]],
  [[5, 7], [1]],
  [[5, 7], undefined],
  [[3, 20, 4], [1]],
  [
    [3, 20, 4],
    [0, 1],
  ],
  [
    [3, 20, 4],
    [0, 2],
  ],
  [[40, 60], [0]],
  [[40, 60], [1]],
  [[3, 3000], [1]],
  [[30000], [0]],
  [[1], [0]],
];

const reductions = REDUCED.flatMap(([shape, axes]): [string, Make][] =>
  Object.entries({ sum: tf.sum, mean: tf.mean, max: tf.max }).map(([name, of]) => [
    `${name} of [${shape}] over ${axes}`,
    () => of(tf.mul(wave([...shape], 0.37), 3), axes === undefined ? undefined : [...axes]),
  ]),
);

const together: [string, Make][] = [
  ['where', () => tf.where(tf.greater(wave([4, 5], 0.9), 0), wave([4, 5], 0.2), tf.exp(wave([4, 5], 0.4)))],
  [
    'logical',
    () =>
      tf.logicalOr(
        tf.logicalAnd(tf.less(wave([9], 0.9), 1), tf.greater(wave([9], 0.9), -1)),
        tf.logicalNot(tf.less(wave([9], 0.2), 0)),
      ),
  ],
  ['clip', () => tf.clipByValue(wave([9], 0.9), -0.5, 1.25)],
  ['step', () => tf.step(wave([9], 0.9), 0.25)],
  ['leakyRelu', () => tf.leakyRelu(wave([9], 0.9), 0.1)],
  ['cast', () => tf.mul(tf.cast(tf.cast(wave([9], 0.9), 'bool'), 'float32'), 2)],
  ['tile', () => tf.add(tf.tile(tf.exp(wave([2, 3], 0.5)), [2, 3]), wave([4, 9], 0.2))],
  ['tile along an axis of its own', () => tf.tile(tf.expandDims(wave([3, 4], 0.5), 1), [1, 5, 1])],
  ['addN', () => tf.addN(Array.from({ length: 12 }, (_, i) => wave([3, 2], 0.1 * (i + 1))))],
  [
    'zeros and ones',
    () => tf.add(tf.zerosLike(wave([3], 1)), tf.add(tf.onesLike(wave([3], 1)), tf.fill([3], 0.5))),
  ],
  ['softmax', () => tf.softmax(tf.mul(wave([6, 5], 0.7), 4))],
  [
    'logSumExp of a product',
    () => tf.logSumExp(tf.matMul(wave([6, 5], 0.7), wave([5, 4], 0.3) as tf.Tensor2D), 1),
  ],
  [
    'of twenty tensors',
    () =>
      Array.from({ length: 20 }, (_, i) => wave([5], 0.1 * (i + 1))).reduce((a, b) =>
        tf.add(tf.mul(a, 0.9), b),
      ),
  ],
  [
    'of two hundred operations',
    () =>
      Array.from({ length: 200 }).reduce<tf.Tensor>(
        (x) => tf.sub(x, tf.mul(0.01, tf.square(x))),
        wave([7], 0.3),
      ),
  ],
  [
    'of what is used twice',
    () => {
      const x = tf.exp(wave([6, 5], 0.7));
      const row = tf.sum(x, 1, true);
      return tf.add(tf.div(x, row), tf.sum(tf.log(row)));
    },
  ],
  [
    'of reductions in reductions',
    () => {
      const x = wave([3, 4, 5, 6], 0.21);
      const a = tf.sub(x, tf.max(x, 3, true));
      const b = tf.sub(a, tf.mean(a, 2, true));
      return tf.sum(tf.square(tf.sub(b, tf.sum(b, 1, true))), 0);
    },
  ],
  [
    'sums of one value, over and over',
    () =>
      Array.from({ length: 40 }).reduce<tf.Tensor>(
        (x) => tf.sub(x, tf.mul(0.1, tf.sum(tf.square(x), 1, true))),
        wave([5, 1], 0.3),
      ),
  ],
  [
    'rows repeated over and over',
    () =>
      Array.from({ length: 30 }).reduce<tf.Tensor>(
        (x) => tf.mul(0.5, tf.add(tf.slice(tf.tile(x, [1, 2]), [0, 0], [3, 2]), tf.mean(x, 1, true))),
        wave([3, 2], 0.3),
      ),
  ],
  [
    'an array that is written to again',
    () => {
      const values = Float32Array.of(1, 2, 3);
      const squares = tf.square(tf.tensor1d(values));
      values.fill(0);
      return squares;
    },
  ],
  [
    'a gradient of the largest',
    () =>
      tf.grad((x) => tf.sum(tf.max(tf.add(tf.mul(x, wave([6, 30], 0.4)), wave([6, 30], 0.2)), 1)))(
        wave([6, 30], 0.7),
      ),
  ],
  [
    'a gradient',
    () =>
      tf.grad((x) => tf.sum(tf.softplus(tf.sub(tf.square(x), tf.mean(tf.relu(x), 1, true)))))(
        wave([6, 30], 0.7),
      ),
  ],
];

/** Values of each, by name. */
export async function hostOperations(): Promise<Record<string, number[]>> {
  const found: Record<string, number[]> = {};
  for (const [name, make] of [...unary, ...binary, ...broadcasts, ...reductions, ...together]) {
    const result = tf.tidy(make);
    found[name] = Array.from(await result.data(), told);
    result.dispose();
  }
  return found;
}

/** Where two of them disagree. */
export const straysOf = (
  found: Readonly<Record<string, readonly number[]>>,
  expected: Readonly<Record<string, readonly number[]>>,
): string[] =>
  Object.entries(expected).flatMap(([name, values]) =>
    values.flatMap((value, i) => {
      const other = found[name]?.[i] ?? Number.NaN;
      // Drivers compute exp and log to fewer digits than float32 holds.
      const isClose = Math.abs(other - value) <= 1e-4 * Math.max(1, Math.abs(value));
      return isClose ? [] : [`${name}[${i}] ${other}, not ${value}`];
    }),
  );
