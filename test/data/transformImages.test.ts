import { expect, test } from 'vitest';
import { firstPixels } from '../../src/data/transformImages';

test('images of a large batch begin at the very pixel, where floats would round', async () => {
  const [images, size] = [5000, 4099]; // 4999 · 4099 is odd and beyond 2²⁴
  const first = firstPixels(images, size);
  expect(first.shape).toEqual([images, 1, 1]);
  expect(Array.from(await first.data())).toEqual(Array.from({ length: images }, (_, i) => i * size));
  first.dispose();
});
