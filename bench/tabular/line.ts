/** Lines of the tabular benchmark. */
import type { FitReport, SearchSettings, SearchTrial } from 'ssvae';

interface Row {
  readonly set: string;
  /** labels of each class */
  readonly labels: number;
  /** seed of the split */
  readonly split: number;
}

/** A fit at its defaults; accuracies from 0 to 1. */
export interface FitLine extends Row {
  readonly kind: 'fit';
  readonly backend: string;
  /** examples that were scored */
  readonly examples: number;
  readonly labelsAlone: number;
  readonly fit: number;
  readonly chosen: FitReport['chosen'];
  /** labeled examples that each choice predicts right in cross-validation */
  readonly right?: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** A fit of a model whose `labelPrior` is the shares of the classes. */
export type PriorLine = Omit<FitLine, 'kind'> & { readonly kind: 'prior' };

/** A search of settings at its default space, and a model with the best of them. */
export interface SearchLine extends Row {
  readonly kind: 'search';
  readonly backend: string;
  /** drawn trials */
  readonly trials: number;
  /** examples that were scored */
  readonly examples: number;
  readonly search: number;
  readonly best: Pick<SearchTrial, 'source' | 'settings' | 'score'>;
  readonly why: string;
  readonly seconds: number;
}

/** Scikit-learn's classifiers on the same split. */
export interface BaselineLine extends Row {
  readonly kind: 'scikit-learn';
  readonly 'logistic regression': number;
  readonly 'label spreading': number;
  readonly 'self-training': number;
}

export type TabularLine = FitLine | PriorLine | SearchLine | BaselineLine;

/** A fit with one setting changed; accuracies from 0 to 1. */
export interface SettingLine extends Row {
  readonly settings: SearchSettings;
  readonly backend: string;
  readonly labelsAlone: number;
  readonly fit: number;
  readonly seconds: number;
}
