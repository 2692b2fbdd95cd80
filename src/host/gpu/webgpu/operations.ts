/**
 * Operations of TensorFlow.js that are put off, by the names of their kernels. The values are those of the host's own programs,
 * but for exp and log at 0, at infinities and at NaN, which are as on other backends.
 */
import type { Elementwise } from '../elementwise';

/** One with its result's type. */
export interface HostOperation extends Elementwise {
  readonly dtype: 'float32' | 'bool';
  /** names of its numbers among the attributes of a call */
  readonly attributes: readonly string[];
  /** whether the host computes small tensors of its own without the device */
  readonly onHost: boolean;
}

/** Those that the host's backend has on the processor, too. */
const ON_HOST: ReadonlySet<string> = new Set([
  ...['Abs', 'Neg', 'Exp', 'Expm1', 'Log', 'Rsqrt', 'Floor', 'Ceil'],
  ...['Add', 'Sub', 'Multiply', 'Maximum', 'Minimum'],
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual'],
]);

const unary = (
  name: string,
  value: string,
  numbers: Readonly<Record<string, string>> = {},
  dtype: 'float32' | 'bool' = 'float32',
): HostOperation => ({
  name,
  inputs: ['x'],
  numbers: Object.keys(numbers),
  attributes: Object.values(numbers),
  value,
  dtype,
  onHost: ON_HOST.has(name),
});

const binary = (
  name: string,
  value: string,
  dtype: 'float32' | 'bool' = 'float32',
  inputs: readonly string[] = ['a', 'b'],
): HostOperation => ({ name, inputs, numbers: [], attributes: [], value, dtype, onHost: ON_HOST.has(name) });

/** A comparison: 1 or 0. */
const compared = (name: string, condition: string): HostOperation =>
  binary(name, `chosen(${condition}, 1.0, 0.0)`, 'bool');

/** The larger or the smaller; NaN where one is. */
const extreme = (name: string, call: string): HostOperation =>
  binary(name, `chosen(isnan(a), a, chosen(isnan(b), b, ${call}))`);

/** log(2⁻²³) + 2: above its negative softplus is x, below it e^x. */
const SOFTPLUS_END = '-13.942385';

const OPERATIONS: readonly HostOperation[] = [
  unary('Abs', 'abs(x)'),
  unary('Neg', '-x'),
  unary('Exp', 'exponential(x)'),
  unary('Expm1', 'exponential(x) - 1.0'),
  unary('Log', 'logarithm(x)'),
  unary('Log1p', 'logarithm(1.0 + x)'),
  unary('Sqrt', 'sqrt(x)'),
  unary('Rsqrt', 'inverseSqrt(x)'),
  unary('Square', 'x * x'),
  unary('Reciprocal', '1.0 / x'),
  unary('Sigmoid', '1.0 / (1.0 + exponential(-x))'),
  unary(
    'Softplus',
    `chosen(x > -(${SOFTPLUS_END}), x, chosen(x < ${SOFTPLUS_END}, exponential(x), log(exp(x) + 1.0)))`,
  ),
  unary('Tanh', 'sign(x) * (1.0 - exp(-2.0 * abs(x))) / (1.0 + exp(-2.0 * abs(x)))'),
  unary('Relu', 'chosen(x < 0.0, 0.0, x)'),
  unary('Elu', 'chosen(x >= 0.0, x, exponential(x) - 1.0)'),
  unary('LeakyRelu', 'chosen(x < 0.0, slope * x, x)', { slope: 'alpha' }),
  unary('Step', 'chosen(isnan(x), x, chosen(x > 0.0, 1.0, below))', { below: 'alpha' }),
  unary('Sign', 'sign(x)'),
  unary('Floor', 'floor(x)'),
  unary('Ceil', 'ceil(x)'),
  unary('Round', 'round(x)'),
  unary('IsFinite', 'f32(!isnan(x) && !isinf(x))', {}, 'bool'),
  unary('IsNan', 'f32(isnan(x))', {}, 'bool'),
  unary('LogicalNot', 'f32(!(x >= 1.0))', {}, 'bool'),
  unary('ClipByValue', 'chosen(isnan(x), x, clamp(x, low, high))', {
    low: 'clipValueMin',
    high: 'clipValueMax',
  }),
  binary('Add', 'a + b'),
  binary('Sub', 'a - b'),
  binary('Multiply', 'a * b'),
  binary('RealDiv', 'a / b'),
  binary('SquaredDifference', '(a - b) * (a - b)'),
  binary('EluGrad', 'chosen(y >= 0.0, dy, dy * (y + 1.0))', 'float32', ['dy', 'y']),
  extreme('Maximum', 'max(a, b)'),
  extreme('Minimum', 'min(a, b)'),
  compared('Equal', 'a == b'),
  compared('NotEqual', 'isnan(a) || isnan(b) || a != b'),
  compared('Greater', 'a > b'),
  compared('GreaterEqual', 'a >= b'),
  compared('Less', 'a < b'),
  compared('LessEqual', 'a <= b'),
  binary('LogicalAnd', 'f32(a >= 1.0 && b >= 1.0)', 'bool'),
  binary('LogicalOr', 'f32(a >= 1.0 || b >= 1.0)', 'bool'),
  binary('Select', 'chosen(condition >= 1.0, t, e)', 'float32', ['condition', 't', 'e']),
];

/** By the name of the kernel, which is the name of the program. */
export const HOST_OPERATIONS: ReadonlyMap<string, HostOperation> = new Map(
  OPERATIONS.map((operation) => [operation.name, operation]),
);
