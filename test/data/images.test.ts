import { describe, expect, it } from 'vitest';
import { images } from '../../src/data/images';

const imageOf = (...values: readonly number[]) => ({ data: Uint8Array.from(values), width: 2, height: 1 });
const blank = imageOf(0, 0);

describe('blank images', () => {
  it('are refused where the reading is fitted to them', () => {
    expect(() => images([blank, blank])).toThrow(
      new RangeError(
        'images: all pixels of all images are 0, needed images that differ: background: 255 shows black on transparent pixels',
      ),
    );
  });

  it('are read where a model says how', () => {
    const { input } = images([blank, imageOf(0, 9)]);
    expect(Array.from(images([blank, blank], { input }).x)).toEqual([0, 0, 0, 0]);
  });
});
