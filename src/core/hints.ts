/** What to do where one thing is handed over in place of another: ends of error texts, empty where nothing is known. */

const has = (value: unknown, ...names: readonly string[]): boolean => {
  try {
    return typeof value === 'object' && value !== null && names.every((name) => name in value);
  } catch {
    return false;
  }
};

/** Where a promise is given in place of what it gives. */
export const awaitHint = (value: unknown): string => (has(value, 'then') ? ': await it' : '');

/** Where a tensor, or a promise, is given in place of numbers. */
export const valuesHint = (name: string, value: unknown): string =>
  has(value, 'shape', 'dataSync') ? `: await ${name}.data()` : awaitHint(value);

/** Where a promise, or the training and test sets that a loader gives, are handed on as one data set. */
export const datasetHint = (name: string, value: unknown): string =>
  has(value, 'train', 'test') ? `: hand over ${name}.train, or ${name}.test` : awaitHint(value);

/** Where a data set is given in place of its inputs; `isRead` where the model says how raw inputs are read. */
export const inputsHint = (name: string, value: unknown, isRead: boolean): string => {
  if (!has(value, 'x')) return datasetHint(name, value);
  return isRead
    ? ': hand over raw inputs, or dataset.x where it was read with input: model.input'
    : ': hand over its inputs, dataset.x';
};
