/** Values that are hard to speak of: out of files, out of other realms, or made to fail. */
import vm from 'node:vm';

const throws = (): never => {
  throw new Error('not to be read');
};

/** Hostile values by what they are; each is made anew. */
export const hostileValues: readonly (readonly [string, () => unknown])[] = [
  ['a name that is no text', () => JSON.parse('{"constructor":{"name":{"toString":1}}}')],
  ['a constructor that is null', () => JSON.parse('{"constructor":null}')],
  ['axes that are no numbers', () => JSON.parse('{"shape":[{"toString":1}]}')],
  ['a record without a prototype', () => Object.create(null)],
  ['a prototype under its own name', () => JSON.parse('{"__proto__":{"shape":[1]}}')],
  ['a bigint', () => 7n],
  ['a long bigint', () => 2n ** 100_000n],
  ['a symbol', () => Symbol('\u001b[2J'.repeat(1000))],
  ['a text that clears the screen', () => '\u001b[2J\u009b2J\r\n'],
  ['a text that turns its direction', () => 'a\u202eb\u2028c'],
  ['a long text', () => '\u0000'.repeat(1e6)],
  ['halves of characters', () => '\ud83d\ud83d'],
  ['a class with a long name', () => Object.create({ constructor: { name: 'x\u001b'.repeat(1e5) } })],
  ['a list of another realm', () => vm.runInNewContext('[1, 2]')],
];

/**
 * Values that throw whatever is asked of them, where their own error is as good as any, or that have a shape, and so are
 * taken for tensors: no text may fail at them either.
 */
export const unreadableValues: typeof hostileValues = [
  ['a hundred thousand axes', () => ({ shape: Array(1e5).fill(7) })],
  ['a getter that throws', () => Object.defineProperty({}, 'shape', { get: throws, enumerable: true })],
  ['a proxy that gives nothing', () => new Proxy({}, { get: throws, getPrototypeOf: throws, has: throws })],
  [
    'a proxy that was revoked',
    () => {
      const { proxy, revoke } = Proxy.revocable([], {});
      revoke();
      return proxy;
    },
  ],
];
