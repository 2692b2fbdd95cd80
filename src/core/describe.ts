/**
 * Values and texts as error texts show them: any value, in at most a line, without control characters.
 *
 * They may come from a file, a user or another realm, and be as long and as hostile as that.
 */

/** Characters that an error text shows of one value. */
const LONGEST = 100;

/** Axes that an error text shows of one shape; TensorFlow.js has tensors of up to six. */
const MOST_AXES = 10;

// What moves a cursor, turns the direction of writing or breaks a line, and halves of characters.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

const code = (sign: string): string => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;

const printable = (sign: string): string =>
  UNPRINTABLE.test(sign)
    ? Array.from({ length: sign.length }, (_, i) => code(sign.charAt(i))).join('')
    : sign;

const quotable = (sign: string): string => printable(JSON.stringify(sign).slice(1, -1));

const cut = (text: string, longest: number, show: (sign: string) => string): string => {
  let shown = '';
  for (const sign of text.slice(0, longest + 1)) {
    const next = show(sign);
    if (shown.length + next.length > longest) return `${shown}…`;
    shown += next;
  }
  return shown;
};

/**
 * A text of unknown origin within an error text: cut, and with control characters written out.
 *
 * @param text a name, a path, a key
 * @param longest characters that are shown; default 100
 * @example oneLine('a\u001b[2Jb') // 'a\\u001b[2Jb'
 */
export const oneLine = (text: string, longest = LONGEST): string => cut(text, longest, printable);

const inQuotes = (text: string): string => `"${cut(text, LONGEST, quotable)}"`;

/** Sizes and names of axes in brackets, the first ten of them. */
export const inBrackets = (axes: readonly (string | number)[]): string =>
  `[${axes.slice(0, MOST_AXES).join(',')}${axes.length > MOST_AXES ? ',…' : ''}]`;

/** `[2,3]`, a shape as every error text shows it. */
export const formatShape = (shape: readonly unknown[]): string =>
  inBrackets(shape.slice(0, MOST_AXES + 1).map((axis) => (typeof axis === 'number' ? axis : describe(axis))));

const described = (value: unknown): string => {
  if (typeof value === 'string') return inQuotes(value);
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'bigint')
    return BigInt.asIntN(65, value) === value ? `${value}n` : 'a bigint of more than 64 bits';
  if (typeof value !== 'object' || value === null) return oneLine(String(value));
  // A data set has a shape too.
  if ('shape' in value && Array.isArray(value.shape) && !('x' in value))
    return `a tensor ${formatShape(value.shape)}`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  // Its prototype's: what is called `constructor` in a file is a value like any other.
  const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === 'string' && name !== '' ? oneLine(name) : 'an object';
};

/**
 * Names a value in an error text without printing the whole of it.
 *
 * @param value anything, objects among it that throw whatever is asked of them
 * @example describe([1, 2]) // 'an array of 2'
 */
export function describe(value: unknown): string {
  try {
    return described(value);
  } catch {
    return 'an object that cannot be read';
  }
}
