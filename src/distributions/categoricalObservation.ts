/** Categorical p(x|z,y) of levels: blocks of one-hot columns. */

import {
  add,
  concat,
  min,
  mul,
  reshape,
  softmax,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tidy,
} from '@tensorflow/tfjs-core';
import { assertInteger } from '../core/assert';
import { describe, formatShape } from '../core/describe';
import { assertNoise, type Noise } from '../core/noise';
import { checked, readOptions } from '../core/options';
import { perExample } from '../core/perExample';
import { assertShapes, sizeOf } from '../core/shape';
import { levelSupports } from '../core/support';
import { isCount, isListOf, parse, parseRecord } from '../files/json';
import * as categorical from './categorical';
import { genuine } from './genuine';
import type { Likelihood, ReadyLikelihood } from './likelihood';
import { observedIn } from './likelihood';
import { columnsOf } from './parameterBlocks';

/** What the columns are. */
export interface CategoricalObservationOptions {
  /** number of levels of each block of columns, in order: [3, 2] for five columns. Each is at least 2 */
  readonly levels: readonly number[];
}

/** JSON that rebuilds one. */
export interface CategoricalObservationSpec {
  /** `categoricalObservation` */
  readonly kind: 'categorical';
  /** number of levels of each block */
  readonly levels: readonly number[];
}

/** A categorical {@link Likelihood} with what a distribution has beside it. */
export interface CategoricalObservation extends Likelihood {
  /** the most probable level of each block, one-hot, in the shape of x */
  mode(parameters: Tensor): Tensor;
}

const assertLevels = (where: string, name: string, levels: readonly number[]): void => {
  if (!Array.isArray(levels) || levels.length === 0)
    throw new TypeError(`${where}: ${name} is ${describe(levels)}, needed an array such as [3, 2]`);
  for (const [i, count] of (levels as readonly number[]).entries())
    assertInteger(where, `${name}[${i}]`, count, 2);
};

const columnsIn = (levels: readonly number[]): number => levels.reduce((sum, count) => sum + count, 0);

/**
 * Categorical likelihood of levels: the last axis of x has a block of one-hot columns for each of them.
 *
 *   log p(x | l) = Σ_j Σ_k x_{jk} · logSoftmax(l_j)_k      parameters l, logits in the shape of x
 *
 * A block that is all 0 counts as missing: it adds 0. With `observed`, a block counts where all its columns are observed.
 *
 * @param options the number of levels of each block
 * @returns a likelihood; `logProb` is [B] in nats, at most 0; `mean` has the probabilities
 * @throws RangeError or TypeError when the levels are not integers of at least 2, or the data have other columns
 * @example categoricalObservation({ levels: [2] }).logProb(tf.tensor2d([[0, 0]]), tf.tensor2d([[1, 0]])) // [-0.6931472]
 */
export function categoricalObservation(options: CategoricalObservationOptions): CategoricalObservation {
  const where = 'categoricalObservation';
  const { levels } = readOptions(where, options, { levels: checked(assertLevels) });
  const columns = columnsIn(levels);

  const assertLastAxis = (name: string, shape: readonly number[]): void => {
    if (shape.at(-1) !== columns)
      throw new RangeError(
        `${name}: the last axis is that of ${formatShape(shape)}, needed ${columns}, the columns of ${levels.length} blocks of levels`,
      );
  };
  const assertLogits = (name: string, logits: Tensor): void => {
    assertShapes(`${where}.${name}`, { logits: [logits, 'B ...', 'float32'] });
    assertLastAxis(`${where}.${name}`, logits.shape);
  };

  /** Each block as rows [N, K], N the size of all other axes. */
  const blocksOf = (x: Tensor): readonly Tensor2D[] => {
    const rows = sizeOf(x.shape) / columns;
    let start = 0;
    return levels.map((count) => {
      const block = columnsOf(x, start, count);
      start += count;
      return reshape(block, [rows, count]) as Tensor2D;
    });
  };
  const ofEachBlock = (name: string, logits: Tensor, f: (block: Tensor2D) => Tensor2D): Tensor => {
    assertLogits(name, logits);
    return tidy(() => reshape(concat(blocksOf(logits).map(f), 1), logits.shape));
  };

  return genuine({
    spec: { kind: 'categorical', levels: [...levels] },
    parameterShape(valueShape) {
      assertLastAxis(where, valueShape);
      return [...valueShape];
    },
    parameterKinds: ['logit'],
    support: levels.flatMap(levelSupports),
    takesObserved: true,
    logProb(logits, x, options) {
      assertLogits('logProb', logits);
      const observed = observedIn(`${where}.logProb`, options, {
        logits: [logits, 'B ...'],
        x: [x, 'B ...'],
      });
      return tidy((): Tensor1D => {
        const values = blocksOf(x);
        const known = observed && blocksOf(observed);
        const each = blocksOf(logits).map((block, j) => {
          const logProb = categorical.logProb(block, values[j] as Tensor2D);
          return known ? mul(logProb, min(known[j] as Tensor2D, 1)) : logProb;
        });
        return each
          .map((rows) => perExample(reshape(rows, [x.shape[0] as number, -1])))
          .reduce((total, rows) => add(total, rows));
      });
    },
    mean: (logits) => ofEachBlock('mean', logits, (block) => softmax(block)),
    sample(logits, noise: Noise) {
      assertNoise(`${where}.sample`, noise);
      return ofEachBlock('sample', logits, (block) => categorical.sample(block, noise));
    },
    mode: (logits) => ofEachBlock('mode', logits, categorical.mode),
  });
}

/** {@link categoricalObservation}, from a spec. */
export const READY_CATEGORICAL: ReadyLikelihood<CategoricalObservationSpec> = {
  parse(where, spec) {
    const { levels } = parseRecord(where, 'spec.likelihood', spec, ['kind', 'levels']);
    return {
      kind: 'categorical',
      levels: parse(where, 'levels', levels, 'numbers of levels', isListOf(isCount)),
    };
  },
  columnsOf: ({ levels }) => columnsIn(levels),
  create: ({ levels }) => categoricalObservation({ levels }),
};
