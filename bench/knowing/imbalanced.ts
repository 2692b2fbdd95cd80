/** Measurements on imbalanced classes: Zipf frequencies, and one class in a hundred. */
import {
  createDataset,
  createNoise,
  type Dataset,
  evaluateClassifier,
  type SplitIndices,
  subset,
  twoMoons,
} from 'ssvae';
import type { Finding } from './line';
import { type Setup, trained, type Way } from './training';

type Given = Pick<Setup, 'seed' | 'execute'>;

/** Values of an example. */
const WIDTH = 16;

/** Gaussian clusters of unit variance whose classes have frequencies 1, 1/2, 1/3, …; each class has an example at least. */
const zipfClusters = (classes: number, count: number, seed: number): Dataset => {
  const centers = createNoise(0)
    .split('centers')
    .normals(classes * WIDTH);
  const noise = createNoise(seed).split('examples');
  const total = Array.from({ length: classes }, (_, k) => 1 / (k + 1)).reduce((sum, share) => sum + share, 0);
  const y = Array.from({ length: classes }, (_, k) =>
    new Array<number>(Math.max(2, Math.round(count / total / (k + 1)))).fill(k),
  ).flat();
  const errors = noise.normals(y.length * WIDTH);
  const x = errors.map((error, i) => {
    const center = centers[(y[Math.floor(i / WIDTH)] as number) * WIDTH + (i % WIDTH)] as number;
    return (1.5 * center + error) / 1.8;
  });
  return createDataset({ name: 'clusters', x, y, shape: [WIDTH], classes });
};

/** A label in twenty of each class, one at least. */
const splitOf = (data: Dataset, seed: number): SplitIndices => {
  const order = Array.from(createNoise(seed).split('labels').permutation(data.count));
  const labeled = Array.from({ length: data.classes }, (_, k) => {
    const members = order.filter((i) => data.y[i] === k);
    return members.slice(0, Math.max(1, Math.round(members.length / 20)));
  }).flat();
  const chosen = new Set(labeled);
  return {
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from(order.filter((i) => !chosen.has(i))),
  };
};

/** Frequencies of the classes of all examples. */
const frequencies = ({ y, classes, count }: Dataset): readonly number[] =>
  Array.from({ length: classes }, (_, k) => y.reduce((sum, label) => sum + Number(label === k), 0) / count);

const waysOf = (labelPrior: readonly number[]): readonly (readonly [string, Way])[] => [
  ['labels alone', { labelsAlone: true }],
  ['γ 0', { gamma: 0 }],
  ['γ 2', {}],
  ['γ 0, true π', { gamma: 0, labelPrior }],
  ['γ 2, true π', { labelPrior }],
];

/** Classes of Zipf frequencies: how many are predicted at all? */
export const zipf =
  (classes: number) =>
  async ({ seed, execute }: Given): Promise<Finding[]> => {
    const [data, test] = [zipfClusters(classes, 4000, seed), zipfClusters(classes, 2000, 1000 + seed)];
    const split = splitOf(data, seed);
    const findings: Finding[] = [];
    for (const [setting, way] of waysOf(frequencies(data))) {
      const model = await trained({ data, split, seed, execute }, way);
      const { confusion, balancedAccuracy, accuracy } = await evaluateClassifier(model, test);
      const predicted = Array.from({ length: classes }, (_, k) =>
        confusion.some((row) => (row[k] as number) > 0),
      );
      findings.push({
        setting,
        measures: {
          'classes predicted': predicted.filter(Boolean).length,
          'mean recall, %': balancedAccuracy,
          'accuracy, %': accuracy,
        },
      });
      model.dispose();
    }
    return findings;
  };

/** Moons with one point of the second class for a hundred of the first. */
const rareMoons = (common: number, seed: number): Dataset => {
  const all = twoMoons({ count: 2 * common, sd: 0.15, seed });
  // Example i is of class i mod 2.
  const kept = Array.from({ length: 2 * common }, (_, i) => i).filter((i) => i % 2 === 0 || i % 200 === 1);
  return subset(all, kept);
};

/** Ten labels of each class where one in a hundred is of the second: is it found? */
export async function rareClass({ seed, execute }: Given): Promise<Finding[]> {
  const [data, test] = [rareMoons(3000, seed), rareMoons(10_000, 1000 + seed)];
  const order = Array.from(createNoise(seed).split('labels').permutation(data.count));
  const labeled = [0, 1].flatMap((k) => order.filter((i) => data.y[i] === k).slice(0, 10));
  const split = {
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from(order.filter((i) => !labeled.includes(i))),
  };
  const findings: Finding[] = [];
  for (const [setting, way] of waysOf(frequencies(data))) {
    const model = await trained({ data, split, seed, execute }, way);
    const { byClass, accuracy } = await evaluateClassifier(model, test);
    const rare = byClass[1];
    findings.push({
      setting,
      measures: {
        'recall of the rare class, %': rare?.recall ?? 0,
        'its precision, %': rare?.precision ?? 0,
        'accuracy, %': accuracy,
      },
    });
    model.dispose();
  }
  return findings;
}
