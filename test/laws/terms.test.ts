import { dispose, mean, tidy } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectiveOf, recipeOf } from '../../bench/start/methods';
import type { Batch } from '../../src/core/batch';
import { createNoise } from '../../src/core/noise';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import type { M2 } from '../../src/models/m2/model';
import type { Model } from '../../src/models/model';
import type { Objective } from '../../src/models/objectives/objective';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { unsupervised } from '../../src/models/objectives/unsupervised';
import { createAdam } from '../../src/training/optimizer/adam';
import { namedTerms } from '../../src/training/terms';
import { trainingSteps } from '../../src/training/trainingSteps';
import { CONV, MLP, tinyBatches, tinyM1, tinyM2 } from '../support/tiny';

const STEPS = 8;
// A hard label moves in leaps, which one draw may not see.
const DRAWS = [5, 6, 7, 8];
const batches = tinyBatches();

/** Log π of a label that is known is a number of the data; that of unknown ones is too where all classes are as likely. */
const CONSTANT = ['labeled.logLabelPrior'];
const labelPrior = [0.5, 0.3, 0.2];

const handlings = ['enumerate', 'gumbel', 'straight-through'] as const;
const everything = {
  mutualInformationWeight: 2,
  entropyPenalty: 0.5,
  labelSmoothing: { epsilon: 0.01, expectation: 'enumerate' },
  consistency: { weight: 3 },
  generatedLabels: { weight: 0.2 },
} as const;

const ofM2: readonly (readonly [string, Objective<M2>])[] = [
  ['labels alone', supervised()],
  ...handlings.map((labelHandling) => [`m2, ${labelHandling}`, semiSupervised({ labelHandling })] as const),
  ...handlings.map((labelHandling) => {
    const objective = regularized({ labelHandling, ...everything });
    return [`the Optimized-ELBO, ${labelHandling}`, objective] as const;
  }),
];
const ofExample = (['labels-only', 'm2', 'optimized-elbo', 'generated-labels'] as const).map(
  (method) => [method, objectiveOf(method, recipeOf({ dataset: 'digits', nets: 'mlp' }))] as const,
);

const LEARNED = gaussianObservation({ variance: 'learned' });
const nets: readonly (readonly [string, () => M2])[] = [
  ['mlp', () => tinyM2({ labelPrior })],
  ['conv', () => tinyM2({ labelPrior, nets: { ...CONV, norm: 'batch' } })],
  ['other choices', () => tinyM2({ labelPrior, encoderSeesLabel: false, likelihood: LEARNED })],
];

describe('every named term of an objective', () => {
  let batch: Batch;
  beforeAll(async () => {
    batch = await batches.at(0);
  });
  afterAll(() => {
    dispose([{ ...batch.labeled }, { ...batch.unlabeled }]);
  });

  /** Means of the terms of one batch, at the same few draws each time, so that the weights alone move them. */
  const termsOf = async <M extends Model>(
    model: M,
    objective: Objective<M>,
  ): Promise<Record<string, number>> => {
    const means: Record<string, number> = {};
    for (const draw of DRAWS) {
      const terms = tidy(() =>
        namedTerms(objective(model, batch, { step: 0, noise: createNoise(draw) })).map(
          ([name, term]) => [name, mean(term)] as const,
        ),
      );
      for (const [name, term] of terms) {
        const [value = Number.NaN] = await term.data();
        term.dispose();
        means[name] = (means[name] ?? 0) + value / DRAWS.length;
      }
    }
    return means;
  };

  const expectMoved = async <M extends Model>(model: M, objective: Objective<M>): Promise<void> => {
    const before = await termsOf(model, objective);
    const optimizer = createAdam({ learningRate: 1e-2 });
    const steps = trainingSteps(model, { objective, batches, optimizer, seed: createNoise(6), to: STEPS });
    for await (const { step } of steps) expect(step).toBeLessThan(STEPS);
    const after = await termsOf(model, objective);
    expect(Object.keys(before)).not.toEqual([]);
    for (const [name, value] of Object.entries(before)) {
      expect(Math.abs(value), `${name} at first`).toBeGreaterThan(1e-7);
      const moved = Math.abs((after[name] as number) - value) / Math.abs(value);
      if (CONSTANT.includes(name)) expect(moved, name).toBe(0);
      else expect(moved, `${name} moved from ${value}`).toBeGreaterThan(1e-5);
    }
    optimizer.dispose();
    model.dispose();
  };

  describe.each(nets)('is not 0 and moves within eight steps, with %s', (_, make) => {
    it.each(ofM2)('of %s', (__, objective) => expectMoved(make(), objective));
  });

  it.each(ofExample)('is not 0 and moves within eight steps, of the example’s %s', (_, objective) =>
    expectMoved(tinyM2({ labelPrior }), objective),
  );

  it.each([MLP, CONV])('is not 0 and moves within eight steps, of m1 with $preset', (preset) =>
    expectMoved(tinyM1({ nets: preset }), unsupervised()),
  );
});
