/** The lines of features as classifiers see them, and their table. */
import { linesOf } from '../lines';
import { percent } from '../spread';
import { toTable } from '../toTable';
import { CONTENDERS } from './models';

/** A line of docs/results/features.jsonl. */
export interface FeaturesLine {
  readonly dataset: string;
  /** whose features they are */
  readonly model: string;
  readonly labels: number;
  readonly seed: number;
  /** passes of the model over the unlabeled examples */
  readonly epochs?: number;
  readonly backend?: string;
  /** numbers in a row of features */
  readonly width: number;
  /** test accuracy of a softmax classifier */
  readonly linear: number;
  /** test accuracy of the five nearest neighbors */
  readonly neighbors: number;
  /** test accuracy of an RBF support vector machine */
  readonly svm: number;
}

const TITLES: Readonly<Record<string, string>> = {
  pixels: 'pixels',
  pca: 'principal components',
  m1: 'M1, without labels',
};

/** The table of docs/results.md: a row for each data set, number of labels and model, means over the seeds. */
export const featuresTables = {
  features: async (): Promise<string> => {
    const lines = await linesOf<FeaturesLine>('features');
    const groups = new Map<string, FeaturesLine[]>();
    for (const line of lines) {
      const key = [line.dataset, line.labels, line.model].join();
      groups.set(key, [...(groups.get(key) ?? []), line]);
    }
    const rows = [...groups.values()].map((own) => {
      const [{ dataset, labels, model, width }] = own as [FeaturesLine];
      const of = (field: 'linear' | 'neighbors' | 'svm'): string => percent(own.map((line) => line[field]));
      return [
        dataset,
        String(labels),
        TITLES[model] ?? CONTENDERS[model]?.title ?? model,
        String(width),
        String(own.length),
        of('linear'),
        of('neighbors'),
        of('svm'),
      ];
    });
    const heads = ['features', 'numbers', 'seeds', 'linear, %', '5 neighbors, %', 'support vectors, %'];
    return toTable(['data', 'labels', ...heads], rows);
  },
};
