/** What the scene in the plane says in words. */

import { METHODS, type Method, PLANE_SETS, type PlaneSet, type PlaneSettings } from '../plane/settings';
import type { PlaneFrame, PlanePoints } from '../protocol';

const SET_NAMES: Readonly<Record<PlaneSet, string>> = {
  arms: 'Five arms',
  moons: 'Two moons',
  rings: 'Two rings',
  own: 'Draw your own',
};

export const METHOD_NAMES: Readonly<Record<Method, string>> = {
  labels: 'Labels alone',
  m2: 'M2, with the other points',
  optimized: 'Optimized-ELBO, with the other points',
};

export const SETS = PLANE_SETS.map((set) => [set, SET_NAMES[set]] as const);
export const METHOD_LIST = METHODS.map((method) => [method, METHOD_NAMES[method]] as const);

export const percent = (accuracy: number | undefined): string =>
  accuracy === undefined ? '–' : `${(100 * accuracy).toFixed(1)} %`;

/** The headline, where labels alone are beside a semi-supervised method. */
export const lead = (labels: number, others: number): string =>
  `The same ${labels} labels on both sides. The right one has also seen the ${others} points without a label.`;

/** Number of labels and of other points. */
export function countsOf({ given }: PlanePoints): readonly [labels: number, others: number] {
  const labels = given.filter((label) => label >= 0).length;
  return [labels, given.length - labels];
}

/** One line of what there is to see, for screen readers. */
export function inWords(
  settings: PlaneSettings,
  frame: PlaneFrame | undefined,
  points: PlanePoints | undefined,
): string {
  if (!frame || !points) return '';
  const [labels] = countsOf(points);
  const [left, right] = frame.sides;
  const step = frame.step === frame.steps ? 'Finished' : `Step ${frame.step} of ${frame.steps}`;
  const accuracies =
    left.accuracy === undefined
      ? ''
      : ` ${METHOD_NAMES[settings.left]}: ${percent(left.accuracy)} right. ${METHOD_NAMES[settings.right]}: ${percent(right.accuracy)} right.`;
  return `${step}, ${labels} labels.${accuracies}`;
}

/** The settings of another set: a label or a point of one set means nothing in another. */
export const withSet = (settings: PlaneSettings, set: PlaneSet): PlaneSettings => ({
  ...settings,
  set,
  edits: [],
  own: [],
});
