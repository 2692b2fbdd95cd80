import { describe, expect, it } from 'vitest';
import { describe as describeValue, formatShape, oneLine } from '../../src/core/describe';
import { messageOf } from '../../src/core/messageOf';
import { brief, own } from '../../src/files/json';
import { hostileValues, unreadableValues } from '../support/hostile';

const CONTROL = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

describe('a value in an error text', () => {
  it.each([...hostileValues, ...unreadableValues])('is at most a line and cannot fail: %s', (_, make) => {
    const text = describeValue(make());
    expect(text.length).toBeLessThan(130);
    expect(text).not.toMatch(CONTROL);
    expect(text).not.toBe('');
  });

  it.each<[string, unknown, string]>([
    ['a bigint', 1n, '1n'],
    ['a bigint beyond 64 bits', 2n ** 1000n, 'a bigint of more than 64 bits'],
    ['a symbol', Symbol('a'), 'Symbol(a)'],
    ['an object that calls itself something else', JSON.parse('{"constructor":{"name":"Model"}}'), 'Object'],
    ['a shape of many axes', { shape: Array(12).fill(7) }, 'a tensor [7,7,7,7,7,7,7,7,7,7,…]'],
    ['a shape of anything', { shape: [{}, null, 'a'] }, 'a tensor [Object,null,"a"]'],
    ['a text with quotes', 'a"b\\', '"a\\"b\\\\"'],
    ['a text that moves the cursor', 'a\u009b2Jb\u202ec', '"a\\u009b2Jb\\u202ec"'],
  ])('names %s', (_, value, text) => {
    expect(describeValue(value)).toBe(text);
  });

  it('is no longer as a JSON text, a name, a shape or the message of what was thrown', () => {
    expect(brief({ a: '\u009b'.repeat(1e5) }).length).toBeLessThan(310);
    expect(brief({ a: '\u009b' })).toBe('{"a":"\\u009b"}');
    expect(oneLine(`a\n${'b'.repeat(1e6)}`)).toHaveLength(101);
    expect(formatShape(Array(1e5).fill(1)).length).toBeLessThan(30);
    expect(messageOf(Object.create(null))).toBe('an object');
    expect(messageOf(new Error('said'))).toBe('said');
  });

  it('leaves emoji and accents as they are', () => {
    expect(describeValue('naïve 😀 ß')).toBe('"naïve 😀 ß"');
  });
});

describe('a name that comes from elsewhere', () => {
  it.each(['toString', 'constructor', '__proto__', 'hasOwnProperty'])('reaches no prototype: %s', (name) => {
    expect(own({ a: 1 }, name)).toBeUndefined();
    expect(own(JSON.parse(`{"${name}": 5}`), name)).toBe(5);
  });
});
