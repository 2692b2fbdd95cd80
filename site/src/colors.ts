/** Colors and shapes of classes: the palette of Okabe and Ito, which color-blind readers can tell apart. */

/** A color as red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** Blue, orange, green, purple, vermilion. */
export const PALETTE: readonly Rgb[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [204, 121, 167],
  [213, 94, 0],
];

/** What the classes are called. */
export const CLASS_NAMES = ['A', 'B', 'C', 'D', 'E'] as const;

/** Ten colors, one for each digit, from the same palette and its neighbors. */
export const DIGIT_COLORS: readonly Rgb[] = [
  ...PALETTE,
  [86, 180, 233],
  [90, 90, 90],
  [160, 120, 20],
  [110, 70, 160],
  [0, 90, 70],
];

export const css = ([r, g, b]: Rgb): string => `rgb(${r} ${g} ${b})`;
