/** Measurements on MNIST: a class that no label names, classes without labels, wrong labels, calibration. */
import {
  calibrate,
  createDataset,
  createNoise,
  type Dataset,
  evaluateClassifier,
  labelPriorOf,
  noveltyScore,
  predict,
  type SplitIndices,
  subset,
} from 'ssvae';
import type { Finding } from './line';
import { type Setup, trained, type Way } from './training';

/** Examples to train on, held-out ones, and test examples. */
export interface Digits {
  readonly train: Dataset;
  readonly held: Dataset;
  readonly test: Dataset;
}

/** What an experiment on digits is given. */
export type Given = Digits & Pick<Setup, 'seed' | 'execute'>;

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value / values.length, 0);

/** Indices at which something holds. */
const where = (count: number, holds: (i: number) => boolean): number[] =>
  Array.from({ length: count }, (_, i) => i).filter(holds);

/** The data with other classes. */
const relabeled = (data: Dataset, classes: number, labelOf: (y: number, i: number) => number): Dataset =>
  createDataset({
    name: data.name,
    x: data.x as Uint8Array,
    y: Array.from(data.y, labelOf),
    shape: data.shape,
    classes,
  });

/** So many labels, evenly over some classes and drawn by the seed; all other examples are unlabeled. */
const splitOf = (data: Dataset, classes: number, labels: number, seed: number): SplitIndices => {
  const order = Array.from(createNoise(seed).split('labels').permutation(data.count));
  const labeled = Array.from({ length: classes }, (_, k) =>
    order.filter((i) => data.y[i] === k).slice(0, Math.ceil(labels / classes)),
  ).flat();
  const chosen = new Set(labeled);
  return {
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from(order.filter((i) => !chosen.has(i))),
  };
};

/** Probability that an example of one list has a larger score than one of the other (ties count half). */
function auroc(novel: readonly number[], known: readonly number[]): number {
  let wins = 0;
  for (const a of novel) for (const b of known) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (novel.length * known.length);
}

/** 100 labels of the digits 0 to 8: is a nine told from the others? */
export async function unseenClass({ train, held, test, seed, execute }: Given): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const shown of [false, true]) {
    const kept = shown
      ? train
      : subset(
          train,
          where(train.count, (i) => train.y[i] !== 9),
        );
    const data = relabeled(kept, 9, (y) => (y === 9 ? -1 : y));
    const split = splitOf(data, 9, 100, seed);
    const model = await trained({ data, split, seed, execute }, {});
    const known = subset(
      held,
      where(held.count, (i) => shown || held.y[i] !== 9),
    );
    const { pValues, confidences, entropies } = await noveltyScore(
      model,
      { x: test.x },
      { reference: { x: known.x }, samples: 5, seed },
    );
    const { labels } = await predict(model, test.x);
    const [nine, rest] = [true, false].map((is) => where(test.count, (i) => (test.y[i] === 9) === is)) as [
      number[],
      number[],
    ];
    const of = (scores: ArrayLike<number>, indices: readonly number[]): number[] =>
      indices.map((i) => scores[i] as number);
    const area = (scores: ArrayLike<number> = [], sign: 1 | -1): number =>
      auroc(
        of(scores, nine).map((score) => sign * score),
        of(scores, rest).map((score) => sign * score),
      );
    const predicted = of(labels, nine);
    findings.push({
      setting: shown ? 'nines among the unlabeled examples' : 'no nine in training',
      measures: {
        'AUROC of the p-value': area(pValues, -1),
        'AUROC of max q': area(confidences, -1),
        'AUROC of H(q)': area(entropies, 1),
        'max q of nines, %': mean(of(confidences ?? [], nine)),
        'max q of others, %': mean(of(confidences ?? [], rest)),
        'nines called 4, %': mean(predicted.map((label) => Number(label === 4))),
        'nines called 7, %': mean(predicted.map((label) => Number(label === 7))),
      },
    });
    model.dispose();
  }
  return findings;
}

