/** The objective of a classifier on labels alone. */

import { tidy } from '@tensorflow/tfjs-core';
import { labelSetCrossEntropy } from '../../bounds/labelSet';
import { readOptions } from '../../core/options';
import { maker } from '../../core/uncalled';
import { crossEntropy } from '../../divergences/crossEntropy';
import { inferred } from '../atOnce';
import { assertCalled } from '../fits';
import type { Model, SemiSupervisedVae } from '../model';
import { knownOf, type Objective } from './objective';

/**
 * A classifier on the labels alone: the baseline of a semi-supervised model.
 *
 * The labeled part holds the cross-entropy and nothing else, so encoder and decoder get no gradient. There is no `elbo`
 * among the terms: a classifier has no bound.
 *
 * @returns an objective; it ignores unlabeled examples
 * @throws TypeError or RangeError when an option is given, as it has none
 * @example train(model, { objective: supervised(), batches, epochs: 10, seed: 1 })
 */
export const supervised: () => Objective<SemiSupervisedVae> = /* @__PURE__ */ maker(
  'supervised()',
  (options: object = {}) => {
    readOptions('supervised', options, {});
    const objective: Objective<SemiSupervisedVae> = (model, { labeled }, context) => {
      if (labeled === undefined) return {};
      const { x, y, allowed } = labeled;
      return tidy(() => {
        const { labelLogits } = inferred('supervised', model, x, {
          training: true,
          updateStatistics: true,
          noise: context.noise.split('labeled'),
          ...knownOf(labeled),
        });
        return {
          labeled: {
            crossEntropy: allowed
              ? labelSetCrossEntropy({ labelLogits, allowed })
              : crossEntropy({ labels: y, logits: labelLogits }),
          },
        };
      });
    };
    const assertModel = (where: string, model: Model): void =>
      assertCalled<SemiSupervisedVae>(
        where,
        model,
        ['infer'],
        'supervised(), an objective of a model with q(y|x)',
      );
    return Object.assign(objective, {
      spec: { objective: 'supervised' },
      part: 'labeled' as const,
      assertModel,
    });
  },
);
