import { expect, test } from 'vitest';
import { fuzzParser, type ParserName, parsers } from '../support/parserFuzz';

test.each(Object.keys(parsers) as ParserName[])(
  'whatever happened to a file of %s, it is read as what it says or refused clearly and at once',
  async (name) => {
    const { read, refused, messages } = await fuzzParser(name, 300, 2);
    expect(read + refused).toBe(300);
    // Damage that is never noticed, or always for the same reason, would test nothing.
    expect(refused).toBeGreaterThan(50);
    expect(messages).toBeGreaterThan(1);
  },
);
