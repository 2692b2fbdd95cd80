/** Negative binomial p(x|z,y) of counts that vary more than a Poisson's, with a shared or a learned dispersion. */

import {
  exp,
  greaterEqual,
  mul,
  neg,
  sigmoid,
  sub,
  type Tensor,
  type Tensor1D,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertNoise, type Noise } from '../core/noise';
import { ABOVE_0, flag, integersFrom, number, oneOf, optional, readOptions } from '../core/options';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import { COUNTS } from '../core/support';
import { type Is, isCount, isFiniteNumber, parse, parseRecord } from '../files/json';
import { drawGamma, drawPoisson } from './countDraws';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { negativeBinomialLogMass } from './negativeBinomialLogMass';
import { type CountsSeen, countsSeen, log1pOfCounts } from './netInput';
import { alongColumns, assertColumns, ownVariable } from './ownColumns';
import { blocksOf } from './parameterBlocks';
import { zeroInflatedLogMass } from './zeroInflation';

/** Dispersion of the counts. */
export interface NegativeBinomialOptions {
  /**
   * `'shared'`: one θ for each column, or one for all, a variable of the likelihood; `'learned'`: the decoder gives log θ
   * beside each log-mean. Default `'shared'`
   */
  readonly dispersion?: 'shared' | 'learned';
  /** size of the last axis of x, for a shared θ of each column; 1 shares one θ between all values. Default 1 */
  readonly columns?: number;
  /** a shared θ at the start; default 1. The variance is μ + μ²/θ: a large θ is a Poisson */
  readonly theta?: number;
  /**
   * whether the decoder gives the logit of an extra zero beside each count, for counts with more zeros than a negative binomial
   * has; default `false`
   */
  readonly zeroInflated?: boolean;
  /** what encoder and classifier see: the counts (`'raw'`), or log(1 + x) (`'log1p'`), for counts of a long tail. Default `'raw'` */
  readonly netInput?: CountsSeen;
}

/** JSON that rebuilds one. */
export interface NegativeBinomialSpec {
  /** `negativeBinomial` */
  readonly kind: 'negativeBinomial';
  /** whose θ is */
  readonly dispersion: 'shared' | 'learned';
  /** number of shared θ */
  readonly columns: number;
  /** a shared θ at the start */
  readonly theta: number;
  /** whether there are logits of extra zeros; default not */
  readonly zeroInflated?: boolean;
  /** what encoder and classifier see; default the counts */
  readonly netInput?: CountsSeen;
}

/** Parameters of counts, in the shape of x each. */
interface Parts {
  readonly logMean: Tensor;
  readonly logTheta: Tensor;
  /** of extra zeros, where there are such */
  readonly logits?: Tensor;
}

/** A negative binomial {@link Likelihood}. */
export interface NegativeBinomial extends Likelihood {
  /** frees the shared dispersion; a second call does nothing */
  dispose(): void;
}

/** The options. `columns` and `theta` go with a shared dispersion alone. */
const readNegativeBinomial = (options: NegativeBinomialOptions) => {
  const read = readOptions('negativeBinomial', options, {
    dispersion: oneOf(['shared', 'learned'], 'shared'),
    columns: optional(number(integersFrom(1))),
    theta: optional(number(ABOVE_0)),
    zeroInflated: flag(false),
    netInput: countsSeen,
  });
  const { dispersion, columns, theta } = read;
  for (const [name, value] of Object.entries({ columns, theta }))
    if (dispersion === 'learned' && value !== undefined)
      throw new RangeError(
        `negativeBinomial: ${name} is ${value}, needed none beside dispersion "learned": the decoder gives it`,
      );
  return read;
};

/**
 * Negative binomial likelihood of counts: a Poisson whose rate has a Gamma distribution (Lopez et al. 2018 for gene counts).
 *
 *   log p(x | m, t) = Σ_d log Γ(x_d + θ_d) − log Γ(θ_d) − log x_d! + θ_d log( θ_d / (θ_d + μ_d) ) + x_d log( μ_d / (θ_d + μ_d) )
 *   μ = e^m   θ = e^t   E[x] = μ   Var[x] = μ + μ²/θ
 *
 *   shared:   parameters m, [B, …, C]         t is the variable `logTheta`, [C] or [1]
 *   learned:  parameters (m, t), [B, …, 2C]
 *
 * With `zeroInflated` one more block of parameters, l, has the logits of extra zeros (Lambert 1992, of a Poisson):
 *
 *   p₊(0) = π + (1 − π)·p(0)    p₊(x) = (1 − π)·p(x) for x above 0    E[x] = (1 − π)·μ    π = σ(l)
 *
 * Counts of a long tail are better seen by encoder and classifier as log(1 + x): `netInput: 'log1p'`. The likelihood is that of
 * the counts either way.
 *
 * @param options `dispersion` (default `'shared'`), and of a shared one `columns` and `theta`; `zeroInflated` (default
 *   `false`); `netInput` (default `'raw'`)
 * @returns a likelihood; `logProb` is [B] in nats, at most 0, and has no gradient in the counts
 * @throws RangeError when an option is none of its values, or a shape does not fit the data
 * @example negativeBinomial().logProb(tf.tensor2d([[0]]), tf.tensor2d([[1]])) // [-1.3862944]
 */
