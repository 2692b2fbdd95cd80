/** Functions handed in uncalled, in place of what they make: `m2` for `semiSupervised()`. */
import { oneLine } from './describe';

/** A text of the call, on the library's own functions that make functions; the same in each copy of the library. */
const CALL = Symbol.for('ssvae.call');

type AnyFunction = (...args: never[]) => unknown;

/**
 * Marks a function that makes functions, so that it can be told from what it makes. Arguments that take anything but a
 * function need no mark.
 *
 * @param call how it is called, for messages: `semiSupervised({ … })`
 * @param make the function
 * @returns the same function
 */
export const maker = <F extends AnyFunction>(call: string, make: F): F =>
  Object.defineProperties(make, {
    [CALL]: { value: call },
    // An argument has no name of its own.
    name: { value: nameIn(call), configurable: true },
  });

const nameIn = (call: string): string => call.replace(/^new /, '').replace(/\(.*$/, '');

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function';

const markOf = (value: AnyFunction): unknown => (value as { readonly [CALL]?: unknown })[CALL];

const refuse = (where: string, name: string, call: string): never => {
  throw new TypeError(`${where}: ${name} is ${nameIn(call)} itself, needed what it makes: ${call}`);
};

/**
 * Refuses a function of the library that makes a function, where a function is taken.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @throws TypeError naming the function and how it is called
 */
export function assertNoMaker(where: string, name: string, value: unknown): void {
  const call = isFunction(value) ? markOf(value) : undefined;
  if (typeof call === 'string') refuse(where, name, call);
}

/**
 * Refuses a function or a class by its name, where a function can only be one that makes what is taken; the
 * next check judges one without a name.
 *
 * @throws TypeError naming the function and how it is called
 */
export function assertNoFunction(where: string, name: string, value: unknown): void {
  assertNoMaker(where, name, value);
  if (!isFunction(value)) return;
  const own: unknown = value.name;
  // `{ noise: () => … }` is called after its place, which says nothing of it.
  if (typeof own !== 'string' || own === '' || name.endsWith(own)) return;
  const isClass = /^class\b/.test(Function.prototype.toString.call(value));
  refuse(where, name, `${isClass ? 'new ' : ''}${oneLine(own)}(…)`);
}
