/** Functions whose result is needed at once. */

/**
 * Refuses a promise where a value is needed. It is looked after: a rejection that nobody waits for would end the process.
 *
 * @param where name of the calling function, for the message
 * @param what gives the value
 * @throws TypeError
 */
export function assertNotAsync(where: string, what: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || !('then' in value) || typeof value.then !== 'function')
    return;
  Promise.resolve(value as PromiseLike<unknown>).catch(() => undefined);
  throw new TypeError(`${where}: ${what} gives a Promise, needed its result at once: no async function`);
}

/**
 * What a function of the caller's gives, where it is needed at once.
 *
 * @param where name of the calling function, for the message
 * @param what gives the value
 * @returns the value
 * @throws TypeError when it is a promise
 */
export function atOnce<T>(where: string, what: string, value: T): T {
  assertNotAsync(where, what, value);
  return value;
}
