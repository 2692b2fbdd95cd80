/** Multinomial p(x|z,y) of counts whose total is given, such as the words of a text. */
import {
  add,
  cast,
  where as choose,
  greater,
  log,
  logSoftmax,
  maximum,
  mul,
  reshape,
  softmax,
  squeeze,
  sub,
  sum,
  type Tensor,
  type Tensor2D,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { withoutGradient } from '../core/gradient';
import { LOWEST } from '../core/logSpace';
import { assertNoise, type Noise } from '../core/noise';
import { integersFrom, number, readOptions } from '../core/options';
import { perExample } from '../core/perExample';
import { assertShapes } from '../core/shape';
import { COUNTS } from '../core/support';
import { isCount, parse, parseRecord } from '../files/json';
import * as categorical from './categorical';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { type CountsSeen, countsSeen, log1pOfCounts } from './netInput';
import { poissonLogMass } from './poissonLogMass';

/** What is generated, and what nets see. */
export interface MultinomialOptions {
  /**
   * n of `mean` and `sample`: E[x] is n·softmax(l), and a draw has n counts. `logProb` takes n from x. At most 10,000;
   * default 1
   */
  readonly total?: number;
  /** what encoder and classifier see: the counts (`'raw'`), or log(1 + x) (`'log1p'`), for counts of a long tail. Default `'raw'` */
  readonly netInput?: CountsSeen;
}

/** JSON that rebuilds one. */
export interface MultinomialSpec {
  /** `multinomial` */
  readonly kind: 'multinomial';
  /** n of `mean` and `sample` */
  readonly total: number;
  /** what encoder and classifier see; default the counts */
  readonly netInput?: CountsSeen;
}

/** Counts of a draw: each takes a few kernels. */
const MOST_DRAWN = 10_000;

/** The least total whose logarithm is taken: one of 0 has a log-probability of 0. */
const LEAST_TOTAL = 1e-30;

/**
 * Multinomial likelihood of counts along the last axis of x, given their total n: a bag of words.
 *
 *   log p(x | l) = log n! − Σ_c log x_c! + Σ_c x_c log softmax(l)_c,   n = Σ_c x_c
 *
 * It says what the counts are of, and nothing about how many there are. Observed counts alone have the multinomial of the
 * shares among them.
 *
 * @param options `total` (default 1), of what is generated; `netInput` (default `'raw'`)
 * @returns a likelihood whose parameters are logits in the shape of x; `logProb` is [B] in nats, at most 0, and has no gradient
 *   in the counts
 * @throws RangeError when an option is none of its values
 * @example multinomial().logProb(tf.tensor2d([[0, 0]]), tf.tensor2d([[2, 1]])) // [-0.9808293]
 */
export function multinomial(options: MultinomialOptions = {}): Likelihood {
  const where = 'multinomial';
  const { total, netInput } = readOptions(where, options, {
    total: number(integersFrom(1, MOST_DRAWN), 1),
    netInput: countsSeen,
  });
  const assertLogits = (name: string, logits: Tensor): void =>
    void assertShapes(`${where}.${name}`, { logits: [logits, 'B C ...', 'float32'] });

  return genuine({
    spec: { kind: 'multinomial', total, ...(netInput !== 'raw' && { netInput }) },
    parameterShape: (valueShape) => [...valueShape],
    parameterKinds: ['logit'],
    support: COUNTS,
    bytes: 'counts',
    ...(netInput === 'log1p' && { netInput: log1pOfCounts }),
    takesObserved: true,
    logProb(logits, x, given) {
      assertLogits('logProb', logits);
      const observed = observedIn(`${where}.logProb`, given, {
        logits: [logits, 'B ...'],
        x: [x, 'B ...'],
      });
      return tidy(() => {
        const counts = observed ? mul(x, observed) : cast(x, 'float32');
        const known = observed ? choose(greater(observed, 0), logits, LOWEST) : logits;
        const n = sum(counts, -1, true);
        const logTotal = log(maximum(withoutGradient(n), LEAST_TOTAL));
        // Poisson counts of these rates, given that their sum is n.
        const each = poissonLogMass(add(logSoftmax(known), logTotal), counts);
        return perExample(squeeze(sub(sum(each, -1, true), poissonLogMass(logTotal, n)), [-1]));
      });
    },
    mean(logits) {
      assertLogits('mean', logits);
      return tidy(() => mul(softmax(logits), total));
    },
    sample(logits, noise: Noise) {
      assertLogits('sample', logits);
      assertNoise(`${where}.sample`, noise);
      return tidy(() => {
        const rows = reshape(logits, [-1, logits.shape.at(-1) as number]) as Tensor2D;
        let counts: Tensor = zerosLike(rows);
        for (let i = 0; i < total; i++) {
          const before = counts;
          counts = tidy(() => add(before, categorical.sample(rows, noise.split(i))));
          before.dispose();
        }
        return reshape(counts, logits.shape);
      });
    },
  });
}

/** {@link multinomial}, from a spec. */
export const READY_MULTINOMIAL: ReadyLikelihood<MultinomialSpec> = {
  parse(where, spec) {
    const { total, netInput } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'total', 'netInput']);
    return {
      kind: 'multinomial',
      total: parse(where, 'total', total, 'a count', isCount),
      netInput: countsSeen(where, 'spec.likelihood.netInput', netInput as CountsSeen | undefined),
    };
  },
  columnsOf: () => 0,
  create: ({ kind: _, ...options }) => multinomial(options),
};
