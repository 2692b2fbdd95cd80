/** The model of digits that the page trains. The page shows this file under "Code". */
import * as ssvae from 'ssvae';
import { type DigitsSettings, UNLABELED } from './settings';

/** Steps of a run. */
export const DIGIT_STEPS = 300;

/** A fresh model with a code of two numbers, its data, and its training, one step an item. */
export function digitTrainer({ seed, perClass }: DigitsSettings, steps: number = DIGIT_STEPS) {
  const dataset = ssvae.digits({ count: UNLABELED + 10 * perClass, seed });
  const split = ssvae.splitDataset(dataset, { labeled: 10 * perClass, seed });
  const model = ssvae.createM2({ data: dataset, latent: 2, nets: { preset: 'mlp', widths: [128] }, seed });
  const objective = ssvae.regularized({
    labelHandling: 'gumbel',
    mutualInformationWeight: 5,
    entropyPenalty: 1,
  });
  const batches = ssvae.createBatches({ dataset, split, batchSize: { labeled: 50, unlabeled: 100 }, seed });
  const optimizer = ssvae.createAdam({ learningRate: ssvae.cosineDecay({ from: 4e-3, steps }) });
  const run = ssvae.trainingSteps(model, { objective, batches, optimizer, seed, to: steps });
  return { model, optimizer, run };
}
