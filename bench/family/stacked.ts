/** Stacked M1+M2: a VAE learns codes without labels, and M2 learns labels from draws of them. */
import {
  activeUnits,
  createStackedM2,
  createVae,
  type Dataset,
  encodedBatches,
  evaluateClassifier,
  evaluateElbo,
  gatherInputs,
  type Model,
  type StackedM2,
  supervised,
  unsupervised,
} from 'ssvae';
import { NETS, optimized, risen } from './models';
import { batchesWithoutLabels, type Outcome, type Runner, type Trained } from './runner';

export const STACKED = 'M1+M2, stacked: M1 first';

/** Passes of M2 over the codes for each three of M1: a step of it takes a fraction of one of M1. */
const M2_PASSES = 10;

/**
 * The Optimized-ELBO of codes: γ and β rise over the first third, and predictions should hold between codes. It was chosen with
 * the weights below on the validation examples of seed 1.
 */
const ofCodes = (model: Model, steps: number) =>
  optimized(model, steps, {
    mutualInformationWeight: risen(1, steps / 3),
    entropyPenalty: risen(0.5, steps / 3),
    consistency: { weight: 2 },
  });

/** Each code counts alike: 100 of them would outweigh the others by means. */
const WEIGHTS = { weighting: 'dataset', alpha: 1 } as const;

/** The dimensions of a code that are in use, found on 1,000 unlabeled examples (Kingma et al. 2014: a deviation above 0.1). */
const dimensionsOf = async (m1: ReturnType<typeof createVae>, data: Dataset, unlabeled: Int32Array) => {
  const x = gatherInputs(data, unlabeled.subarray(0, 1000));
  const { mean, logVar } = m1.encode(x);
  const { units } = await activeUnits(mean);
  for (const tensor of [x, mean, logVar]) tensor.dispose();
  return units;
};

/** Trains M1, then M2 on its codes; the labels alone are M2's classifier on the codes. */
export async function runStacked({ data, test, some, seed, epochs, split, train }: Runner): Promise<Outcome> {
  const m1 = createVae({ data, latent: 50, nets: NETS, seed });
  const batches = batchesWithoutLabels({ data, split, seed });
  const ofM1 = await train(m1, () => unsupervised(), { title: `${STACKED}, M1`, epochs, batches });
  const dimensions = await dimensionsOf(m1, data, split.unlabeled);
  const trained = async (objective: typeof ofCodes, title: string): Promise<[StackedM2, Trained]> => {
    const nets = { preset: 'mlp', widths: [300] } as const;
    const model = createStackedM2({ m1, dimensions, data, latent: 50, nets, seed });
    const batchSize = { labeled: 100, unlabeled: 128 };
    const batches = await encodedBatches({ model, dataset: data, split, batchSize, seed });
    const passes = Math.round((M2_PASSES / 3) * epochs);
    const ofM2 = await train(model.m2, objective, {
      title,
      epochs: passes,
      batches,
      classifier: model,
      ...WEIGHTS,
    });
    return [model, ofM2];
  };
  const [alone] = await trained(() => supervised(), `${STACKED}, labels alone`);
  const labelsAlone = (await evaluateClassifier(alone, test)).accuracy;
  alone.dispose();
  const [model, ofM2] = await trained(ofCodes, `${STACKED}, M2`);
  const { accuracy } = await evaluateClassifier(model, test);
  const { elbo } = await evaluateElbo(model, some, { seed });
  const variables = [...Object.values(m1.variables), ...Object.values(model.m2.variables)];
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  model.dispose();
  m1.dispose();
  return { labelsAlone, accuracy, elbo, seconds: ofM1.seconds + ofM2.seconds, parameters, curve: ofM2.curve };
}