export function negativeBinomial(options: NegativeBinomialOptions = {}): NegativeBinomial {
  const { dispersion, columns = 1, theta = 1, zeroInflated, netInput } = readNegativeBinomial(options);
  const logTheta =
    dispersion === 'shared' ? ownVariable('negativeBinomial', columns, Math.log(theta)) : undefined;

  const names = [
    'log-means',
    ...(logTheta ? [] : ['log-dispersions']),
    ...(zeroInflated ? ['logits of extra zeros'] : []),
  ];
  const split = (name: string, parameters: Tensor): Parts => {
    const where = `negativeBinomial.${name}`;
    assertShapes(where, { parameters: [parameters, 'B ...', 'float32'] });
    const [logMean, ...others] = blocksOf(where, parameters, names) as [Tensor, ...Tensor[]];
    if (logTheta) assertColumns(where, columns, logMean.shape);
    const theta = logTheta ? alongColumns(logMean, logTheta) : (others[0] as Tensor);
    return { logMean, logTheta: theta, ...(zeroInflated && { logits: others.at(-1) as Tensor }) };
  };

  return genuine({
    spec: {
      kind: 'negativeBinomial',
      dispersion,
      columns,
      theta,
      ...(zeroInflated && { zeroInflated }),
      ...(netInput !== 'raw' && { netInput }),
    },
    parameterShape(valueShape) {
      if (logTheta) assertColumns('negativeBinomial', columns, valueShape);
      return [...valueShape.slice(0, -1), (valueShape.at(-1) as number) * names.length];
    },
    parameterKinds: [
      'logMean',
      ...(logTheta ? [] : (['logDispersion'] as const)),
      ...(zeroInflated ? (['logit'] as const) : []),
    ],
    support: COUNTS,
    bytes: 'counts',
    ...(logTheta && { variables: { logTheta } }),
    ...(netInput === 'log1p' && { netInput: log1pOfCounts }),
    takesObserved: true,
    logProb: (parameters, x, options) =>
      tidy((): Tensor1D => {
        const { logMean, logTheta: t, logits } = split('logProb', parameters);
        const observed = observedIn('negativeBinomial.logProb', options, {
          'the mean': [logMean, 'B ...'],
          x: [x, 'B ...'],
        });
        const counted = negativeBinomialLogMass(logMean, t, x);
        const values = logits ? zeroInflatedLogMass(counted, logits, x) : counted;
        return perExample(observed ? mul(values, observed) : values);
      }),
    mean: (parameters) =>
      tidy(() => {
        const { logMean, logits } = split('mean', parameters);
        return logits ? mul(exp(logMean), sigmoid(neg(logits))) : exp(logMean);
      }),
    sample: (parameters, noise: Noise) => {
      assertNoise('negativeBinomial.sample', noise);
      return tidy(() => {
        const { logMean, logTheta: t, logits } = split('sample', parameters);
        const gamma = drawGamma(exp(t), noise.split('rate'));
        const counts = drawPoisson(mul(gamma, exp(sub(logMean, t))), noise.split('count'));
        if (logits === undefined) return counts;
        const u = noise.split('zero').uniform(counts.shape);
        return mul(counts, greaterEqual(u, sigmoid(logits)));
      });
    },
    dispose() {
      if (logTheta && !logTheta.isDisposed) logTheta.dispose();
    },
  });
}

const isDispersion: Is<NegativeBinomialSpec['dispersion']> = (value) =>
  value === 'shared' || value === 'learned';

/** {@link negativeBinomial}, from a spec. */
export const READY_NEGATIVE_BINOMIAL: ReadyLikelihood<NegativeBinomialSpec> = {
  parse(where, spec) {
    const entries = ['kind', 'dispersion', 'columns', 'theta', 'zeroInflated', 'netInput'] as const;
    const { dispersion, columns, theta, zeroInflated, netInput } = parseRecord(
      where,
      'spec.likelihood',
      spec,
      entries,
    );
    return {
      kind: 'negativeBinomial',
      dispersion: parse(where, 'dispersion', dispersion, '"shared" or "learned"', isDispersion),
      columns: parse(where, 'columns', columns, 'a count', isCount),
      theta: parse(where, 'theta', theta, 'a number', isFiniteNumber),
      zeroInflated: flag(false)(where, 'spec.likelihood.zeroInflated', zeroInflated),
      netInput: countsSeen(where, 'spec.likelihood.netInput', netInput as CountsSeen | undefined),
    };
  },
  columnsOf: ({ dispersion, columns }) => (dispersion === 'shared' ? columns : 0),
  create: ({ kind: _, dispersion, columns, theta, ...options }) =>
    negativeBinomial({ dispersion, ...(dispersion === 'shared' && { columns, theta }), ...options }),
};
