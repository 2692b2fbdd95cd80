/** Discretized logistic p(x|z,y) of equally spaced values, such as pixels of 256 levels, and mixtures of it. */
import {
  add,
  clipByValue,
  exp,
  expandDims,
  log,
  logSumExp,
  minimum,
  mul,
  reshape,
  round,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { formatShape } from '../core/describe';
import { assertNoise, type Noise } from '../core/noise';
import { FINITE_NUMBER, integersFrom, number, readOptions } from '../core/options';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import { isCount, isFiniteNumber, parse, parseRecord } from '../files/json';
import * as categorical from './categorical';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { type Bins, logisticLogMass, logScaleOf } from './logisticLogMass';
import { clippedLogisticMean } from './logisticMean';
import { columnsOf } from './parameterBlocks';

/** Which values x has, and how many logistics its distribution is of. */
export interface DiscretizedLogisticOptions {
  /** number of values, from `low` to `high` and equally spaced; default 256, those of a byte */
  readonly bins?: number;
  /** the smallest value; default 0 */
  readonly low?: number;
  /** the largest value; default 1 */
  readonly high?: number;
  /** K, logistics in the mixture of each value; default 1 */
  readonly mixture?: number;
}

/** JSON that rebuilds one. */
export interface DiscretizedLogisticSpec extends Bins {
  /** `discretizedLogistic` */
  readonly kind: 'discretizedLogistic';
  /** logistics in the mixture of each value */
  readonly mixture: number;
}

/** Logistics of each value, [B, …, K, C] each; without weights where K is 1. */
interface Components {
  readonly logits: Tensor | undefined;
  readonly mean: Tensor;
  readonly logScale: Tensor;
}

/** The axis of the components, from the end. */
const AXIS = -2;

/** log softmax over the components. */
const logWeights = (logits: Tensor): Tensor => sub(logits, logSumExp(logits, AXIS, true));

/** One component drawn for each value, [B, …, K, C], as one-hot. */
const drawComponent = (logits: Tensor, noise: Noise): Tensor => {
  const { rank, shape } = logits;
  // The components last; an exchange of two axes is its own inverse.
  const order = [...Array(rank - 2).keys(), rank - 1, rank - 2];
  const last = transpose(logits, order);
  const rows = reshape(last, [-1, shape.at(AXIS) as number]) as Tensor2D;
  return transpose(reshape(categorical.sample(rows, noise), last.shape), order);
};

/**
 * Discretized logistic likelihood of equally spaced values (Kingma et al. 2016; as a mixture, Salimans et al. 2017).
 *
 *   p(x | μ, l) = σ( (x + h − μ)/s ) − σ( (x − h − μ)/s )      s = e^l + h/64,   h half the distance of two values
 *
 * The lowest value has all the mass below it too, and the highest all above it, so the probabilities of the values sum to 1.
 * Unlike a density it has no reward for σ → 0: log p is at most 0. A mixture has log p = log Σ_k softmax(w)_k p(x | μ_k, l_k).
 *
 *   K = 1:  parameters (μ, l), [B, …, 2C]
 *   K > 1:  parameters (w, μ, l), [B, …, 3·K·C], each block K times as wide as x, the first component's C values first
 *
 * @param options the values x may have: `bins` of them from `low` to `high`; `mixture`, K
 * @returns a likelihood; `logProb` is [B] in nats, at most 0, and has no gradient in the values
 * @throws RangeError when an option is none of its values, or a shape does not fit the data
 * @example discretizedLogistic({ bins: 3, low: -1, high: 1 }).logProb(tf.tensor2d([[0, 0]]), tf.tensor2d([[1]])) // [-0.9716661]
 */
export function discretizedLogistic(options: DiscretizedLogisticOptions = {}): Likelihood {
  const where = 'discretizedLogistic';
  const { mixture, ...values } = readOptions(where, options, {
    bins: number(integersFrom(2), 256),
    low: number(FINITE_NUMBER, 0),
    high: number(FINITE_NUMBER, 1),
    mixture: number(integersFrom(1), 1),
  });
  const { bins, low, high } = values;
  if (!(high > low)) throw new RangeError(`${where}: high is ${high}, needed a number above low, ${low}`);
  const blocks = mixture === 1 ? 2 : 3 * mixture;

  const componentsOf = (name: string, parameters: Tensor): Components => {
    assertShapes(`${where}.${name}`, { parameters: [parameters, 'B ...', 'float32'] });
    const width = parameters.shape.at(-1) as number;
    if (parameters.rank < 2 || width % blocks !== 0)
      throw new RangeError(
        `${where}.${name}: parameters have shape ${formatShape(parameters.shape)}, needed a last axis that ${blocks} divides`,
      );
    const columns = width / blocks;
    const axes = [...parameters.shape.slice(0, -1), mixture, columns];
    const [first, second, third] = Array.from({ length: blocks / mixture }, (_, i) =>
      reshape(columnsOf(parameters, i * mixture * columns, mixture * columns), axes),
    ) as [Tensor, Tensor, Tensor];
    return mixture === 1
      ? { logits: undefined, mean: first, logScale: second }
      : { logits: first, mean: second, logScale: third };
  };

  /** The mean over the components, in the shape of x. */
  const weighted = (each: Tensor, weights: Tensor | undefined): Tensor =>
    sum(weights ? mul(each, weights) : each, AXIS);

  return genuine({
    spec: { kind: 'discretizedLogistic', bins, low, high, mixture },
    parameterShape: (valueShape) => [...valueShape.slice(0, -1), (valueShape.at(-1) as number) * blocks],
    parameterKinds: mixture === 1 ? ['mean', 'logScale'] : ['logit', 'mean', 'logScale'],
    support: { min: low, max: high, levels: bins },
    takesObserved: true,
    logProb: (parameters, x, given) =>
      tidy(() => {
        const { logits, mean, logScale } = componentsOf('logProb', parameters);
        const shape = [...parameters.shape.slice(0, -1), mean.shape.at(-1) as number];
        const observed = observedIn(`${where}.logProb`, given, {
          'the mean': [{ shape }, 'B ...'],
          x: [x, 'B ...'],
        });
        const besideEach = add(zerosLike(mean), expandDims(x, AXIS));
        const each = logisticLogMass(values, mean, logScale, besideEach);
        const mass = logits ? logSumExp(add(each, logWeights(logits)), AXIS) : reshape(each, shape);
        return perExample(observed ? mul(mass, observed) : mass);
      }),
    mean: (parameters) =>
      tidy(() => {
        const { logits, mean, logScale } = componentsOf('mean', parameters);
        return weighted(clippedLogisticMean(values, mean, logScale), logits && exp(logWeights(logits)));
      }),
    sample: (parameters, noise: Noise) => {
      assertNoise(`${where}.sample`, noise);
      return tidy(() => {
        const { logits, mean, logScale } = componentsOf('sample', parameters);
        const chosen = logits && drawComponent(logits, noise.split('component'));
        const [m, l] = [weighted(mean, chosen), weighted(logScale, chosen)];
        const u = noise.split('value').uniform(m.shape);
        const drawn = add(m, mul(exp(logScaleOf(l, values)), sub(log(u), log(sub(1, u)))));
        const step = (high - low) / (bins - 1);
        const place = round(mul(sub(clipByValue(drawn, low, high), low), 1 / step));
        return minimum(add(mul(place, step), low), high);
      });
    },
  });
}

/** {@link discretizedLogistic}, from a spec. */
export const READY_DISCRETIZED_LOGISTIC: ReadyLikelihood<DiscretizedLogisticSpec> = {
  parse(where, spec) {
    const entries = ['kind', 'bins', 'low', 'high', 'mixture'] as const;
    const { bins, low, high, mixture } = parseRecord(where, 'spec.likelihood', spec, entries);
    return {
      kind: 'discretizedLogistic',
      bins: parse(where, 'bins', bins, 'a count', isCount),
      low: parse(where, 'low', low, 'a number', isFiniteNumber),
      high: parse(where, 'high', high, 'a number', isFiniteNumber),
      mixture: parse(where, 'mixture', mixture, 'a count', isCount),
    };
  },
  columnsOf: () => 0,
  create: ({ kind: _, ...options }) => discretizedLogistic(options),
};
