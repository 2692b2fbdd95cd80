/** Evaluation. */
import fc from 'fast-check';
import * as ssvae from '../../../src/index';
import { CLASSES, SHAPE, tinyDataset } from '../tiny';
import { models, optional, prior, reals, seeds, shared, shares, sized, sureClassifier } from './arbitraries';
import { type Descriptions, described } from './description';
import { must, shaped, within } from './promises';

const dataset = shared(() => tinyDataset(6));

/** Six examples of the small models, as bytes, floats or a tensor, with their classes. */
const examples = fc.record({
  x: fc.oneof(
    fc.constant(dataset().x),
    fc.constant(Float32Array.from(dataset().x, (byte) => byte / 255)),
    shares([6, ...SHAPE]),
  ),
  y: fc.constant(Array.from(dataset().y)),
});

const indices = fc
  .integer({ min: 1, max: 6 })
  .chain((length) =>
    fc.tuple(...[0, 1].map(() => fc.array(fc.nat(3), { minLength: length, maxLength: length }))),
  );

const batchSize = fc.integer({ min: 1, max: 7 });
const samples = fc.integer({ min: 1, max: 2 });
const mapping = fc.constantFrom('one-to-one', 'many-to-one');

// A bound of two thousand million draws is no mistake, but takes its time.
const fewDraws = (_: unknown, __: unknown, options: unknown): boolean =>
  !(((options as { readonly samples?: number } | null | undefined)?.samples as number) > 100);

