import { describe, expect, it } from 'vitest';
import { createNoise } from '../../src/core/noise';
import { createBatches } from '../../src/data/batches';
import { twoMoons } from '../../src/data/moons';
import { splitDataset } from '../../src/data/split';
import { gaussianObservation } from '../../src/distributions/gaussianObservation';
import { evaluateClassifier } from '../../src/evaluation/classifier';
import { createM2 } from '../../src/models/m2/model';
import { regularized, semiSupervised } from '../../src/models/objectives/semiSupervised';
import { supervised } from '../../src/models/objectives/supervised';
import { createAdam } from '../../src/training/optimizer/adam';
import { train } from '../../src/training/train';
import { cleanUpAfterEach } from '../support/numbers';

const learn = async (objective: ReturnType<typeof semiSupervised>, epochs = 12) => {
  const noise = createNoise(11);
  const dataset = twoMoons({ count: 400, seed: noise.split('data') });
  const split = splitDataset(dataset, { labeled: 10, seed: noise.split('split') });
  const model = createM2({
    inputShape: [2],
    classes: 2,
    latent: 2,
    nets: { preset: 'mlp', widths: [16] },
    likelihood: gaussianObservation({ sigma: 0.2 }),
    seed: noise.split('weights'),
  });
  const optimizer = createAdam({ learningRate: 0.01 });
  const batches = createBatches({
    dataset,
    split,
    batchSize: { labeled: 10, unlabeled: 50 },
    seed: noise.split('batches'),
  });
  const { history } = await train(model, {
    objective,
    batches,
    epochs,
    seed: noise.split('steps'),
    optimizer,
  });
  const { accuracy } = await evaluateClassifier(model, dataset);
  optimizer.dispose();
  model.dispose();
  return { history, accuracy };
};

describe('learning from ten labels of two moons', () => {
  cleanUpAfterEach();

  it.each([
    ['m2', semiSupervised()],
    ['m2 at sampled labels', semiSupervised({ labelHandling: 'gumbel' })],
    ['regularized', regularized()],
  ])('%s lowers its loss, raises its bound, and classifies far better than chance', async (_, objective) => {
    const { history, accuracy } = await learn(objective);
    const column = (name: string): number[] => history.map((row) => row[name] as number);
    const [loss, elbo] = [column('loss'), column('unlabeled.elbo')];
    expect(loss.at(-1)).toBeLessThan(0.5 * (loss[0] as number));
    expect(elbo.at(-1)).toBeGreaterThan((elbo[0] as number) + 5);
    expect(accuracy).toBeGreaterThan(0.75);
  });

  it('supervised lowers the cross-entropy and classifies better than chance', async () => {
    const { history, accuracy } = await learn(supervised());
    const last = history.at(-1)?.['labeled.crossEntropy'] as number;
    expect(last).toBeLessThan(0.5 * (history[0]?.['labeled.crossEntropy'] as number));
    expect(accuracy).toBeGreaterThan(0.7);
  });
});