/** 20 classes declared, labels of the digits 0 to 6 alone: how often is one of the other 13 predicted? */
export async function classesWithoutLabels({ train, test, seed, execute }: Given): Promise<Finding[]> {
  const data = relabeled(train, 20, (y) => y);
  const split = splitOf(data, 7, 70, seed);
  const counted = labelPriorOf(
    split.labeled.map((i) => data.y[i] as number),
    { classes: 20, smoothing: 0.1 },
  );
  const ways: readonly (readonly [string, Way])[] = [
    ['labels alone', { labelsAlone: true }],
    ['γ 0', { gamma: 0 }],
    ['γ 2', {}],
    ['γ 2, π of the labels', { labelPrior: counted }],
  ];
  const findings: Finding[] = [];
  for (const [setting, way] of ways) {
    const model = await trained({ data, split, seed, execute }, way);
    const { labels } = await predict(model, test.x);
    const share = (indices: readonly number[], holds: (i: number) => boolean): number =>
      mean(indices.map((i) => Number(holds(i))));
    const [named, unnamed] = [true, false].map((is) =>
      where(test.count, (i) => (test.y[i] as number) < 7 === is),
    ) as [number[], number[]];
    const isOther = (i: number): boolean => (labels[i] as number) >= 7;
    findings.push({
      setting,
      measures: {
        'digits 0 to 6 in the other 13, %': share(named, isOther),
        'digits 7 to 9 in the other 13, %': share(unnamed, isOther),
        'accuracy on 0 to 6, %': share(named, (i) => labels[i] === test.y[i]),
      },
    });
    model.dispose();
  }
  return findings;
}

const BOTH: readonly (readonly [string, Way])[] = [
  ['labels alone', { labelsAlone: true }],
  ['labels and unlabeled data', {}],
];

/** 100 labels, of which none or 20 are wrong. */
export async function wrongLabels({ train, test, seed, execute }: Given): Promise<Finding[]> {
  const split = splitOf(train, 10, 100, seed);
  const noise = createNoise(seed).split('wrong');
  const wrong = new Map(
    Array.from(noise.permutation(100).subarray(0, 20), (at) => [
      split.labeled[at] as number,
      ((train.y[split.labeled[at] as number] as number) + 1 + Math.floor(9 * noise.next())) % 10,
    ]),
  );
  const spoiled = relabeled(train, 10, (y, i) => wrong.get(i) ?? y);
  const findings: Finding[] = [];
  for (const [setting, way] of BOTH) {
    const accuracies: number[] = [];
    for (const data of [train, spoiled]) {
      const model = await trained({ data, split, seed, execute }, way);
      accuracies.push((await evaluateClassifier(model, test)).accuracy);
      model.dispose();
    }
    const [right = 0, partly = 0] = accuracies;
    findings.push({
      setting,
      measures: { 'accuracy at 100 right labels, %': right, 'at 80 right and 20 wrong labels, %': partly },
    });
  }
  return findings;
}

/** The calibration error on test examples, before and after a temperature from 200 held-out labels. */
export async function temperature({ train, held, test, seed, execute }: Given): Promise<Finding[]> {
  const split = splitOf(train, 10, 100, seed);
  const labels = subset(
    held,
    where(200, () => true),
  );
  const findings: Finding[] = [];
  for (const steps of [200, 600])
    for (const [setting, way] of BOTH) {
      const model = await trained({ data: train, split, seed, execute, steps }, way);
      const before = await evaluateClassifier(model, test);
      const calibrated = await calibrate(model, labels);
      const after = await evaluateClassifier(calibrated, test);
      findings.push({
        setting: `${setting}, ${steps} steps`,
        measures: {
          'accuracy, %': before.accuracy,
          T: calibrated.temperature,
          'error before, %': before.calibrationError,
          'after, %': after.calibrationError,
          'negative log-likelihood before': before.negativeLogLikelihood,
          after: after.negativeLogLikelihood,
        },
      });
      model.dispose();
    }
  return findings;
}
