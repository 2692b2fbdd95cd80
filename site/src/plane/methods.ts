/** The models that the page trains side by side. The page shows this file under "Code". */
import * as ssvae from 'ssvae';
import type { Method } from './settings';

/** Steps of a run. */
export const STEPS = 480;

/** What maximizes what: labels alone, Kingma 2014's M2, or the Optimized-ELBO, which also wants sure and balanced classes. */
const objectiveOf = (method: Method, steps: number) => {
  const boundWeight = ssvae.linearWarmup({ to: 1, steps: steps / 5 });
  if (method === 'labels') return ssvae.supervised();
  if (method === 'm2') return ssvae.semiSupervised({ boundWeight });
  return ssvae.regularized({ boundWeight, mutualInformationWeight: 1, entropyPenalty: 0.5 });
};

/**
 * A fresh model and its training, one step an item. Equal seeds give equal weights and equal batches, so that two methods
 * begin alike.
 *
 * @param dataset points, with a class where training is given one
 */
export function trainer(method: Method, dataset: ssvae.Dataset, seed: number, steps: number = STEPS) {
  const model = ssvae.createM2({
    data: dataset,
    latent: 1,
    likelihood: ssvae.gaussianObservation({ sigma: 0.15 }),
    nets: { preset: 'mlp', widths: [64, 64], activation: 'relu', norm: 'none' },
    seed,
  });
  const unlabeled = Int32Array.from(dataset.y.keys());
  const labeled = unlabeled.filter((i) => dataset.y[i] !== ssvae.UNKNOWN_CLASS);
  const batches = ssvae.createBatches({
    dataset,
    split: { labeled, unlabeled },
    batchSize: {
      labeled: Math.min(10, labeled.length),
      unlabeled: method === 'labels' ? 0 : Math.min(100, unlabeled.length),
    },
    seed,
  });
  const optimizer = ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 1e-2, steps }) });
  const run = ssvae.trainingSteps(model, {
    objective: objectiveOf(method, steps),
    batches,
    alpha: 0.5,
    optimizer,
    seed,
    to: steps,
    nonFinite: 'skip',
  });
  return { model, optimizer, run };
}
