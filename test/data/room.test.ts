/** Data that no array holds are refused before memory is taken. */
import { describe, expect, it } from 'vitest';
import { columns } from '../../src/data/columns';
import { images } from '../../src/data/images';
import { text } from '../../src/data/text';

describe('more numbers than an array holds', () => {
  it.each<[string, () => unknown, RegExp]>([
    [
      'columns, with the column of most levels',
      () => {
        const rows = Array.from({ length: 50_000 }, (_, i) => ({ user: `u${i}x`, b: (i * 1.1) % 3 }));
        return columns(rows, { types: { user: 'levels' } });
      },
      /^columns: \S+ are 50000 × 50001 numbers, needed at most 2147483647 in all: column "user" has 50000 levels; types: \{ "user": 'ignore' \} leaves it out$/,
    ],
    [
      'images',
      () => {
        const image = { data: new Uint8Array(12), width: 2, height: 2 };
        return images(new Array(1500).fill(image), { size: 1000 });
      },
      /^images: \S+ are 1500 × 3000000 numbers, needed at most 2147483647 in all: give a smaller size, or read images in blocks, by imageBlocks and streamBatches$/,
    ],
    [
      'text',
      () =>
        text(
          Array.from({ length: 100_000 }, (_, i) => `w${i >> 1} w${(i >> 1) + 1} c`),
          { size: 60_000 },
        ),
      /^text: \S+ are 100000 × \d+ numbers, needed at most 2147483647 in all: give a smaller size, /,
    ],
  ])('are named by %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

it('a table of Arrow with a column twice is refused, as its second one cannot be read', () => {
  const table = {
    schema: { fields: [{ name: 'a' }, { name: 'a' }, { name: 'l' }] },
    getChild: (name: string) => (name === 'a' ? [1, 2, 3, 4.5] : ['x', 'y', 'x', 'y']),
  };
  expect(() => columns(table as never, { label: 'l' })).toThrow(
    /^columns: \S+ has column "a" twice, needed each name once: rename one in the table$/,
  );
});
