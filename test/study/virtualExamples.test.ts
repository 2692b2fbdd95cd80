import { expect, it } from 'vitest';
import { movedImages } from '../../bench/study/shared/virtualExamples';

const images = {
  name: 'two',
  x: Float32Array.of(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16),
  y: Uint8Array.of(0, 1),
  count: 2,
  shape: [2, 3, 1],
  classes: 2,
};

it('moves images by a pixel each way, and mirrors them', () => {
  expect(movedImages(images).map((x) => [...x])).toEqual([
    [0, 0, 0, 1, 2, 3, 0, 0, 0, 11, 12, 13],
    [4, 5, 6, 0, 0, 0, 14, 15, 16, 0, 0, 0],
    [0, 1, 2, 0, 4, 5, 0, 11, 12, 0, 14, 15],
    [2, 3, 0, 5, 6, 0, 12, 13, 0, 15, 16, 0],
    [3, 2, 1, 6, 5, 4, 13, 12, 11, 16, 15, 14],
  ]);
});

it('takes images of one channel', () => {
  expect(() => movedImages({ ...images, shape: [2, 1, 3] })).toThrow(/\[H, W, 1\], not \[2,1,3\]/);
});
