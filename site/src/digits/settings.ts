/** What a reader can choose of the digits. */

/** Everything that a run on digits depends on. */
export interface DigitsSettings {
  readonly seed: number;
  /** labels of each class */
  readonly perClass: number;
}

/** Labels of each class that the scene offers. */
export const DIGIT_BUDGETS = [1, 3, 10, 30] as const;

export const DIGITS_DEFAULTS: DigitsSettings = { seed: 1, perClass: 10 };

/** Examples without a label that the model learns from. */
export const UNLABELED = 2000;

/** Handwritings that the grid shows of each class. */
export const COLUMNS = 8;
