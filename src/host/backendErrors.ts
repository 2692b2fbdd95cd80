/** Why a backend is not available, told apart by what would help. */
import { oneLine } from '../core/describe';
import { isError, messageOf } from '../core/messageOf';

/** Characters of a reason that are shown: packages name paths. */
const LONGEST = 500;

// biome-ignore lint/suspicious/noControlCharactersInRegex: colors of a terminal begin with one.
const COLORS = /\u001b\[[\d;]*[A-Za-z]/g;

/** A package that is not there: installing it is the cure. */
export class NotInstalled extends Error {}

/** A backend that is installed and fails: installing is not a cure, and it is not passed over without a word. */
export class Broken extends Error {}

/**
 * Whether something thrown says that a backend is there and fails. The library says that one is not available by an `Error`.
 * A `TypeError`, a `ReferenceError` and the like are faults, of whichever realm.
 */
export const isFault = (thrown: unknown): boolean =>
  thrown instanceof Broken || !isError(thrown) || thrown.name !== 'Error';

/** What was asked for and cannot be: no other backend is taken in its place. */
export class Refused extends Error {}

/** The first line of whatever was thrown, without colors and a full stop. */
export const reasonOf = (thrown: unknown): string => {
  const message = messageOf(thrown).replaceAll(COLORS, '');
  return oneLine((message.split('\n')[0] ?? message).trim().replace(/\.$/, ''), LONGEST);
};

/**
 * The error of a package that could not be loaded: that it is not installed, or how it fails.
 *
 * @param name of the package
 * @param cause what loading it threw: engines and bundlers have their own words, and all of them quote the name
 */
export const notLoaded = (name: string, cause: unknown): Error => {
  const message = messageOf(cause);
  const named = [`'${name}'`, `"${name}"`, `\`${name}\``, `“${name}”`, `load url ${name} `];
  return named.some((text) => message.includes(text))
    ? new NotInstalled(`${name} is not installed`, { cause })
    : new Broken(reasonOf(cause), { cause });
};