export const evaluation: Descriptions = {
  accuracy: described(ssvae.accuracy, indices as never, {
    always: (share) => must(share >= 0 && share <= 1, 'a share'),
  }),
  activeUnits: described(
    ssvae.activeUnits,
    sized(({ B, D }) =>
      fc.tuple(reals([B, D]), optional({ threshold: fc.double({ min: 0, max: 9, noNaN: true }) })),
    ),
    {
      always: ({ active, variances }, { shape }) =>
        must(variances.length === shape[1] && active >= 0 && active <= variances.length, 'from 0 to Z units'),
      valid: ({ variances }) =>
        must(
          variances.every((variance) => variance >= 0),
          'variances of at least 0',
        ),
    },
  ),
  assignClasses: described(
    ssvae.assignClasses,
    indices.chain(([y, predictions]) =>
      fc.tuple(fc.constant(y), fc.constant(predictions), fc.constant(4), optional({ mapping })),
    ) as never,
    {
      always: (assignment, _, __, classes) =>
        must(
          assignment.length === classes && assignment.every((k) => k >= -1 && k < classes),
          'a class or none for each predicted one',
        ),
    },
  ),
  evaluateAssignment: described(
    ssvae.evaluateAssignment,
    fc.tuple(
      models,
      examples,
      fc.record({ training: examples, mapping, batchSize }, { requiredKeys: ['training'] }),
    ) as never,
    {
      share: 0.1,
      always: ({ count, assignment, accuracy, normalizedMutualInformation, bestOnData }) => {
        must(count > 0 && assignment.length === CLASSES, 'a class for each predicted one');
        must(accuracy >= 0 && accuracy <= bestOnData.accuracy && bestOnData.accuracy <= 1, 'shares');
        must(normalizedMutualInformation >= 0 && normalizedMutualInformation <= 1, 'from 0 to 1');
      },
    },
  ),
  normalizedMutualInformation: described(
    ssvae.normalizedMutualInformation,
    indices.map(([y, predictions]) => [y, predictions, 4]),
    { always: (value) => must(value >= 0 && value <= 1, 'a number from 0 to 1') },
  ),
  calibration: described(
    ssvae.calibration,
    sized(({ B }) =>
      fc.tuple(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: B, maxLength: B }),
        fc.array(fc.oneof(fc.boolean(), fc.constantFrom(0, 1)), { minLength: B, maxLength: B }),
        optional({ bins: fc.integer({ min: 1, max: 20 }) }),
      ),
    ),
    {
      cheap: (_, __, options) => !(((options as { readonly bins?: number } | null)?.bins as number) > 1e6),
      always: ({ calibrationError, bins }, { length }) => {
        must(calibrationError >= 0 && calibrationError <= 1, 'an error from 0 to 1');
        must(bins.reduce((sum, { count }) => sum + count, 0) === length, 'every example in one bin');
      },
    },
  ),
  calibrate: described(
    (model: ssvae.Classifier, heldOut: ssvae.LabeledExamples, options?: ssvae.BatchOptions) =>
      ssvae.calibrate(model, heldOut, options),
    fc.tuple(
      fc.constant(sureClassifier),
      // Right more often than chance, and not always: a temperature is best.
      examples.map(({ x }) => ({ x, y: [0, 0, 1, 0, 2, 0] })),
      optional({ batchSize }),
    ) as never,
    {
      always: ({ temperature, classes }) =>
        must(Number.isFinite(temperature) && temperature > 0 && classes === CLASSES, 'a temperature above 0'),
    },
  ),
  confusionMatrix: described(
    ssvae.confusionMatrix,
    indices.map(([y, predictions]) => [y, predictions, 4]),
    {
      always: (counts, { length }, _, classes) => {
        must(counts.length === classes, 'K rows');
        must(counts.flat().reduce((sum, count) => sum + count, 0) === length, 'every example counted once');
      },
    },
  ),
  evaluateClassifier: described(
    ssvae.evaluateClassifier,
    fc.tuple(models, examples, optional({ batchSize, bins: fc.integer({ min: 1, max: 9 }) })) as never,
    {
      cheap: (_, __, options) => !(((options as { readonly bins?: number } | null)?.bins as number) > 1e6),
      always: ({
        count,
        accuracy,
        confusion,
        entropy,
        mutualInformation,
        negativeLogLikelihood,
        ...more
      }) => {
        must(count > 0 && accuracy >= 0 && accuracy <= 1, 'a share of at least one example');
        const { byClass, macroF1, balancedAccuracy, topAccuracy } = more;
        const scores = byClass.flatMap(({ precision, recall, f1 }) => [precision, recall, f1]);
        must(
          [macroF1, balancedAccuracy, ...scores].every((score) => score >= 0 && score <= 1),
          'scores from 0 to 1',
        );
        must(byClass.reduce((sum, one) => sum + one.count, 0) === count, 'every example in one class');
        must(
          topAccuracy[0] === accuracy && topAccuracy.at(-1) === 1,
          'shares that rise from the accuracy to 1',
        );
        must(confusion.flat().reduce((sum, n) => sum + n, 0) === count, 'every example counted once');
        must(entropy >= 0 && entropy <= Math.log(CLASSES) + 1e-6, 'an entropy from 0 to log K');
        must(mutualInformation >= 0, 'mutual information of at least 0');
        must(entropy + mutualInformation <= Math.log(CLASSES) + 1e-6, 'both together at most log K');
        must(negativeLogLikelihood >= -1e-9, 'a negative log-likelihood of at least 0');
      },
    },
  ),
  evaluateElbo: described(
    (...given: Parameters<typeof ssvae.evaluateElbo>) => ssvae.evaluateElbo(...given),
    fc.tuple(
      models,
      examples,
      fc.record({ samples, batchSize, seed: seeds }, { requiredKeys: ['seed'] }),
    ) as never,
    {
      cheap: fewDraws,
      share: 0.1,
      always: ({ count, ...terms }) => {
        must(count > 0, 'at least one example');
        for (const term of Object.values(terms)) must(Number.isFinite(term as number), 'finite means');
      },
    },
  ),
  evaluateImportanceBound: described(
    ssvae.evaluateImportanceBound,
    fc.tuple(
      models,
      examples,
      fc.record({ samples, batchSize, seed: seeds }, { requiredKeys: ['samples', 'seed'] }),
    ) as never,
    {
      cheap: fewDraws,
      share: 0.1,
      always: ({ count, bound }) => must(count > 0 && Number.isFinite(bound), 'a finite mean'),
    },
  ),
  evaluateSamples: described(
    ssvae.evaluateSamples,
    fc.tuple(
      models,
      fc.record(
        {
          perClass: fc.integer({ min: 2, max: 4 }),
          confidence: fc.double({ min: 0, max: 1, noNaN: true }),
          temperature: fc.double({ min: 0.1, max: 2, noNaN: true }),
          real: examples,
          seed: seeds,
        },
        { requiredKeys: ['seed'] },
      ),
    ) as never,
    {
      cheap: (_, options) =>
        !(((options as { readonly perClass?: number } | null)?.perClass as number) > 100),
      share: 0.1,
      always: ({ count, byClass, fidelity, confident, spread, trainedOnSamples = 0 }) => {
        must(count > 0 && byClass.length === CLASSES, 'scores of every class');
        must(
          confident >= 0 && confident <= fidelity && fidelity <= 1,
          'shares, the confident ones among the faithful',
        );
        must(spread >= 0, 'a standard deviation');
        must(trainedOnSamples >= 0 && trainedOnSamples <= 1, 'a share');
      },
    },
  ),
  noveltyScore: described(
    ssvae.noveltyScore,
    fc.tuple(
      models,
      examples,
      fc.record(
        { reference: fc.oneof(examples, fc.constant([-50, -45.5, -40])), samples, batchSize, seed: seeds },
        { requiredKeys: ['reference', 'seed'] },
      ),
    ) as never,
    {
      cheap: fewDraws,
      share: 0.1,
      always: ({ pValues, bounds, referenceBounds }) => {
        must(pValues.length === bounds.length && referenceBounds.length > 0, 'a p-value for each example');
        must(
          pValues.every((p) => p > 0 && p <= 1),
          'p-values from above 0 to 1',
        );
      },
    },
  ),
  importanceWeightedBound: described(
    ssvae.importanceWeightedBound,
    sized(({ B, K, D }) => fc.tuple(fc.record({ logWeights: reals([D, B, K], 90), labelPrior: prior(K) }))),
    {
      always: (result, { logWeights }) => shaped(result, [logWeights.shape[1] as number]),
      valid: (result) => within(result, -100, 100),
    },
  ),
};
