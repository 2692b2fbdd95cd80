/** What a reader can choose of the scene in the plane. */

/** Sets of points. */
export const PLANE_SETS = ['arms', 'moons', 'rings', 'own'] as const;
export type PlaneSet = (typeof PLANE_SETS)[number];

/** Ways to train. */
export const METHODS = ['labels', 'm2', 'optimized'] as const;
export type Method = (typeof METHODS)[number];

/** Labels of each class that the budget offers. */
export const BUDGETS = [1, 2, 3, 5, 10, 30, 100] as const;

/** A reader's change: a point, and the class that training is given for it, or −1 for none. */
export type Edit = readonly [point: number, label: number];

/** Everything that a run in the plane depends on. */
export interface PlaneSettings {
  readonly set: PlaneSet;
  readonly seed: number;
  /** labels of each class */
  readonly perClass: number;
  readonly left: Method;
  readonly right: Method;
  readonly edits: readonly Edit[];
  /** coordinates of points that the reader drew, in turn */
  readonly own: readonly number[];
}

export const DEFAULTS: PlaneSettings = {
  set: 'arms',
  seed: 1,
  perClass: 3,
  left: 'labels',
  right: 'm2',
  edits: [],
  own: [],
};

/** Classes of a set; drawn points have two. */
export const classesOf = (set: PlaneSet): number => (set === 'arms' ? 5 : 2);

/** The settings with another class for a point; the last change of a point counts. */
export const withEdit = (settings: PlaneSettings, [point, label]: Edit): PlaneSettings => ({
  ...settings,
  edits: [...settings.edits.filter(([other]) => other !== point), [point, label]],
});

/** Half the side of the square in which a reader draws points. */
export const OWN_REACH = 2.2;
