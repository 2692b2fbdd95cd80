/** Measures samples by a judge: a classifier that has seen every label. */
import {
  type Classifier,
  createAdam,
  createBatches,
  createDataset,
  createM2,
  type Dataset,
  digits,
  type Executor,
  evaluateSamples,
  type GenerativeClassifier,
  type M2,
  type SampleEvaluation,
  supervised,
  train,
} from 'ssvae';
import type { Settings } from './settings';

/** What is kept of the measure; `spread` is a share of the range of a pixel. */
export type Samples = Required<
  Pick<SampleEvaluation, 'fidelity' | 'confident' | 'spread' | 'trainedOnSamples'>
>;

const ROWS = 100;
const JUDGE = { digits: 10_000, seed: 1001, passes: 12 } as const;
const LEARNER = { perClass: 200, passes: 20 } as const;

/** The nets of a classifier with 500 hidden units, trained on every label. */
async function fitMlp(dataset: Dataset, passes: number, seed: number, execute: Executor): Promise<M2> {
  const model = createM2({ data: dataset, nets: 'mlp', seed });
  const split = { labeled: Int32Array.from(dataset.y.keys()), unlabeled: new Int32Array() };
  const batches = createBatches({ dataset, split, batchSize: { labeled: ROWS, unlabeled: 0 }, seed });
  const optimizer = createAdam({ learningRate: 1e-3 });
  try {
    await train(model, { objective: supervised(), batches, optimizer, epochs: passes, seed, execute });
    return model;
  } finally {
    execute.dispose();
    optimizer.dispose();
    batches.dispose?.();
  }
}

/**
 * The judge, trained when it is first asked for: on digits that no model sees, or on every label of the training set. It
 * is the same for all seeds.
 */
export function judgeOf(
  { dataset }: Pick<Settings, 'dataset'>,
  execute: Executor,
): (train: Dataset) => Promise<Classifier> {
  let judge: Promise<Classifier> | undefined;
  return (given) => {
    const seen = (): Dataset =>
      dataset === 'digits' ? digits({ count: JUDGE.digits, seed: JUDGE.seed }) : given;
    judge ??= fitMlp(seen(), JUDGE.passes, JUDGE.seed, execute);
    return judge;
  };
}

/** Fidelity, confident share, spread, and the accuracy on test examples of nets that are trained on samples alone. */
export async function samplesOf(
  model: GenerativeClassifier,
  {
    judge,
    test,
    seed,
    execute,
  }: {
    readonly judge: Classifier;
    readonly test: Dataset;
    readonly seed: number;
    readonly execute: Executor;
  },
): Promise<Samples> {
  const {
    fidelity,
    confident,
    spread,
    trainedOnSamples = Number.NaN,
  } = await evaluateSamples(model, {
    judge,
    perClass: LEARNER.perClass,
    real: test,
    fitClassifier: (generated) =>
      fitMlp(createDataset({ name: 'samples', ...generated }), LEARNER.passes, JUDGE.seed, execute),
    seed,
  });
  return { fidelity, confident, spread, trainedOnSamples };
}
