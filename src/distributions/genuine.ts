/** What the library itself made, so that a spec is believed only where it rebuilds what is given. */
import { describe } from '../core/describe';
import { isRecord } from '../files/json';

/** The library's own by their specs. */
const MADE = /* @__PURE__ */ new WeakMap<object, object>();

/** Remembers a likelihood or a class prior of the library by its spec. */
export const genuine = <T extends { readonly spec?: unknown }>(own: T): T => {
  if (isRecord(own.spec)) MADE.set(own.spec, own);
  return own;
};

/**
 * Refuses a copy of one of the library's own with another function in it: its spec would rebuild the original.
 *
 * @param where name of the calling function, for the message
 * @param name the argument
 * @throws TypeError naming the function
 */
export function assertGenuine(where: string, name: string, given: { readonly spec?: unknown }): void {
  const { spec } = given;
  if (!isRecord(spec)) return;
  const original = MADE.get(spec);
  if (original === undefined) return;
  const found: Readonly<Record<string, unknown>> = { ...given };
  const expected: Readonly<Record<string, unknown>> = { ...original };
  const changed = Object.keys({ ...expected, ...found }).find(
    (key) =>
      found[key] !== expected[key] && [found[key], expected[key]].some((part) => typeof part === 'function'),
  );
  if (changed !== undefined)
    throw new TypeError(
      `${where}: ${name} has the spec of ${describe(spec.kind)} and a ${changed}() of its own, needed a copy without spec: loadModel would make the original of it`,
    );
}
