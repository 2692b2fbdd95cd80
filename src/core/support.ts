/** Which values a distribution of observed values is defined on. */

/** The finite values between two bounds; a bound of ±Infinity leaves that side open. */
export interface Support {
  /** the smallest value, itself among them */
  readonly least: number;
  /** the largest value, itself among them */
  readonly largest: number;
}

const inWords = ({ least, largest }: Support): string => {
  if (Number.isFinite(least) && Number.isFinite(largest)) return `a number from ${least} to ${largest}`;
  if (Number.isFinite(least)) return `a finite number of at least ${least}`;
  if (Number.isFinite(largest)) return `a finite number of at most ${largest}`;
  return 'a finite number';
};

/**
 * Refuses values outside a support; NaN and infinities lie outside any.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @param values what is checked; bytes stand for value / 255
 * @param support which values are allowed
 * @param from first index that is looked at; default 0
 * @param to index to stop before; default the end
 * @throws RangeError naming function, argument, index, what came and what was needed
 */
export function assertWithin(
  where: string,
  name: string,
  values: ArrayLike<number>,
  support: Support,
  from = 0,
  to = values.length,
): void {
  const { least, largest } = support;
  const unit = values instanceof Uint8Array ? 255 : 1;
  if (unit === 255 && least <= 0 && largest >= 1) return;
  for (let i = from; i < to; i++) {
    const value = (values[i] as number) / unit;
    if (!(value >= least && value <= largest && Number.isFinite(value)))
      throw new RangeError(`${where}: ${name}[${i}] is ${value}, needed ${inWords(support)}`);
  }
}
