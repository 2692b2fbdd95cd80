/** Values as text, about as Node prints them. */

/** Items of an array that are printed. */
const LONGEST = 100;

const isTensor = (value: object): value is { dataSync(): ArrayLike<number>; readonly shape: number[] } =>
  'dataSync' in value && 'shape' in value;

const listed = (items: readonly string[], length: number): string =>
  `[${[...items, ...(length > LONGEST ? [`… ${length - LONGEST} more`] : [])].join(', ')}]`;

/** A value within another: a string has quotes there. */
function inner(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (isTensor(value)) return `Tensor [${value.shape.join(', ')}]`;
  if (ArrayBuffer.isView(value) || Array.isArray(value)) {
    const items = Array.from(value as ArrayLike<unknown>);
    return listed(items.slice(0, LONGEST).map(inner), items.length);
  }
  const entries = Object.entries(value).map(([name, entry]) => `${name}: ${inner(entry)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A line of console output. */
export const textOf = (values: readonly unknown[]): string =>
  values.map((value) => (typeof value === 'string' ? value : inner(value))).join(' ');
