/** Objectives and regularizers. */
import type { Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { batched, labels, logits, noises, optional, prior, reals, shares, sized } from './arbitraries';
import { type Descriptions, described } from './description';
import { DrawnTensor } from './drawn';
import { binary, finite, must, normalised, shaped, within } from './promises';

const rowsOf = (result: Tensor, { shape }: Tensor): void => shaped(result, shape.slice(0, 1));
const spread = fc.constantFrom('others', 'uniform');

/** Sets of classes, each with at least one. */
const sets = (B: number, K: number) =>
  fc.array(fc.integer({ min: 1, max: 2 ** K - 1 }), { minLength: B, maxLength: B }).map(
    (rows) =>
      new DrawnTensor(
        [B, K],
        rows.flatMap((bits) => Array.from({ length: K }, (_, k) => (bits >> k) & 1)),
      ),
  );
/** Numbers at every label, or at one. */
const byLabelOrNot = (B: number, K: number) => fc.oneof(reals([B, K]), reals([B]));

export const regularizers: Descriptions = {
  mixup: described(
    ssvae.mixup,
    batched((shape) => fc.tuple(reals(shape), shares(shape.slice(0, 1)))),
    { always: (result, { shape }) => shaped(result, shape), valid: (result) => within(result, -20, 20) },
  ),
  dropLabels: described(
    ssvae.dropLabels,
    sized(({ B, K }) =>
      fc.tuple(labels(B, K), fc.record({ rate: fc.double({ min: 0, max: 1, noNaN: true }), noise: noises })),
    ),
    {
      always: (result, { shape: [B = 0, K = 0] }) => shaped(result, [B, K + 1]),
      valid: normalised,
    },
  ),
  interpolationConsistency: described(
    ssvae.interpolationConsistency,
    sized(({ B, K }) => fc.tuple(fc.record({ logits: logits(B, K), targets: labels(B, K) }))),
    { always: (result, { logits: l }) => rowsOf(result, l), valid: (result) => within(result, 0) },
  ),
  mutualInformation: described(ssvae.mutualInformation, fc.tuple(sized(({ B, K }) => logits(B, K))), {
    always: (result) => shaped(result, []),
    valid: (result, { shape }) => within(result, 0, Math.log(Math.min(...shape))),
  }),
  smoothLabels: described(
    ssvae.smoothLabels,
    sized(
      ({ B, K }) => fc.tuple(labels(B, K), fc.double({ min: 0, max: 1, noNaN: true }), optional({ spread })),
      {
        K: 2,
      },
    ),
    { always: (result, { shape }) => shaped(result, shape), valid: normalised },
  ),
  smoothedLabelKl: described(
    ssvae.smoothedLabelKl,
    sized(
      ({ B, K }) =>
        fc.tuple(
          fc.record(
            {
              labels: labels(B, K),
              logits: logits(B, K),
              epsilon: fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
              spread,
              direction: fc.constantFrom('labels||q', 'q||labels'),
            },
            { requiredKeys: ['labels', 'logits', 'epsilon'] },
          ),
        ),
      { K: 2 },
    ) as never,
    { begins: ['smoothLabels'], always: (r, { labels: y }) => rowsOf(r, y), valid: (r) => within(r, 0) },
  ),
};

const judged = sized(({ B }) =>
  fc.tuple(fc.record({ realLogits: reals([B], 60), fakeLogits: reals([B], 60) })),
);

export const bounds: Descriptions = {
  adversarialTerms: described(ssvae.adversarialTerms, judged, {
    always: ({ discriminator, generator }, { realLogits }) => {
      for (const term of [discriminator, generator]) rowsOf(term, realLogits);
    },
    valid: async ({ discriminator, generator }) => {
      await within(discriminator, -121, 0);
      await within(generator, -61, 0);
    },
  }),
  discriminatorAccuracy: described(ssvae.discriminatorAccuracy, judged, {
    always: (result, { realLogits }) => rowsOf(result, realLogits),
    valid: (result) => within(result, 0, 1),
  }),
  byLabel: described(
    ssvae.byLabel,
    sized(({ B, K }) => fc.tuple(reals([B * K]), fc.constant(K))),
    { always: (result, { size }, K) => shaped(result, [size / K, K]), valid: (result) => finite(result) },
  ),
  everyLabel: described(
    ssvae.everyLabel,
    fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    {
      always: (result, B, K) => shaped(result, [B * K, K]),
      valid: async (result) => {
        await binary(result);
        await normalised(result);
      },
    },
  ),
  repeatRows: described(
    ssvae.repeatRows,
    batched((shape) => fc.tuple(reals(shape), fc.integer({ min: 1, max: 4 }))),
    {
      always: (result, { shape: [B = 0, ...event] }, times) => shaped(result, [B * times, ...event]),
      valid: (result) => finite(result),
    },
  ),
  withEveryLabel: described(
    ssvae.withEveryLabel,
    batched((shape) => fc.tuple(reals(shape), fc.integer({ min: 1, max: 4 }))),
    {
      begins: ['everyLabel', 'repeatRows'],
      always: (result, { shape: [B = 0, ...event] }, K) => {
        shaped(result.x, [B * K, ...event]);
        shaped(result.labels, [B * K, K]);
      },
      valid: ({ x, labels: y }) => finite(x, y),
    },
  ),
  labelExpectation: described(
    ssvae.labelExpectation,
    sized(({ B, K }) => fc.tuple(fc.record({ labels: labels(B, K), valueByLabel: reals([B, K]) }))),
    { always: (result, { labels: y }) => rowsOf(result, y), valid: (result) => finite(result) },
  ),
  restrictedLogits: described(
    ssvae.restrictedLogits,
    sized(({ B, K }) => fc.tuple(fc.record({ labelLogits: logits(B, K, false), allowed: sets(B, K) }))),
    {
      always: (result, { labelLogits }) => shaped(result, labelLogits.shape),
      valid: (result) => finite(result),
    },
  ),
  labelSetCrossEntropy: described(
    ssvae.labelSetCrossEntropy,
    sized(({ B, K }) => fc.tuple(fc.record({ labelLogits: logits(B, K, false), allowed: sets(B, K) }))),
    {
      always: (result, { labelLogits }) => rowsOf(result, labelLogits),
      valid: (result) => within(result, 0, Infinity),
    },
  ),
  labeledElbo: described(
    ssvae.labeledElbo,
    sized(({ B }) =>
      fc.tuple(fc.record({ logLikelihood: reals([B]), latentKl: reals([B]), logLabelPrior: reals([B]) })),
    ),
    {
      always: (result, { latentKl }) => {
        for (const term of Object.values(result)) shaped(term, latentKl.shape);
      },
      valid: (result) => finite(...Object.values(result)),
    },
  ),
  logLabelPrior: described(
    ssvae.logLabelPrior,
    sized(({ B, K }) => fc.tuple(labels(B, K), prior(K))),
    { always: rowsOf, valid: (result) => within(result, -Infinity, 0) },
  ),
  uniformLabelPrior: described(ssvae.uniformLabelPrior, fc.tuple(fc.integer({ min: 1, max: 300 })), {
    always: (result, K) => {
      must(result.length === K, 'K numbers');
      must(Math.abs(result.reduce((sum, p) => sum + p, 0) - 1) < 1e-9, 'a sum of 1');
    },
  }),
  unlabeledElbo: described(
    ssvae.unlabeledElbo,
    sized(({ B, K }) => fc.tuple(fc.record({ labelLogits: logits(B, K), labeledBound: byLabelOrNot(B, K) }))),
    {
      always: (result, { labelLogits }) => {
        for (const term of Object.values(result)) rowsOf(term, labelLogits);
      },
      valid: (result) => finite(...Object.values(result)),
    },
  ),
  regularizedLabeled: described(
    ssvae.regularizedLabeled,
    sized(
      ({ B, K }) =>
        fc.tuple(
          fc.record(
            {
              bound: reals([B]),
              labels: labels(B, K),
              labelLogits: logits(B, K, false),
              labelPrior: prior(K),
              labelPriorKlWeight: fc.constantFrom(0, 1, 0.5),
              labelSmoothing: fc.record(
                {
                  epsilon: fc.double({ min: 1e-6, max: 0.999, noNaN: true }),
                  weight: fc.constantFrom(0, 1, 2),
                  spread,
                },
                { requiredKeys: ['epsilon'] },
              ),
            },
            { requiredKeys: ['bound', 'labels', 'labelLogits', 'labelPrior'] },
          ),
        ),
      { K: 2 },
    ) as never,
    {
      begins: ['smoothLabels', 'smoothedLabelKl'],
      always: ({ objective }, { bound }) => shaped(objective, bound.shape),
      valid: (result) => finite(...Object.values(result)),
    },
  ),
  regularizedUnlabeled: described(
    ssvae.regularizedUnlabeled,
    sized(({ B, K }) =>
      fc.tuple(
        fc.record(
          {
            bound: reals([B]),
            labelLogits: logits(B, K),
            entropyPenalty: fc.constantFrom(0, 0.5, 2),
            mutualInformationWeight: fc.constantFrom(0, 1),
            labelPrior: prior(K),
          },
          { requiredKeys: ['bound', 'labelLogits'] },
        ),
      ),
    ) as never,
    {
      always: ({ objective }, { labelLogits }) => rowsOf(objective, labelLogits),
      valid: (result) => finite(...Object.values(result)),
    },
  ),
};
